#include "stack/attest/appraisal.h"

#include <boost/test/unit_test.hpp>

namespace assay::attest {

BOOST_AUTO_TEST_SUITE(appraisal)

BOOST_AUTO_TEST_CASE(each_step_is_reported_with_all_that_it_says) {
    Waivers waivers;
    waivers.waive(Check::cert_leaf);
    Appraisal made(waivers);
    const Bytes bytes = {0xab, 0xcd};
    made.demand(Check::cert_order, true, {});
    made.demand(Check::cert_form, false,
                {.subject = "tpm", .field = "ak.pem", .offset = 7, .bytes = bytes, .reason = "cut"});
    made.demand(Check::cert_leaf, false, {.subject = "tpm"});
    const nlohmann::ordered_json wanted = {
        {{"check", "cert_order"}, {"verdict", "held"}},
        {{"check", "cert_form"},
         {"verdict", "refused"},
         {"subject", "tpm"},
         {"field", "ak.pem"},
         {"offset", 7},
         {"bytes", "abcd"},
         {"reason", "cut"}},
        {{"check", "cert_leaf"}, {"verdict", "waived"}, {"subject", "tpm"}}};
    BOOST_TEST(made.to_json().at("steps") == wanted);
    BOOST_TEST(made.to_json().at("verdict") == "malformed");
}

BOOST_AUTO_TEST_CASE(no_check_at_all_is_not_trust) {
    BOOST_TEST((Appraisal().verdict() == Verdict::refused));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
