#include "stack/attest/snp.h"

#include "stack/attest/snp_test_support.h"

namespace assay::attest {

namespace {

namespace snp_bits = evidence::snp_bits;

void set_tcbs(Made& made, const Tcb& tcb) {
    evidence::SnpReport& report = made.report;
    report.current_tcb = report.reported_tcb = report.committed_tcb = report.launch_tcb =
        number(tcb, TcbLayout::turin);
}

void make_turin(Made& made) {
    made.report.cpuid_fam_id = 0x1a;
    made.report.cpuid_mod_id = 0x02;
    set_tcbs(made, {.fmc = 1, .bootloader = 4, .snp = 24, .microcode = 0xdb});
    std::fill(made.report.chip_id.begin() + 8, made.report.chip_id.end(), uint8_t{0});
    made.extension("1").content = integer(1);
    made.extension("2").content = ia5("Turin");
    made.extension("4").content.resize(8);
    made.extensions.push_back(amd("3.9", integer(1)));
    made.context.policy.snp->tcb.fmc = 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snp_suite)

BOOST_AUTO_TEST_CASE(a_genuine_report_is_trusted_and_says_what_guest_it_is_of) {
    Made made;
    made.context.policy.snp->measurements = {guest().measurement};
    made.context.policy.snp->vmpl = {0};
    made.context.policy.snp->tcb = {.bootloader = 4, .tee = 0, .snp = 24, .microcode = 0xdb};
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    const auto& claims = appraisal.claims().at("snp");
    BOOST_TEST(claims.at("dbgstat") == "disabled-since-boot");
    BOOST_TEST(claims.at("guest-svn") == 2);
    BOOST_TEST(claims.at("reported-tcb").at("microcode") == 0xdb);
    BOOST_TEST(claims.at("signer") == "vcek");
}

BOOST_AUTO_TEST_CASE(a_report_bound_to_gpus_and_a_tpm_is_trusted) {
    Made made;
    made.context.policy.composite = true;
    made.gpus = {gpu_with_leaf("one"), gpu_with_leaf("two")};
    made.tpm.emplace().certificates = gpu_with_leaf("ak").certificates;
    Evidence evidence;
    evidence.gpus = made.gpus;
    evidence.tpm = made.tpm;
    const auto key = attestation_key(evidence).value();
    made.report.report_data = bound_report_data(test_nonce(), gpu_leaves(evidence).value(), &key);
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted));
}

BOOST_AUTO_TEST_CASE(a_report_that_a_vlek_signed_is_of_no_chip) {
    Made made;
    made.report.key_info = 1 << 2;
    made.extensions.back() = amd("5", Bytes{0x16, 3, 'c', 's', 'p'});
    made.report.chip_id = Bytes(64);
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
}

BOOST_AUTO_TEST_CASE(a_report_whose_chip_is_masked_is_of_the_chip_that_the_certificate_names) {
    Made made;
    made.report.chip_id = Bytes(64);
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    BOOST_TEST(appraisal.claims().at("snp").at("chip-id").is_null());
    made.extensions.pop_back();
    BOOST_TEST(refused_by(appraised(made)) == (std::vector<std::string>{"snp_signer", "snp_chip"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(report_data_that_is_given_needs_no_nonce) {
    Made made;
    const Bytes data(64, 0x66);
    made.report.report_data = data;
    made.context.nonce.reset();
    made.context.expected["snp"] = data;
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted), appraised(made).text());
}

BOOST_AUTO_TEST_CASE(the_newest_version_may_have_bits_of_the_platform_that_later_firmware_brings) {
    Made made;
    made.report.version = 5;
    made.report.platform_info = 0x1e1;
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    BOOST_TEST(appraisal.claims().at("snp").at("platform-info") ==
               nlohmann::json({"smt-en", "alias-check-complete", "iommu-write-safe", "tio-en", "bit-8"}));
}

BOOST_AUTO_TEST_CASE(firmware_may_have_been_taken_back_where_the_policy_allows_it) {
    Made made;
    made.report.launch_tcb += uint64_t{1} << 48;
    made.context.policy.snp->allow_rollback = true;
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted), appraised(made).text());
}

BOOST_AUTO_TEST_CASE(version_2_is_laid_out_as_the_certificate_says) {
    Made made;
    make_turin(made);
    made.report.version = 2;
    made.report.cpuid_fam_id = made.report.cpuid_mod_id = made.report.cpuid_step = 0;
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted), appraised(made).text());
}

BOOST_AUTO_TEST_CASE(turin_has_an_fmc_and_a_short_chip_id) {
    Made made;
    make_turin(made);
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted), appraised(made).text());
    made.context.policy.snp->tcb.fmc = 2;
    BOOST_TEST(refused_by(appraised(made)) == std::vector<std::string>{"snp_tcb_floor"},
               boost::test_tools::per_element());
    made.context.policy.snp->tcb.fmc = 0;
    set_tcbs(made, {.fmc = 0, .bootloader = 4, .snp = 24, .microcode = 0xdb});
    made.extensions.pop_back();
    BOOST_TEST(refused_by(appraised(made)) == std::vector<std::string>{"snp_certificate_tcb"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_policy_may_allow_debugging_and_migration) {
    Made made;
    made.report.policy |= snp_bits::debug.mask() | snp_bits::migrate_ma.mask();
    made.context.policy.snp->allow_debug = made.context.policy.snp->allow_migration = true;
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    BOOST_TEST(appraisal.claims().at("snp").at("dbgstat") == "enabled");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
