#include "conformance/engine/case.h"

#include <boost/test/unit_test.hpp>

#include "conformance/lab/reference.h"

namespace assay::engine {

namespace {

// A case whose device asked for a new connection, and then gave `answer` to GET_DIGESTS.
bool excused(const char* answer, size_t finding_at) {
    const lab::ReferenceOptions options;
    lab::ReferenceDut dut(lab::make_reference_device(options), crypto::fast_provider(), options);
    SeededRandom random(1);
    lab::Lab lab(dut, random, crypto::fast_provider());
    for (const char* response : {"127f4300", answer}) {
        lab.record({.request = from_hex("12810000").value(),
                    .response = from_hex(response).value(),
                    .request_context = {},
                    .response_context = {},
                    .signature = {}});
    }
    const Claims claims;
    const CaseContext context(lab, claims);
    Finding finding(Verdict::fail, "SPDM-DIG-001", "a refusal", "another answer");
    finding.exchange = finding_at;
    return context.resynched_before(finding);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(case_suite)

BOOST_AUTO_TEST_CASE(only_what_is_refused_after_a_new_connection_was_asked_for_is_excused) {
    BOOST_TEST(excused("127f0400", 1));
    BOOST_TEST(excused("127f0400", Finding::npos));
    BOOST_TEST(!excused("12010000", 1), "an answer shows as much as ever");
    BOOST_TEST(!excused("127f0400", 0), "the finding is about the request for a new connection itself");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
