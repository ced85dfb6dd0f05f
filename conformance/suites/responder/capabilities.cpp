// GET_CAPABILITIES.
#include "stack/wire/messages/capabilities.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suites/responder/support.h"
#include "stack/base/ranges.h"
#include "stack/spdm/capability_rules.h"
#include "stack/wire/annotate.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/version.h"

namespace assay::cases {

namespace {

Result<Exchange> send_capabilities(CaseContext& test, const wire::GetCapabilities& message,
                                   lab::Wait wait = lab::Wait::due) {
    wire::Context context;
    context.version = test.version();
    return test.lab().send(wire::encode_raw(message, context), wait);
}

CheckResult before_version(CaseContext& test) {
    // A target that keeps its state over a new connection is past that point: then it is a second one, and at
    // 1.0 nothing distinguishes it from a retry of the first.
    TRY(negotiate(test));
    TRY(test.lab().reset());
    wire::GetCapabilities message = test.lab().capabilities(test.version());
    message.ct_exponent = 7;
    // The version may be looked at before the order, and a device that just started may say that it knows
    // nothing.
    Allowed allowed =
        refused(ErrorCode::unexpected_request, {ErrorCode::version_mismatch, ErrorCode::request_resynch});
    allowed.silence = true;
    allowed.answer = !test.at_least(v1_1);
    return test.expect(TRY(send_capabilities(test, message, wait_for(allowed))), allowed, "SPDM-CAP-001");
}

// The same request once more may be a retry, and then gets the same answer; another one is out of order.
CheckResult twice(CaseContext& test) {
    for (bool negotiated : {false, true}) {
        auto reach = [&]() -> CheckResult {
            if (negotiated) return negotiate(test);
            TRY(test.lab().after_capabilities(test.version()));
            return {};
        };
        TRY(reach());
        Bytes first = last_answer(test, code::get_capabilities);
        wire::GetCapabilities message = test.lab().capabilities(test.version());
        Allowed allowed = unexpected();
        allowed.answer = allowed.equal = true;
        Exchange exchange = TRY(send_capabilities(test, message));
        TRY(test.expect(exchange, allowed, "SPDM-CAP-001"));
        TRY(test.expect_that(!exchange.answered() || *exchange.response == first, "SPDM-CAP-001",
                             "the same answer as before", "another", "Flags"));
        if (!test.at_least(v1_1)) continue;
        TRY(reach());
        message.ct_exponent = 7;
        allowed = unexpected();
        allowed.silence = allowed.equal = true;
        TRY(test.expect(TRY(send_capabilities(test, message, wait_for(allowed))), allowed, "SPDM-CAP-001"));
    }
    return {};
}

CheckResult version_not_offered(CaseContext& test) {
    std::vector<uint8_t> listed;
    TRY(test.lab().after_version());
    for (uint16_t entry : test.lab().seen().versions()) listed.push_back(static_cast<uint8_t>(entry >> 8));
    std::vector<uint8_t> others = {static_cast<uint8_t>(std::ranges::max(listed) + 1), 0x0f, 0x00, 0xff,
                                   0x20};
    for (Version version : wire::kVersions) {
        if (!contains(listed, wire::byte(version))) others.push_back(wire::byte(version));
    }
    for (uint8_t other : others) {
        TRY(test.lab().after_version());
        wire::GetCapabilities message = test.lab().capabilities(test.version());
        message.spdm_version = other;
        TRY(test.expect(TRY(send_capabilities(test, message)), refused(ErrorCode::version_mismatch),
                        "SPDM-CAP-002"));
    }
    return {};
}

CheckResult fixes_version(CaseContext& test) {
    TRY(test.lab().after_capabilities(test.version()));
    Bytes request = TRY(test.lab().encode(test.lab().algorithms(test.version())));
    for (int other : {wire::version_byte(request) + 1, wire::version_byte(request) - 1}) {
        Bytes changed = request;
        changed[0] = static_cast<uint8_t>(other);
        TRY(test.expect(TRY(test.lab().send(changed)), refused(ErrorCode::version_mismatch), "SPDM-CAP-003"));
    }
    return test.expect_answer(TRY(test.lab().send(request)), "SPDM-CAP-003");
}

CheckResult too_short(CaseContext& test) {
    Bytes whole = wire::encode_raw(test.lab().capabilities(test.version()), {.version = test.version()});
    for (size_t size : {4U, 8U, 11U, 12U, 16U, 19U}) {
        if (test.lab().arriving(size) >= whole.size()) break;
        TRY(test.lab().after_version());
        TRY(test.expect(TRY(test.lab().send(ByteView(whole).first(size))), invalid(), "SPDM-CAP-004"));
    }
    return {};
}

// Bits without a meaning change nothing, and do not come back.
CheckResult reserved_flags(CaseContext& test) {
    TRY(test.lab().after_capabilities(test.version()));
    const Exchange& plain = test.lab().exchanges().back();
    auto due = TRY(wire::decode<wire::Capabilities>(*plain.response, plain.response_context));
    TRY(test.lab().after_version());
    wire::GetCapabilities message = test.lab().capabilities(test.version());
    message.flags |= ~wire::known_requester_flags(test.version());
    message.reserved = 0xff;
    if (!test.at_least(v1_4)) message.ext_flags = 0xffff;
    Exchange exchange = TRY(send_capabilities(test, message));
    TRY(test.expect_answer(exchange, "SPDM-CAP-005"));
    auto answer = TRY(wire::decode<wire::Capabilities>(*exchange.response, exchange.response_context));
    TRY(test.expect_that(answer.flags == due.flags, "SPDM-CAP-105",
                         fmt::format("the flags 0x{:08x} as without them", due.flags),
                         fmt::format("0x{:08x}", answer.flags), "Flags"));
    TRY(expect_nothing_reserved(test, exchange, "SPDM-HDR-008"));
    return test.expect_answer(TRY(test.lab().send(test.lab().algorithms(test.version()))), "SPDM-CAP-005");
}

CheckResult form(CaseContext& test) {
    TRY(test.lab().after_capabilities(test.version()));
    const Exchange& exchange = test.lab().exchanges().back();
    TRY(test.expect_answer(exchange, "SPDM-CAP-030"));
    auto message = TRY(wire::decode<wire::Capabilities>(*exchange.response, exchange.response_context));
    uint16_t used = test.at_least(v1_4) ? wire::kSlotMgmtCap : 0;
    TRY(test.expect_that((message.ext_flags & ~used) == 0, "SPDM-CAP-032",
                         fmt::format("no ExtFlags outside 0x{:04x}", used),
                         fmt::format("0x{:04x}", message.ext_flags), "ExtFlags"));
    TRY(test.expect_that((message.flags & ~wire::known_responder_flags(test.version())) == 0, "SPDM-CAP-105",
                         "only flags of this version", fmt::format("0x{:08x}", message.flags), "Flags"));
    spdm::Checked<> rules =
        spdm::check_responder_capabilities(spdm::Checker{}, test.version(), message, false);
    if (!rules) {
        const spdm::CheckInfo& rule = spdm::info(rules.error().check);
        return test.expect_that(false, rule.requirement, "flags that go together", std::string(rule.violated),
                                "Flags");
    }
    return test.expect_that(message.reserved == 0 && message.param2 == 0 && (message.param1 & 0xfe) == 0,
                            "SPDM-HDR-008", "reserved fields are zero", "they are not", "Reserved");
}

// What a transport adds to GET_CAPABILITIES is in no transcript.
CheckResult padding_is_not_signed(CaseContext& test) {
    for (size_t padding : {1U, 3U}) {
        TRY(test.lab().after_version());
        Bytes request =
            wire::encode_raw(test.lab().capabilities(test.version()), {.version = test.version()});
        Exchange exchange = TRY(test.lab().send(padded(request, padding)));
        TRY(test.expect(exchange, answer_despite_padding(test), "SPDM-CAP-034"));
        if (exchange.error()) continue;
        TRY(test.expect_answer(TRY(test.lab().send(test.lab().algorithms(test.version()))), "SPDM-CAP-034"));
        TRY(expect_signed_vca(test, "SPDM-CAP-034"));
    }
    return {};
}

// After a refusal the right request is due, or everything from GET_VERSION on.
CheckResult refused_agrees_on_nothing(CaseContext& test) {
    TRY(test.lab().after_version());
    wire::GetCapabilities good = test.lab().capabilities(test.version());
    TRY(test.expect(TRY(test.lab().send(header(test.version(), code::get_capabilities))), invalid(),
                    "SPDM-CAP-004"));
    Exchange exchange = TRY(send_capabilities(test, good));
    if (exchange.error()) {
        TRY(test.expect(exchange, unexpected(), "SPDM-CAP-037"));
        TRY(test.expect_answer(TRY(test.lab().send(wire::GetVersion{})), "SPDM-CAP-037"));
        exchange = TRY(send_capabilities(test, good));
    }
    TRY(test.expect_answer(exchange, "SPDM-CAP-037"));
    return test.expect_answer(TRY(test.lab().send(test.lab().algorithms(test.version()))), "SPDM-CAP-037");
}

// A requester that takes 42 bytes gets no more at once, whatever it asks for.
CheckResult transfer_size(CaseContext& test) {
    lab::Offer offer;
    offer.data_transfer_size = wire::kMinDataTransferSize;
    lab::Lab& lab = test.lab();
    TRY(lab.negotiated(test.version(), offer));
    std::vector<Bytes> requests;
    if (test.claims().has(cap::cert)) {
        requests.push_back(TRY(lab.encode(wire::GetDigests{})));
        requests.push_back(
            TRY(lab.encode(wire::GetCertificate{.slot_id = 0, .offset = 0, .length = 0xffff})));
        if (test.claims().has(cap::chal)) requests.push_back(TRY(lab.encode(lab.challenge())));
    }
    if (test.claims().parameters.measurement_specification != 0) {
        for (uint8_t operation : {wire::kMeasurementCount, wire::kAllMeasurements}) {
            requests.push_back(TRY(lab.encode(lab.get_measurements(operation, false))));
        }
    }
    for (const Bytes& request : requests) {
        Exchange exchange = TRY(lab.send(request));
        if (exchange.error()) {
            Allowed allowed =
                refused(ErrorCode::response_too_large,
                        {ErrorCode::invalid_request, ErrorCode::unspecified, ErrorCode::unsupported_request});
            TRY(test.expect(exchange, allowed, "SPDM-CAP-038"));
            continue;
        }
        TRY(test.expect_answer(exchange, "SPDM-CAP-038"));
        // Without the padding of the transport.
        size_t size = wire::annotate(*exchange.response, exchange.response_context).used;
        TRY(test.expect_that(size <= wire::kMinDataTransferSize, "SPDM-CAP-038", "at most 42 bytes",
                             fmt::format("{}", size)));
    }
    if (requests.empty())
        return CaseContext::not_applicable("the device claims nothing whose answer could be too long");
    return {};
}

// The block of algorithms is given to those who asked for it and can take it in chunks.
CheckResult supported_algorithms(CaseContext& test) {
    lab::Offer offer{.flags = cap::chunk};
    TRY(test.lab().after_version());
    wire::GetCapabilities message = test.lab().capabilities(test.version(), offer);
    message.param1 = wire::kSupportedAlgorithms;
    Exchange exchange = TRY(send_capabilities(test, message));
    TRY(test.expect_answer(exchange, "SPDM-CAP-022"));
    auto answer = TRY(wire::decode<wire::Capabilities>(*exchange.response, exchange.response_context));
    bool block = (answer.param1 & wire::kSupportedAlgorithms) != 0;
    bool chunks = (answer.flags & cap::chunk) != 0;
    return test.expect_that(!block || chunks, "SPDM-CAP-022", "the block only with CHUNK_CAP on both sides",
                            "the block, without CHUNK_CAP of the responder", "Param1");
}

// GET_CAPABILITIES that go against a rule.
struct Illegal {
    const char* id = "";
    const char* title = "";
    const char* requirement = "";
    Version since = v1_0;
    Version until = v1_4;
    void (*change)(wire::GetCapabilities&) = nullptr;
    bool tolerated = false;  // a responder may also take it
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
    {"ct-exponent", "CTExponent 255", "SPDM-CAP-031", v1_1, v1_4, [](auto& m) { m.ct_exponent = 0xff; },
     true},
};

Case illegal(const Illegal& row) {
    auto run = [&row](CaseContext& test) -> CheckResult {
        TRY(test.lab().after_version());
        wire::GetCapabilities message = test.lab().capabilities(test.version());
        row.change(message);
        Allowed allowed = invalid();
        allowed.answer = row.tolerated;
        return test.expect(TRY(send_capabilities(test, message)), allowed, row.requirement);
    };
    return since(row.since, until(row.until, negative(std::string("cap/") + row.id,
                                                      std::string(row.title) + " is InvalidRequest",
                                                      {row.requirement}, run)));
}

// What stands next to the illegal combinations is legal.
CheckResult legal_neighbours(CaseContext& test) {
    std::vector<uint32_t> sets = {kSession,
                                  kSession | cap::handshake_in_the_clear | cap::hbeat | cap::key_upd,
                                  cap::psk_requester | cap::mac, cap::cert | cap::chal,
                                  cap::cert | cap::chal | cap::mut_auth | cap::encap};
    if (test.at_least(v1_2)) sets.push_back(cap::cert | cap::chal | cap::mut_auth);
    if (test.at_least(v1_3)) sets.push_back(cap::cert | cap::ep_info_sig);
    for (uint32_t flags : sets) {
        TRY(test.lab().after_version());
        wire::GetCapabilities message = test.lab().capabilities(test.version());
        message.flags = flags;
        TRY(test.expect_answer(TRY(send_capabilities(test, message)), "SPDM-CAP-106"));
    }
    if (!test.at_least(v1_2)) return {};
    TRY(test.lab().after_version());
    wire::GetCapabilities smallest = test.lab().capabilities(test.version());
    smallest.data_transfer_size = smallest.max_spdm_msg_size = wire::kMinDataTransferSize;
    return test.expect_answer(TRY(send_capabilities(test, smallest)), "SPDM-CAP-018");
}

}  // namespace

void add_capabilities(CaseList& cases) {
    cases.push_back(negative("cap/before-version", "GET_CAPABILITIES is unexpected before GET_VERSION",
                             {"SPDM-CAP-001"}, before_version));
    cases.push_back(negative("cap/twice", "A second GET_CAPABILITIES is unexpected",
                             {"SPDM-CAP-001", "SPDM-CAP-101"}, twice));
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
                             {"SPDM-CAP-005", "SPDM-CAP-105"}, reserved_flags)));
    cases.push_back(positive(
        "cap/form", "CAPABILITIES has its version's size and flags that go together",
        {"SPDM-CAP-030", "SPDM-CAP-105", "SPDM-CAP-020", "SPDM-CAP-023", "SPDM-CAP-024", "SPDM-CAP-025",
         "SPDM-CAP-026", "SPDM-CAP-027", "SPDM-CAP-028", "SPDM-CAP-029", "SPDM-CAP-107", "SPDM-CAP-111",
         "SPDM-CAP-114", "SPDM-CAP-120", "SPDM-CAP-131", "SPDM-CAP-032", "SPDM-HDR-008"},
        form));
    cases.push_back(since(v1_3, positive("cap/supported-algorithms",
                                         "The Supported Algorithms block needs CHUNK_CAP on both sides",
                                         {"SPDM-CAP-022"}, supported_algorithms)));
    cases.push_back(
        since(v1_1, positive("cap/legal-neighbours", "Combinations next to the illegal ones are accepted",
                             {"SPDM-CAP-106", "SPDM-CAP-018"}, legal_neighbours)));
    cases.push_back(needs(cap::cert, positive("cap/padding-is-not-signed",
                                              "Bytes behind GET_CAPABILITIES are no part of the transcript",
                                              {"SPDM-CAP-034"}, padding_is_not_signed)));
    cases.push_back(
        since(v1_1, negative("cap/refused-agrees-on-nothing",
                             "After a refused GET_CAPABILITIES the right one, or GET_VERSION, is answered",
                             {"SPDM-CAP-037"}, refused_agrees_on_nothing)));
    cases.push_back(since(
        v1_2,
        positive("cap/transfer-size", "Nothing larger than the requester's DataTransferSize is sent at once",
                 {"SPDM-CAP-038"}, transfer_size)));
    for (const Illegal& row : kIllegal) cases.push_back(illegal(row));
}

}  // namespace assay::cases
