// GET_MEASUREMENTS with a signature.
#include <fmt/format.h>

#include "conformance/suites/responder/measurement_answer.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

using wire::GetMeasurements;
using wire::kAllMeasurements;
using wire::kMeasurementCount;

const Case kCases[] = {
    {
        .id = "mea/bad-slot",
        .title = "A SlotIDParam of 8 to 14 is InvalidRequest",
        .requirements = {"SPDM-MEA-029"},
        .since = v1_1,
        .needs = cap::meas_sig | cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t slot : Bytes{8, 14, wire::kMeasurementRawKey}) {
                TRY(negotiate(test));
                TRY(test.expect(
                    TRY(test.lab().send(test.lab().get_measurements(kAllMeasurements, true, slot))),
                    invalid(), "SPDM-MEA-029"));
            }
            return {};
        },
    },
    {
        .id = "mea/empty-slot",
        .title = "A slot without a certificate is InvalidRequest",
        .requirements = {"SPDM-MEA-129"},
        .since = v1_1,
        .needs = cap::meas_sig | cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            auto slot = test.claims().empty_slot();
            if (!slot) return CaseContext::not_applicable("every slot of the device is provisioned");
            TRY(negotiate(test));
            return test.expect(
                TRY(test.lab().send(test.lab().get_measurements(kAllMeasurements, true, *slot))), invalid(),
                "SPDM-MEA-129");
        },
    },
    {
        .id = "mea/reserved-slot-bits",
        .title = "The upper bits of SlotIDParam are ignored",
        .requirements = {"SPDM-MEA-030"},
        .since = v1_1,
        .needs = cap::meas_sig | cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate_with_chain(test));
            Bytes request = TRY(test.lab().encode(test.lab().get_measurements(kAllMeasurements, true)));
            request[36] = 0xf0;
            return test.expect_signature(TRY(test.lab().send(request)), "SPDM-MEA-030");
        },
    },
    {
        .id = "mea/signed-form",
        .title = "A signed MEASUREMENTS names the slot and the requester's context",
        .requirements = {"SPDM-MEA-021", "SPDM-MEA-022", "SPDM-MEA-031", "SPDM-MEA-032", "SPDM-MEA-035",
                         "SPDM-MEA-036", "SPDM-MEA-038", "SPDM-MEA-044"},
        .needs = cap::meas_sig | cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            for (const auto& [slot, digest] : test.claims().digests) {
                if (slot > 0 && !test.at_least(v1_1)) break;
                TRY(negotiate_with_chain(test, slot));
                GetMeasurements message = test.lab().get_measurements(kAllMeasurements, true, slot);
                Exchange exchange = TRY(test.lab().send(message));
                TRY(test.expect_signature(exchange, {"SPDM-MEA-021", "SPDM-MEA-022", "SPDM-MEA-038"}));
                MeasurementAnswer answer = TRY(read_measurements(exchange));
                if (test.at_least(v1_1)) {
                    TRY(test.expect_that((answer.message.param2 & 0x0f) == slot, "SPDM-MEA-031",
                                         fmt::format("SlotID {}", slot),
                                         fmt::format("{}", answer.message.param2 & 0x0f), "Param2"));
                }
                TRY(test.expect_that((answer.message.param2 >> 4 & 3) != 3 || !test.at_least(v1_2),
                                     "SPDM-MEA-032", "ContentChanged 00b to 10b", "11b", "Param2"));
                TRY(test.expect_that(
                    answer.message.requester_context == message.requester_context || !test.at_least(v1_3),
                    "SPDM-MEA-035", "the request's RequesterContext",
                    to_hex(answer.message.requester_context), "RequesterContext"));
                TRY(sound_opaque(test, answer.message.opaque_data, "SPDM-MEA-036", "SPDM-MEA-036"));
                TRY(test.expect_that(answer.message.total_indices == 0, "SPDM-MEA-044", "Param1 0",
                                     fmt::format("{}", answer.message.total_indices), "Param1"));
            }
            return {};
        },
    },
    // Unsigned exchanges are covered by the next signature; the one after it starts anew.
    {
        .id = "mea/accumulates",
        .title = "A signature covers the unsigned exchanges before it, and each only once",
        .requirements = {"SPDM-MEA-021", "SPDM-MEA-026"},
        .needs = cap::meas_sig | cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            if (test.claims().measurements.empty())
                return CaseContext::not_applicable("the device has no measurement");
            TRY(negotiate_with_chain(test));
            for (uint8_t operation :
                 {kMeasurementCount, test.claims().measurements.front(), kAllMeasurements}) {
                TRY(test.expect_answer(TRY(lab.send(lab.get_measurements(operation, false))),
                                       "SPDM-MEA-021"));
            }
            TRY(test.expect_signature(TRY(lab.send(lab.get_measurements(kAllMeasurements, true))),
                                      "SPDM-MEA-021"));
            return test.expect_signature(
                TRY(lab.send(lab.get_measurements(test.claims().measurements.front(), true))),
                "SPDM-MEA-026");
        },
    },
    {
        .id = "mea/another-request-resets",
        .title = "Another request restarts what MEASUREMENTS signs",
        .requirements = {"SPDM-MEA-023"},
        .needs = cap::meas_sig | cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(negotiate_with_chain(test));
            TRY(test.expect_answer(TRY(lab.send(lab.get_measurements(kMeasurementCount, false))),
                                   "SPDM-MEA-023"));
            TRY(test.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-MEA-023"));
            return test.expect_signature(TRY(lab.send(lab.get_measurements(kAllMeasurements, true))),
                                         "SPDM-MEA-023");
        },
    },
    {
        .id = "mea/error-resets",
        .title = "An ERROR restarts what MEASUREMENTS signs",
        .requirements = {"SPDM-MEA-024", "SPDM-MEA-008"},
        .needs = cap::meas_sig | cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(negotiate_with_chain(test));
            TRY(test.expect_answer(TRY(lab.send(lab.get_measurements(kMeasurementCount, false))),
                                   "SPDM-MEA-024"));
            TRY(test.expect(TRY(lab.send(lab.get_measurements(test.claims().absent_index(), false))),
                            invalid(), "SPDM-MEA-008"));
            return test.expect_signature(TRY(lab.send(lab.get_measurements(kAllMeasurements, true))),
                                         "SPDM-MEA-024");
        },
    },
    // What a transport adds to GET_MEASUREMENTS is not signed.
    {
        .id = "mea/padding-is-not-signed",
        .title = "Bytes behind GET_MEASUREMENTS are not signed",
        .requirements = {"SPDM-MEA-045"},
        .needs = cap::meas_sig | cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (size_t padding : {1U, 3U}) {
                TRY(negotiate_with_chain(test));
                for (bool sign : {false, true}) {
                    Bytes request = TRY(lab.encode(lab.get_measurements(kAllMeasurements, sign)));
                    Exchange exchange = TRY(lab.send(padded(request, padding)));
                    TRY(test.expect(exchange, answer_despite_padding(test), "SPDM-MEA-045"));
                    if (sign && !exchange.error()) TRY(test.expect_signature(exchange, "SPDM-MEA-045"));
                }
            }
            return {};
        },
    },
};

}  // namespace

void add_measurements_signed(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
