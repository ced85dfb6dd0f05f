// CHALLENGE.
#include "stack/wire/messages/challenge.h"

#include <fmt/format.h>

#include "conformance/suites/responder/measurement_answer.h"
#include "conformance/suites/responder/support.h"
#include "stack/base/ranges.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/measurements.h"

namespace assay::cases {

namespace {

using wire::Challenge;
using wire::ChallengeAuth;

// Whether the device accepted each step: a refusal is no finding, a device that is gone is.
Result<bool> reached(Result<> way) {
    if (!way && way.error().code != Errc::refused) return std::unexpected(way.error());
    return way.has_value();
}

Result<ChallengeAuth> authenticate(CaseContext& test, const Challenge& message) {
    Exchange exchange = TRY(test.lab().send(message));
    if (!exchange.answered()) {
        return fail(Errc::bad_code, "response", Error::npos,
                    "CHALLENGE was answered with " + lab::describe(exchange));
    }
    return wire::decode<ChallengeAuth>(*exchange.response, exchange.response_context);
}

// The summary is the hash over all measurement blocks that are read on the same connection behind it, where
// they leave M1/M2 alone. What is measured may change in between, but not every time.
CheckResult summary_of_all(CaseContext& test) {
    constexpr int kTries = 2;
    CheckResult result;
    for (int i = 0; i < kTries; ++i) {
        TRY(negotiate_with_chain(test));
        ChallengeAuth answer = TRY(authenticate(test, test.lab().challenge(0, wire::summary::all)));
        const std::vector<Bytes> accepted = TRY(summaries_of_all(test, "SPDM-MEA-009"));
        result = test.expect_that(contains(accepted, answer.measurement_summary_hash), "SPDM-CHL-009",
                                  "the hash of all blocks: " + to_hex(accepted.front()),
                                  to_hex(answer.measurement_summary_hash), "MeasurementSummaryHash");
        if (result) break;
    }
    return result;
}

const Case kCases[] = {
    // Whichever slot signs, the mask has every slot that DIGESTS says is provisioned, and no other.
    {
        .id = "chl/slot-mask",
        .title = "SlotMask has the slots that DIGESTS has",
        .requirements = {"SPDM-CHL-036"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(negotiate(test));
            Exchange digests = TRY(lab.send(wire::GetDigests{}));
            TRY(test.expect_answer(digests, "SPDM-CHL-036"));
            auto provisioned = TRY(wire::decode<wire::Digests>(*digests.response, digests.response_context));
            for (const auto& [slot, digest] : test.claims().digests) {
                ChallengeAuth answer = TRY(authenticate(test, lab.challenge(slot)));
                TRY(test.expect_that(answer.slot_mask == provisioned.slot_mask, "SPDM-CHL-036",
                                     fmt::format("the slots of DIGESTS, 0x{:02x}", provisioned.slot_mask),
                                     fmt::format("0x{:02x}", answer.slot_mask), "SlotMask"));
            }
            return {};
        },
    },
    {
        .id = "chl/bad-slot",
        .title = "A SlotID above 7 that is no provisioned key is InvalidRequest",
        .requirements = {"SPDM-CHL-003"},
        .needs = cap::cert | cap::chal,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            std::vector<uint8_t> slots = {8, 0x0f, 0x80, 0xfe};
            for (uint8_t slot : slots) {
                TRY(negotiate(test));
                TRY(test.expect(TRY(test.lab().send(test.lab().challenge(slot))), invalid(), "SPDM-CHL-003"));
            }
            return {};
        },
    },
    {
        .id = "chl/raw-key-slot",
        .title = "SlotID 0xFF on a device with certificates is InvalidRequest",
        .requirements = {"SPDM-CHL-004"},
        .needs = cap::cert | cap::chal,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            return test.expect(TRY(test.lab().send(test.lab().challenge(wire::kSlotRawKey))), invalid(),
                               "SPDM-CHL-004");
        },
    },
    {
        .id = "chl/empty-slot",
        .title = "A slot without a certificate is InvalidRequest",
        .requirements = {"SPDM-CHL-005"},
        .needs = cap::cert | cap::chal,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            auto slot = test.claims().empty_slot();
            if (!slot) return CaseContext::not_applicable("every slot of the device is provisioned");
            TRY(negotiate(test));
            return test.expect(TRY(test.lab().send(test.lab().challenge(*slot))), invalid(), "SPDM-CHL-005");
        },
    },
    {
        .id = "chl/summary-type",
        .title = "A MeasurementSummaryHashType that is not defined is InvalidRequest",
        .requirements = {"SPDM-CHL-006"},
        .needs = cap::cert | cap::chal,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t type : Bytes{0x02, 0x7f, 0xfe}) {
                TRY(negotiate(test));
                Bytes request =
                    wire::encode_raw(test.lab().challenge(0, type), test.lab().seen().request_context());
                request[wire::kVersionAt] = wire::byte(test.version());
                TRY(test.expect(TRY(test.lab().send(request)), invalid(), "SPDM-CHL-006"));
            }
            return {};
        },
    },
    // Without measurements, or without an agreed way to express them, there is no summary.
    {
        .id = "chl/summary-without-measurements",
        .title = "A summary without negotiated measurements is InvalidRequest",
        .requirements = {"SPDM-CHL-007"},
        .needs = cap::cert | cap::chal,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Offer offer;
            offer.measurement_specification = 0;
            TRY(test.lab().negotiated(test.version(), offer));
            return test.expect(TRY(test.lab().send(test.lab().challenge(0, wire::summary::all))), invalid(),
                               "SPDM-CHL-007");
        },
    },
    // B1 to B4: whatever of digests and certificates was exchanged before is signed, in its order.
    {
        .id = "chl/signs-what-was-exchanged",
        .title = "The signature covers VCA, digests, certificates and the challenge",
        .requirements = {"SPDM-CHL-001", "SPDM-CHL-002", "SPDM-VER-015", "SPDM-CHL-028", "SPDM-CHL-031",
                         "SPDM-CHL-102"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (int flow = 0; flow < 4; ++flow) {
                TRY(negotiate_with_chain(test));
                if (flow == 1 || flow == 3)
                    TRY(test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-CHL-001"));
                if (flow == 2 || flow == 3) TRY(lab.read_chain(0));
                Exchange exchange = TRY(lab.send(lab.challenge()));
                TRY(test.expect_answer(exchange, "SPDM-CHL-031"));
                TRY(test.expect_signature(exchange, {"SPDM-CHL-001", "SPDM-CHL-002", "SPDM-CHL-102",
                                                     "SPDM-CHL-028", "SPDM-VER-015"}));
            }
            return {};
        },
    },
    // After CHALLENGE_AUTH the next one starts anew; an unrelated request in between changes nothing.
    {
        .id = "chl/restarts-transcript",
        .title = "CHALLENGE_AUTH restarts what the next one signs",
        .requirements = {"SPDM-CHL-022", "SPDM-CHL-001"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(negotiate_with_chain(test));
            TRY(test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-CHL-022"));
            TRY(test.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-CHL-001"));
            return test.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-CHL-022");
        },
    },
    {
        .id = "chl/refused-leaves-no-trace",
        .title = "A refused CHALLENGE is not signed later",
        .requirements = {"SPDM-CHL-029", "SPDM-CHL-003"},
        .needs = cap::cert | cap::chal,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(negotiate_with_chain(test));
            TRY(test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-CHL-029"));
            TRY(test.expect(TRY(lab.send(lab.challenge(8))), invalid(), "SPDM-CHL-003"));
            return test.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-CHL-029");
        },
    },
    {
        .id = "chl/form",
        .title = "CHALLENGE_AUTH names the slot, its chain and the requester's context",
        .requirements = {"SPDM-CHL-012", "SPDM-CHL-013", "SPDM-CHL-014", "SPDM-CHL-115", "SPDM-CHL-016",
                         "SPDM-CHL-017", "SPDM-CHL-018", "SPDM-CHL-023", "SPDM-CHL-001"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            for (const auto& [slot, digest] : test.claims().digests) {
                TRY(negotiate_with_chain(test, slot));
                Challenge message = test.lab().challenge(slot);
                ChallengeAuth answer = TRY(authenticate(test, message));
                const Exchange& exchange = test.lab().exchanges().back();
                TRY(test.expect_that((answer.slot_id & 0x0f) == slot, "SPDM-CHL-013",
                                     fmt::format("SlotID {}", slot), fmt::format("{}", answer.slot_id & 0x0f),
                                     "SlotID"));
                TRY(test.expect_that((answer.slot_mask >> slot & 1) != 0, "SPDM-CHL-014",
                                     "the bit of the slot used", fmt::format("0x{:02x}", answer.slot_mask),
                                     "SlotMask"));
                TRY(test.expect_that(answer.cert_chain_hash == digest, "SPDM-CHL-012",
                                     "the digest of DIGESTS", to_hex(answer.cert_chain_hash),
                                     "CertChainHash"));
                TRY(test.expect_that(
                    answer.requester_context == message.requester_context || !test.at_least(v1_3),
                    "SPDM-CHL-115", "the request's RequesterContext", to_hex(answer.requester_context),
                    "RequesterContext"));
                TRY(test.expect_that(answer.opaque_data.size() <= spdm::kMaxOpaque, "SPDM-CHL-016",
                                     fmt::format("at most {} bytes", spdm::kMaxOpaque),
                                     fmt::format("{}", answer.opaque_data.size()), "OpaqueDataLength"));
                TRY(sound_opaque(test, answer.opaque_data, "SPDM-CHL-017", "SPDM-CHL-018"));
                TRY(test.expect_signature(exchange, "SPDM-CHL-001"));
                TRY(test.expect_that((answer.slot_id & wire::kBasicMutAuthReq) == 0, "SPDM-CHL-023",
                                     "no mutual authentication with a requester that cannot",
                                     "BasicMutAuthReq", "SlotID"));
            }
            return {};
        },
    },
    {
        .id = "chl/fresh-nonce",
        .title = "Each response has a nonce of its own",
        .requirements = {"SPDM-CHL-010"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            wire::Nonce first = TRY(authenticate(test, test.lab().challenge())).nonce;
            wire::Nonce second = TRY(authenticate(test, test.lab().challenge())).nonce;
            return test.expect_that(first != second, "SPDM-CHL-010", "another nonce in each response",
                                    "the same twice", "Nonce");
        },
    },
    {
        .id = "chl/summary",
        .title = "MeasurementSummaryHash is that of the measurement blocks",
        .requirements = {"SPDM-CHL-008", "SPDM-CHL-009", "SPDM-MEA-009"},
        .needs = cap::cert | cap::chal | cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate_with_chain(test));
            if (test.lab().seen().parameters().measurement_specification == 0) {
                return CaseContext::not_applicable("no measurement specification is negotiated");
            }
            for (uint8_t type : {wire::summary::none, wire::summary::tcb, wire::summary::all}) {
                ChallengeAuth answer = TRY(authenticate(test, test.lab().challenge(0, type)));
                const Exchange& exchange = test.lab().exchanges().back();
                size_t due = type == wire::summary::none ? 0 : exchange.response_context.hash_size;
                TRY(test.expect_that(answer.measurement_summary_hash.size() == due, "SPDM-CHL-008",
                                     fmt::format("{} bytes", due),
                                     fmt::format("{}", answer.measurement_summary_hash.size()),
                                     "MeasurementSummaryHash"));
                TRY(test.expect_signature(exchange, "SPDM-CHL-008"));
            }
            return summary_of_all(test);
        },
    },
    // While nothing is authenticated, measurements in between leave digests and certificates behind.
    {
        .id = "chl/measurements-break-off",
        .title = "Before the first authentication GET_MEASUREMENTS restarts what is signed",
        .requirements = {"SPDM-CHL-032"},
        .needs = cap::cert | cap::chal | cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            if (test.claims().parameters.measurement_specification == 0) {
                return CaseContext::not_applicable("no measurement specification is negotiated");
            }
            TRY(negotiate_with_chain(test));
            TRY(test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-CHL-032"));
            TRY(lab.read_chain(0));
            TRY(test.expect_answer(TRY(lab.send(lab.get_measurements(wire::kMeasurementCount, false))),
                                   "SPDM-CHL-032"));
            return test.expect_signature(TRY(lab.send(lab.challenge())), "SPDM-CHL-032");
        },
    },
    // The salt is as long as the hash: the verifier takes no other.
    {
        .id = "chl/rsapss-salt",
        .title = "The salt of an RSAPSS signature is as long as the hash",
        .requirements = {"SPDM-CHL-035"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr uint32_t kRsaPss[] = {0x002, 0x008, 0x040};
            bool any = false;
            for (uint32_t algorithm : kRsaPss) {
                lab::Offer offer;
                offer.base_asym = algorithm;
                if (!TRY(reached(test.lab().negotiated(test.version(), offer)))) continue;
                if (test.lab().seen().parameters().base_asym != algorithm) continue;
                any = true;
                TRY(test.lab().ensure_chain(0));
                TRY(test.expect_signature(TRY(test.lab().send(test.lab().challenge())), "SPDM-CHL-035"));
            }
            if (!any) return CaseContext::not_applicable("the device does not sign with RSAPSS");
            return {};
        },
    },
    // Every signature algorithm of the device really signs.
    {
        .id = "chl/every-algorithm",
        .title = "Each signature algorithm signs in its own way",
        .requirements = {"SPDM-ALG-025", "SPDM-CHL-021"},
        .needs = cap::cert | cap::chal,
        .run = [](CaseContext& test) -> CheckResult {
            wire::NegotiateAlgorithms whole = test.lab().algorithms(test.version());
            for (uint32_t left = whole.base_asym_algo; left != 0; left &= left - 1) {
                lab::Offer offer;
                offer.base_asym = left & (~left + 1);
                if (!TRY(reached(test.lab().negotiated(test.version(), offer)))) continue;
                if (test.lab().seen().parameters().base_asym == 0) continue;
                TRY(test.expect_answer(TRY(test.lab().send(wire::GetDigests{})), "SPDM-ALG-025"));
                TRY(test.lab().ensure_chain(0));
                constexpr uint32_t kEcdsa = 0x010 | 0x080 | 0x100;
                std::string_view form = (offer.base_asym & kEcdsa) != 0 ? "SPDM-CHL-021" : "SPDM-ALG-025";
                TRY(test.expect_signature(TRY(test.lab().send(test.lab().challenge())),
                                          {"SPDM-ALG-025", form}));
            }
            return {};
        },
    },
};

}  // namespace

void add_challenge(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
