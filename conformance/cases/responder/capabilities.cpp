// GET_CAPABILITIES.
#include "stack/wire/messages/capabilities.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/cases/responder/support.h"
#include "stack/spdm/capability_rules.h"

namespace assay::cases {

namespace {

Result<Exchange> send_capabilities(Trial& trial, const wire::GetCapabilities& message) {
    wire::Context context;
    context.version = trial.version();
    return trial.lab().send(wire::encode_raw(message, context));
}

Judgement before_version(Trial& trial) {
    // A target that keeps its state over a new connection is past that point: then it is the second one.
    TRY(trial.lab().reset());
    Exchange exchange = TRY(send_capabilities(trial, trial.lab().capabilities(trial.version())));
    return trial.expect(exchange, unexpected(), "SPDM-CAP-001");
}

Judgement twice(Trial& trial) {
    TRY(trial.lab().after_capabilities(trial.version()));
    TRY(trial.expect(TRY(send_capabilities(trial, trial.lab().capabilities(trial.version()))), unexpected(),
                     "SPDM-CAP-001"));
    TRY(negotiate(trial));
    return trial.expect(TRY(send_capabilities(trial, trial.lab().capabilities(trial.version()))),
                        unexpected(), "SPDM-CAP-001");
}

Judgement version_not_offered(Trial& trial) {
    uint8_t highest = 0x10;
    TRY(trial.lab().after_version());
    for (uint16_t entry : trial.lab().seen().versions())
        highest = std::max(highest, static_cast<uint8_t>(entry >> 8));
    for (int other : {highest + 1, 0x0f, 0x00, 0xff, 0x20}) {
        TRY(trial.lab().after_version());
        wire::GetCapabilities message = trial.lab().capabilities(trial.version());
        message.spdm_version = static_cast<uint8_t>(other);
        TRY(trial.expect(TRY(send_capabilities(trial, message)), refused(ErrorCode::version_mismatch),
                         "SPDM-CAP-002"));
    }
    return {};
}

Judgement fixes_version(Trial& trial) {
    TRY(trial.lab().after_capabilities(trial.version()));
    Bytes request = TRY(trial.lab().encode(trial.lab().algorithms(trial.version())));
    for (int other : {request[0] + 1, request[0] - 1}) {
        Bytes changed = request;
        changed[0] = static_cast<uint8_t>(other);
        TRY(trial.expect(TRY(trial.lab().send(changed)), refused(ErrorCode::version_mismatch),
                         "SPDM-CAP-003"));
    }
    return trial.expect_answer(TRY(trial.lab().send(request)), "SPDM-CAP-003");
}

Judgement too_short(Trial& trial) {
    Bytes whole = wire::encode_raw(trial.lab().capabilities(trial.version()), {.version = trial.version()});
    for (size_t size : {4U, 8U, 11U, 12U, 16U, 19U}) {
        if (trial.lab().arriving(size) >= whole.size()) break;
        TRY(trial.lab().after_version());
        TRY(trial.expect(TRY(trial.lab().send(ByteView(whole).first(size))), invalid(), "SPDM-CAP-004"));
    }
    return {};
}

// Bits without a meaning change nothing.
Judgement reserved_flags(Trial& trial) {
    TRY(trial.lab().after_version());
    wire::GetCapabilities message = trial.lab().capabilities(trial.version());
    message.flags |= ~wire::known_requester_flags(trial.version());
    message.reserved = 0xff;
    if (!trial.at_least(v1_4)) message.ext_flags = 0xffff;
    TRY(trial.expect_answer(TRY(send_capabilities(trial, message)), "SPDM-CAP-005"));
    return trial.expect_answer(TRY(trial.lab().send(trial.lab().algorithms(trial.version()))),
                               "SPDM-CAP-005");
}

Judgement form(Trial& trial) {
    TRY(trial.lab().after_capabilities(trial.version()));
    const Exchange& exchange = trial.lab().exchanges().back();
    TRY(trial.expect_answer(exchange, "SPDM-CAP-030"));
    auto message = TRY(wire::decode<wire::Capabilities>(*exchange.response, exchange.response_context));
    TRY(trial.expect_that(message.reserved == 0 && message.param2 == 0 && (message.param1 & 0xfe) == 0,
                          "SPDM-HDR-008", "reserved fields are zero", "they are not", "Reserved"));
    TRY(trial.expect_that((message.flags & ~wire::known_responder_flags(trial.version())) == 0,
                          "SPDM-CAP-105", "only flags of this version",
                          fmt::format("0x{:08x}", message.flags), "Flags"));
    spdm::Checked<> rules =
        spdm::check_responder_capabilities(spdm::Checker{}, trial.version(), message, false);
    if (rules) return {};
    const spdm::CheckInfo& rule = spdm::info(rules.error().check);
    return trial.expect_that(false, rule.requirement, "flags that go together", std::string(rule.violated),
                             "Flags");
}

// The block of algorithms is given to those who asked for it and can take it in chunks.
Judgement supported_algorithms(Trial& trial) {
    lab::Offer offer{.flags = cap::chunk};
    TRY(trial.lab().after_version());
    wire::GetCapabilities message = trial.lab().capabilities(trial.version(), offer);
    message.param1 = wire::kSupportedAlgorithms;
    Exchange exchange = TRY(send_capabilities(trial, message));
    TRY(trial.expect_answer(exchange, "SPDM-CAP-022"));
    auto answer = TRY(wire::decode<wire::Capabilities>(*exchange.response, exchange.response_context));
    bool block = (answer.param1 & wire::kSupportedAlgorithms) != 0;
    bool chunks = (answer.flags & cap::chunk) != 0;
    return trial.expect_that(!block || chunks, "SPDM-CAP-022", "the block only with CHUNK_CAP on both sides",
                             "the block, without CHUNK_CAP of the responder", "Param1");
}

// GET_CAPABILITIES that go against a rule.
struct Illegal {
    const char* id;
    const char* title;
    const char* requirement;
    Version since;
    Version until;
    void (*change)(wire::GetCapabilities&);
};

constexpr uint32_t kSession = cap::key_ex | cap::mac | cap::encrypt;

const Illegal kIllegal[] = {
    {"psk-10b", "PSK_CAP 10b of a requester", "SPDM-CAP-006", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::psk_with_context | cap::mac; }},
    {"psk-11b", "PSK_CAP 11b of a requester", "SPDM-CAP-006", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::psk | cap::mac; }},
    {"session-unprotected", "KEY_EX_CAP without MAC_CAP and ENCRYPT_CAP", "SPDM-CAP-007", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::key_ex; }},
    {"mac-without-session", "MAC_CAP without a session capability", "SPDM-CAP-008", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::mac; }},
    {"encrypt-without-session", "ENCRYPT_CAP without a session capability", "SPDM-CAP-008", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::encrypt; }},
    {"heartbeat-without-session", "HBEAT_CAP without a session capability", "SPDM-CAP-008", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::hbeat; }},
    {"key-update-without-session", "KEY_UPD_CAP without a session capability", "SPDM-CAP-008", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::key_upd; }},
    {"clear-without-session", "HANDSHAKE_IN_THE_CLEAR_CAP without a session capability", "SPDM-CAP-008", v1_1,
     v1_4, [](auto& m) { m.flags |= cap::handshake_in_the_clear; }},
    {"event-without-session", "EVENT_CAP without a session capability", "SPDM-CAP-009", v1_3, v1_4,
     [](auto& m) { m.flags |= cap::event; }},
    {"clear-with-psk-only", "HANDSHAKE_IN_THE_CLEAR_CAP with PSK_CAP only", "SPDM-CAP-010", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::psk_requester | cap::mac | cap::handshake_in_the_clear; }},
    {"two-identities", "CERT_CAP and PUB_KEY_ID_CAP together", "SPDM-CAP-011", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::cert | cap::pub_key_id | cap::chal; }},
    {"certificate-without-use", "CERT_CAP without CHAL_CAP and KEY_EX_CAP", "SPDM-CAP-012", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::cert; }},
    {"public-key-without-use", "PUB_KEY_ID_CAP without CHAL_CAP and KEY_EX_CAP", "SPDM-CAP-012", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::pub_key_id; }},
    {"challenge-without-identity", "CHAL_CAP without an identity", "SPDM-CAP-013", v1_1, v1_4,
     [](auto& m) { m.flags |= cap::chal; }},
    {"endpoint-signature-without-identity", "EP_INFO_CAP 10b without an identity", "SPDM-CAP-013", v1_3, v1_4,
     [](auto& m) { m.flags |= cap::ep_info_sig; }},
    {"mutual-without-use", "MUT_AUTH_CAP without CHAL_CAP and KEY_EX_CAP", "SPDM-CAP-014", v1_3, v1_4,
     [](auto& m) { m.flags |= cap::mut_auth | cap::cert | cap::ep_info_sig | cap::encap; }},
    {"mutual-without-encapsulation", "MUT_AUTH_CAP without ENCAP_CAP", "SPDM-CAP-015", v1_1, v1_1,
     [](auto& m) { m.flags |= cap::mut_auth | cap::cert | cap::chal; }},
    {"endpoint-info-11b", "EP_INFO_CAP 11b", "SPDM-CAP-016", v1_3, v1_4,
     [](auto& m) { m.flags |= cap::ep_info | cap::cert | cap::chal; }},
    {"multi-key-11b", "MULTI_KEY_CAP 11b", "SPDM-CAP-016", v1_3, v1_4,
     [](auto& m) { m.flags |= cap::multi_key | cap::cert | cap::chal; }},
    {"multi-key-without-certificates", "MULTI_KEY_CAP without CERT_CAP", "SPDM-CAP-017", v1_3, v1_4,
     [](auto& m) { m.flags |= cap::multi_key_only; }},
    {"transfer-size-41", "DataTransferSize 41", "SPDM-CAP-018", v1_2, v1_4,
     [](auto& m) { m.data_transfer_size = m.max_spdm_msg_size = 41; }},
    {"transfer-size-0", "DataTransferSize 0", "SPDM-CAP-018", v1_2, v1_4,
     [](auto& m) { m.data_transfer_size = m.max_spdm_msg_size = 0; }},
    {"transfer-above-maximum", "DataTransferSize above MaxSPDMmsgSize, with CHUNK_CAP", "SPDM-CAP-019", v1_2,
     v1_4,
     [](auto& m) {
         m.flags |= cap::chunk;
         m.max_spdm_msg_size = m.data_transfer_size - 1;
     }},
    {"sizes-differ", "Two sizes without CHUNK_CAP", "SPDM-CAP-020", v1_2, v1_4,
     [](auto& m) { ++m.max_spdm_msg_size; }},
    {"algorithms-without-chunks", "Supported Algorithms asked for without CHUNK_CAP", "SPDM-CAP-021", v1_3,
     v1_4, [](auto& m) { m.param1 = wire::kSupportedAlgorithms; }},
    {"ct-exponent", "CTExponent 255", "SPDM-CAP-031", v1_1, v1_4, [](auto& m) { m.ct_exponent = 0xff; }},
};

Case illegal(const Illegal& row) {
    auto run = [&row](Trial& trial) -> Judgement {
        TRY(trial.lab().after_version());
        wire::GetCapabilities message = trial.lab().capabilities(trial.version());
        row.change(message);
        return trial.expect(TRY(send_capabilities(trial, message)), invalid(), row.requirement);
    };
    return since(row.since, until(row.until, negative(std::string("cap/") + row.id,
                                                      std::string(row.title) + " is InvalidRequest",
                                                      {row.requirement}, run)));
}

// What stands next to the illegal combinations is legal.
Judgement legal_neighbours(Trial& trial) {
    std::vector<uint32_t> sets = {kSession,
                                  kSession | cap::handshake_in_the_clear | cap::hbeat | cap::key_upd,
                                  cap::psk_requester | cap::mac, cap::cert | cap::chal,
                                  cap::cert | cap::chal | cap::mut_auth | cap::encap};
    if (trial.at_least(v1_2)) sets.push_back(cap::cert | cap::chal | cap::mut_auth);
    if (trial.at_least(v1_3)) sets.push_back(cap::cert | cap::ep_info_sig);
    for (uint32_t flags : sets) {
        TRY(trial.lab().after_version());
        wire::GetCapabilities message = trial.lab().capabilities(trial.version());
        message.flags = flags;
        TRY(trial.expect_answer(TRY(send_capabilities(trial, message)), "SPDM-CAP-106"));
    }
    if (!trial.at_least(v1_2)) return {};
    TRY(trial.lab().after_version());
    wire::GetCapabilities smallest = trial.lab().capabilities(trial.version());
    smallest.data_transfer_size = smallest.max_spdm_msg_size = wire::kMinDataTransferSize;
    return trial.expect_answer(TRY(send_capabilities(trial, smallest)), "SPDM-CAP-018");
}

}  // namespace

void add_capabilities(CaseList& cases) {
    cases.push_back(negative("cap/before-version", "GET_CAPABILITIES is unexpected before GET_VERSION",
                             {"SPDM-CAP-001"}, before_version));
    cases.push_back(
        negative("cap/twice", "A second GET_CAPABILITIES is unexpected", {"SPDM-CAP-001"}, twice));
    cases.push_back(negative("cap/version-not-offered",
                             "GET_CAPABILITIES at a version that was not offered is VersionMismatch",
                             {"SPDM-CAP-002"}, version_not_offered));
    cases.push_back(negative("cap/fixes-version", "GET_CAPABILITIES fixes the version of the connection",
                             {"SPDM-CAP-003", "SPDM-HDR-001"}, fixes_version));
    cases.push_back(since(
        v1_1, negative("cap/too-short", "GET_CAPABILITIES of an earlier version's size is InvalidRequest",
                       {"SPDM-CAP-004"}, too_short)));
    cases.push_back(
        since(v1_1, positive("cap/reserved-flags", "Flags without a meaning at this version are ignored",
                             {"SPDM-CAP-005"}, reserved_flags)));
    cases.push_back(positive(
        "cap/form", "CAPABILITIES has its version's size and flags that go together",
        {"SPDM-CAP-030", "SPDM-CAP-105", "SPDM-CAP-020", "SPDM-CAP-023", "SPDM-CAP-024", "SPDM-CAP-025",
         "SPDM-CAP-026", "SPDM-CAP-027", "SPDM-CAP-028", "SPDM-CAP-029", "SPDM-CAP-107", "SPDM-CAP-111",
         "SPDM-CAP-114", "SPDM-CAP-120", "SPDM-CAP-131", "SPDM-HDR-008"},
        form));
    cases.push_back(since(v1_3, positive("cap/supported-algorithms",
                                         "The Supported Algorithms block needs CHUNK_CAP on both sides",
                                         {"SPDM-CAP-022"}, supported_algorithms)));
    cases.push_back(
        since(v1_1, positive("cap/legal-neighbours", "Combinations next to the illegal ones are accepted",
                             {"SPDM-CAP-106", "SPDM-CAP-018"}, legal_neighbours)));
    for (const Illegal& row : kIllegal) cases.push_back(illegal(row));
}

}  // namespace assay::cases
