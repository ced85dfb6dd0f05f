#include "stack/attest/appraisal.h"

#include <boost/test/unit_test.hpp>

namespace assay::attest {

BOOST_AUTO_TEST_SUITE(appraisal)

BOOST_AUTO_TEST_CASE(each_step_is_reported_with_all_that_it_says) {
    FaultConfig faults;
    faults.waive(Check::cert_leaf);
    Appraisal made(faults);
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

BOOST_AUTO_TEST_CASE(the_text_names_each_refusal_with_its_place_and_counts_what_held) {
    Appraisal made;
    const Bytes bytes = {0xab, 0xcd};
    made.demand(Check::snp_form, true, {.subject = "snp", .field = "r.bin"});
    made.demand(Check::snp_chip, false,
                {.subject = "snp", .field = "CHIP_ID", .offset = 416, .bytes = bytes, .reason = "other"});
    made.demand(Check::evidence_form, true, {});
    BOOST_TEST(
        made.text() ==
        "refused\n"
        "  snp_chip: the SEV-SNP report is of another chip than its certificate; other (snp, CHIP_ID at "
        "byte 416: abcd)\n"
        "  evidence: 1 checks held\n"
        "  snp: 1 checks held\n");
}

BOOST_AUTO_TEST_CASE(a_warning_is_named_and_decides_nothing) {
    Appraisal made;
    made.demand(Check::report_form, true, {.subject = "gpu-0"});
    made.warn(Check::report_trailing, {.subject = "gpu-0", .reason = "one zero"});
    BOOST_TEST((made.verdict() == Verdict::trusted));
    BOOST_TEST(made.to_json().at("steps").back().at("verdict") == "warning");
    BOOST_TEST(made.text() ==
               "trusted\n  warning report_trailing: bytes follow the report; one zero (gpu-0)\n"
               "  gpu-0: 1 checks held\n");
}

BOOST_AUTO_TEST_CASE(no_check_at_all_is_not_trust) {
    BOOST_TEST((Appraisal().verdict() == Verdict::refused));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
