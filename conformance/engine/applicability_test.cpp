#include "conformance/engine/applicability.h"

#include <boost/test/unit_test.hpp>

namespace assay::engine {

BOOST_AUTO_TEST_SUITE(applicability_suite)

namespace {

namespace cap = wire::cap;

std::string missing(uint32_t claimed, uint32_t needed) {
    Claims claims;
    claims.parameters.responder_flags = claimed;
    return missing_claim(claims, needed);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_claim_that_is_missing_is_named) {
    BOOST_TEST(missing(0, 0).empty());
    BOOST_TEST(missing(cap::cert | cap::chal, cap::cert | cap::chal).empty());
    BOOST_TEST(missing(cap::cert, cap::cert | cap::chal) == "the device does not claim CHAL_CAP");
    BOOST_TEST(missing(cap::meas_no_sig, cap::meas).empty(), "any measurements do");
    BOOST_TEST(missing(0, cap::meas) == "the device does not claim MEAS_CAP");
    BOOST_TEST(missing(cap::meas_no_sig, cap::meas_sig) ==
               "the device does not claim signed measurements (MEAS_CAP 10b)");
    BOOST_TEST(missing(cap::psk_no_context, cap::psk).empty());
    BOOST_TEST(missing(cap::psk_no_context, cap::psk_with_context) ==
               "the device does not claim PSK_CAP with a responder context (10b)");
}

BOOST_AUTO_TEST_CASE(needs_have_the_names_of_the_specification) {
    using Names = std::vector<std::string>;
    BOOST_TEST(names_of_needs(0).empty());
    BOOST_TEST((names_of_needs(cap::cert | cap::meas_sig) == Names{"MEAS_CAP 10b", "CERT_CAP"}));
    BOOST_TEST((names_of_needs(cap::meas | cap::psk) == Names{"MEAS_CAP", "PSK_CAP"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
