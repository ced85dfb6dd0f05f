// GET_DIGESTS.
#include "stack/wire/messages/digests.h"

#include <fmt/format.h>

#include <bit>

#include "conformance/cases/responder/support.h"

namespace assay::cases {

namespace {

Judgement too_early(Trial& trial) {
    TRY(trial.lab().after_version());
    // Before a version is agreed on, its check may come first.
    Allowed early =
        refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request, ErrorCode::version_mismatch});
    TRY(trial.expect(TRY(trial.lab().send(header(v1_0, code::get_digests))), early, "SPDM-DIG-001"));
    Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request});
    TRY(trial.lab().after_capabilities(trial.version()));
    return trial.expect(TRY(trial.lab().send(header(trial.version(), code::get_digests))), allowed,
                        "SPDM-DIG-001");
}

Judgement form(Trial& trial) {
    TRY(negotiate(trial));
    Exchange exchange = TRY(trial.lab().send(wire::GetDigests{}));
    TRY(trial.expect_answer(exchange, "SPDM-DIG-003"));
    const Bytes& response = *exchange.response;
    auto answer = TRY(wire::decode<wire::Digests>(response, exchange.response_context));
    TRY(trial.expect_that(answer.slot_mask != 0, "SPDM-DIG-004", "at least one slot", "none",
                          "ProvisionedSlotMask"));
    size_t due =
        4 + static_cast<size_t>(std::popcount(answer.slot_mask)) * exchange.response_context.hash_size;
    TRY(trial.expect_that(response.size() >= due, "SPDM-DIG-003", fmt::format("{} bytes", due),
                          fmt::format("{}", response.size()), "Digest"));
    if (trial.at_least(v1_3)) {
        bool subset = (answer.slot_mask & ~answer.supported_slot_mask) == 0;
        TRY(trial.expect_that(
            subset, "SPDM-DIG-007", "provisioned slots are supported slots",
            fmt::format("0x{:02x} of 0x{:02x}", answer.slot_mask, answer.supported_slot_mask),
            "ProvisionedSlotMask"));
    } else {
        TRY(trial.expect_that(response[2] == 0, "SPDM-DIG-008", "Param1 0 before 1.3",
                              fmt::format("{}", response[2]), "Param1"));
    }
    return trial.expect_that((answer.slot_mask & 1) != 0, "SPDM-DIG-016", "slot 0 is provisioned",
                             fmt::format("0x{:02x}", answer.slot_mask), "ProvisionedSlotMask");
}

// Every digest is that of the whole chain structure, in the order of the slots.
Judgement digests_of_chains(Trial& trial) {
    for (const auto& [slot, digest] : trial.claims().digests) {
        TRY(negotiate(trial));
        TRY(trial.expect_answer(TRY(trial.lab().send(wire::GetDigests{})), "SPDM-DIG-005"));
        Bytes chain = TRY(trial.lab().read_chain(slot));
        auto hash = trial.lab().seen().parameters().suite().hash;
        Bytes computed = to_bytes(trial.lab().provider().digest(hash, chain).view());
        const std::map<uint8_t, Bytes>& digests = trial.lab().seen().digests();
        auto told = digests.find(slot);
        TRY(trial.expect_that(
            told != digests.end() && told->second == computed, "SPDM-DIG-005",
            fmt::format("slot {}: the digest of its chain structure {}", slot, to_hex(computed)),
            told == digests.end() ? "none" : to_hex(told->second), "Digest"));
    }
    return {};
}

Judgement restarts(Trial& trial) {
    TRY(negotiate_with_chain(trial));
    TRY(trial.expect_answer(TRY(trial.lab().send(wire::GetDigests{})), "SPDM-DIG-015"));
    TRY(trial.lab().read_chain(0));
    TRY(trial.expect_answer(TRY(trial.lab().send(wire::GetDigests{})), "SPDM-DIG-015"));
    return trial.expect_signature(TRY(trial.lab().send(trial.lab().challenge())), "SPDM-DIG-015");
}

}  // namespace

void add_digests(CaseList& cases) {
    cases.push_back(needs(
        cap::cert, negative("dig/too-early", "GET_DIGESTS is unexpected before algorithms are negotiated",
                            {"SPDM-DIG-001"}, too_early)));
    cases.push_back(needs(
        cap::cert,
        positive("dig/form", "DIGESTS has one digest a provisioned slot",
                 {"SPDM-DIG-003", "SPDM-DIG-004", "SPDM-DIG-007", "SPDM-DIG-008", "SPDM-DIG-016"}, form)));
    cases.push_back(needs(
        cap::cert, positive("dig/of-chains", "A digest is that of the whole certificate chain structure",
                            {"SPDM-DIG-005", "SPDM-DIG-006", "SPDM-CRT-015"}, digests_of_chains)));
    cases.push_back(needs(cap::cert | cap::chal, positive("dig/restarts-transcript",
                                                          "GET_DIGESTS restarts what CHALLENGE_AUTH signs",
                                                          {"SPDM-DIG-015"}, restarts)));
}

}  // namespace assay::cases
