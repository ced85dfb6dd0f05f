// GET_DIGESTS.
#include "stack/wire/messages/digests.h"

#include <fmt/format.h>

#include <bit>

#include "conformance/suites/responder/support.h"
#include "stack/wire/header.h"

namespace assay::cases {

namespace {

const Case kCases[] = {
    {
        .id = "dig/too-early",
        .title = "GET_DIGESTS is unexpected before algorithms are negotiated",
        .requirements = {"SPDM-DIG-001"},
        .needs = cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_version());
            // Before a version is agreed on, its check may come first.
            Allowed early = refused(ErrorCode::unexpected_request,
                                    {ErrorCode::unsupported_request, ErrorCode::version_mismatch});
            TRY(test.expect(TRY(test.lab().send(header(v1_0, code::get_digests))), early, "SPDM-DIG-001"));
            Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request});
            TRY(test.lab().after_capabilities(test.version()));
            return test.expect(TRY(test.lab().send(header(test.version(), code::get_digests))), allowed,
                               "SPDM-DIG-001");
        },
    },
    {
        .id = "dig/form",
        .title = "DIGESTS has one digest a provisioned slot",
        .requirements = {"SPDM-DIG-003", "SPDM-DIG-004", "SPDM-DIG-007", "SPDM-DIG-008", "SPDM-DIG-016"},
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Exchange exchange = TRY(test.lab().send(wire::GetDigests{}));
            TRY(test.expect_answer(exchange, "SPDM-DIG-003"));
            const Bytes& response = *exchange.response;
            auto answer = TRY(wire::decode<wire::Digests>(response, exchange.response_context));
            TRY(test.expect_that(answer.slot_mask != 0, "SPDM-DIG-004", "at least one slot", "none",
                                 "ProvisionedSlotMask"));
            size_t due = 4 + static_cast<size_t>(std::popcount(answer.slot_mask)) *
                                 exchange.response_context.hash_size;
            TRY(test.expect_that(response.size() >= due, "SPDM-DIG-003", fmt::format("{} bytes", due),
                                 fmt::format("{}", response.size()), "Digest"));
            if (test.at_least(v1_3)) {
                bool subset = (answer.slot_mask & ~answer.supported_slot_mask) == 0;
                TRY(test.expect_that(
                    subset, "SPDM-DIG-007", "provisioned slots are supported slots",
                    fmt::format("0x{:02x} of 0x{:02x}", answer.slot_mask, answer.supported_slot_mask),
                    "ProvisionedSlotMask"));
            } else {
                TRY(test.expect_that(wire::param1(response) == 0, "SPDM-DIG-008", "Param1 0 before 1.3",
                                     fmt::format("{}", wire::param1(response)), "Param1"));
            }
            return test.expect_that((answer.slot_mask & 1) != 0, "SPDM-DIG-016", "slot 0 is provisioned",
                                    fmt::format("0x{:02x}", answer.slot_mask), "ProvisionedSlotMask");
        },
    },
    // Every digest is that of the whole chain structure, in the order of the slots.
    {
        .id = "dig/of-chains",
        .title = "A digest is that of the whole certificate chain structure",
        .requirements = {"SPDM-DIG-005", "SPDM-DIG-006"},
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            for (const auto& [slot, digest] : test.claims().digests) {
                TRY(negotiate(test));
                TRY(test.expect_answer(TRY(test.lab().send(wire::GetDigests{})), "SPDM-DIG-005"));
                Bytes chain = TRY(test.lab().read_chain(slot));
                auto hash = test.lab().seen().parameters().suite().hash;
                Bytes computed = to_bytes(test.lab().provider().digest(hash, chain).view());
                const std::map<uint8_t, Bytes>& digests = test.lab().seen().digests();
                auto found = digests.find(slot);
                TRY(test.expect_that(
                    found != digests.end() && found->second == computed, {"SPDM-DIG-005", "SPDM-DIG-006"},
                    fmt::format("slot {}: the digest of its chain structure {}", slot, to_hex(computed)),
                    found == digests.end() ? "none" : to_hex(found->second), "Digest"));
            }
            return {};
        },
    },
    {
        .id = "dig/restarts-transcript",
        .title = "GET_DIGESTS restarts what CHALLENGE_AUTH signs",
        .requirements = {"SPDM-DIG-015"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate_with_chain(test));
            TRY(test.expect_answer(TRY(test.lab().send(wire::GetDigests{})), "SPDM-DIG-015"));
            TRY(test.lab().read_chain(0));
            TRY(test.expect_answer(TRY(test.lab().send(wire::GetDigests{})), "SPDM-DIG-015"));
            return test.expect_signature(TRY(test.lab().send(test.lab().challenge())), "SPDM-DIG-015");
        },
    },
};

}  // namespace

void add_digests(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
