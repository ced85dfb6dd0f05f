// GET_CAPABILITIES that go against a rule: flags that do not go together, sizes that are too small.
#include <fmt/format.h>

#include "conformance/suites/responder/capabilities.h"

namespace assay::cases {

namespace {

struct Illegal {
    const char* id = "";
    const char* title = "";
    const char* requirement = "";
    Version since = v1_0;
    Version until = v1_4;
    void (*change)(wire::GetCapabilities&) = nullptr;
    bool tolerated = false;  // a responder may also take it
};

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
    return {
        .id = fmt::format("cap/{}", row.id),
        .title = fmt::format("{} is InvalidRequest", row.title),
        .requirements = {row.requirement},
        .since = row.since,
        .until = row.until,
        .negative = true,
        .run = [&row](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_version());
            wire::GetCapabilities message = test.lab().capabilities(test.version());
            row.change(message);
            Allowed allowed = invalid();
            allowed.answer = row.tolerated;
            return test.expect(TRY(send_capabilities(test, message)), allowed, row.requirement);
        },
    };
}

}  // namespace

void add_illegal_capabilities(CaseList& cases) {
    for (const Illegal& row : kIllegal) cases.push_back(illegal(row));
}

}  // namespace assay::cases
