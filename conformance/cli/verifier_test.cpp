#include <cstdlib>
#include <nlohmann/json.hpp>

#include "conformance/cli/test_support.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(verifier_command)

namespace {

// One of the shell's verifiers that are there to be caught, over the bundles that match.
Ran shell_verifier(const std::string& name, const std::string& pattern) {
    const std::string script = "conformance/suites/verifier/" + name;
    return assay(
        {"run", "--role", "verifier", "--case", pattern, "--dut-command", "'" + script + "' {bundle}"});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_verifier_that_accepts_everything_is_caught_and_the_report_says_what_it_missed) {
    const Ran ran = shell_verifier("accepts-all", "firmware/*");
    BOOST_TEST(ran.code == 1, ran.out << ran.err);
    for (const char* wanted :
         {"firmware/vbios-spoofed (accepted, although one measurement of the VBIOS is another)",
          "where:    gpu-0/report.bin: MeasurementBlock[9]",
          "demand:   must be refused: a measurement is none of its golden values (measurement_match)",
          "assay evidence --case firmware/vbios-spoofed --out bundle && ",
          "it accepted, although:", "a golden value has no measurement (measurement_present)"}) {
        BOOST_TEST(ran.out.contains(wanted), wanted << "\n" << ran.out);
    }
}

BOOST_AUTO_TEST_CASE(a_verifier_that_checks_only_a_signature_is_caught_by_the_rest) {
    if (std::system("command -v openssl >/dev/null") != 0) {
        BOOST_TEST_MESSAGE("SKIPPED: the openssl command is not installed");
        return;
    }
    const Ran ran = shell_verifier("signatures-only", "report/r*");
    BOOST_TEST(ran.code == 1, ran.out << ran.err);
    for (const char* wanted :
         {"report/replayed (accepted, although", "the report was made for another nonce (report_nonce)"})
        BOOST_TEST(ran.out.contains(wanted), wanted << "\n" << ran.out);
    const Ran signatures = shell_verifier("signatures-only", "report/sign*");
    BOOST_TEST(signatures.code == 0, signatures.out << signatures.err);
    const Ran other = shell_verifier("signatures-only", "tpm/magic");
    BOOST_TEST(other.code == 0, other.out << other.err);
    BOOST_TEST(other.out.contains("not applicable"), other.out);
}

BOOST_AUTO_TEST_CASE(a_verifier_that_refuses_everything_proves_nothing) {
    const Ran ran = assay(
        {"run", "--role", "verifier", "--case", "report/param*", "--dut-command", "exit 1; echo {bundle}"});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("blocked"), ran.out);
    BOOST_TEST(assay({"run", "--role", "verifier", "--case", "genuine/hopper", "--dut-command",
                      "exit 1; echo {bundle}"})
                   .code == 1);
}

BOOST_AUTO_TEST_CASE(a_verifier_that_dies_or_is_late_is_dead) {
    const Ran dead = assay({"run", "--role", "verifier", "--case", "report/param1", "--dut-command",
                            "kill -9 $$; echo {bundle}"});
    BOOST_TEST(dead.code == 3, dead.out << dead.err);
    const Ran late = assay({"run", "--role", "verifier", "--case", "report/param1", "--dut-timeout", "100",
                            "--dut-command", "sleep 20; echo {bundle}"});
    BOOST_TEST(late.code == 3, late.out << late.err);
    BOOST_TEST(late.out.contains("no answer in time"), late.out);
}

BOOST_AUTO_TEST_CASE(our_own_verifier_is_run_and_leaves_reports) {
    TemporaryFile place("");
    std::filesystem::remove(place.path);
    const Ran ran =
        assay({"run", "--role", "verifier", "--case", "report/p*", "--report", place.path.string()});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    std::ifstream file(place.path / "report.json");
    const auto report = nlohmann::json::parse(file, nullptr, false);
    BOOST_REQUIRE(!report.is_discarded());
    BOOST_TEST(report["counts"]["pass"] == report["results"].size());
    BOOST_TEST(std::filesystem::exists(place.path / "junit.xml"));
    const Ran waived =
        assay({"run", "--role", "verifier", "--case", "report/param1", "--waive", "report_reserved"});
    BOOST_TEST(waived.code == 1, waived.out << waived.err);
    const Ran planted = assay(
        {"run", "--role", "verifier", "--case", "genuine/snp-reported-older", "--defect", "snp_current_tcb"});
    BOOST_TEST(planted.code == 1, planted.out << planted.err);
}

BOOST_AUTO_TEST_CASE(a_bundle_is_written_as_a_folder) {
    TemporaryFile place("");
    std::filesystem::remove(place.path);
    const Ran ran = assay({"evidence", "--case", "report/replayed", "--out", place.path.string()});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(std::filesystem::exists(place.path / "gpu-0/report.bin"));
    BOOST_TEST(ran.out.contains("refused by report_nonce"), ran.out);
    BOOST_TEST(assay({"evidence", "--list", "--case", "tpm/*"}).out.contains("tpm/magic"));
}

BOOST_AUTO_TEST_CASE(what_is_asked_wrongly_of_verifiers_and_evidence_is_said_in_one_line) {
    const BadInput rows[] = {
        {{"run", "--role", "verifier", "--case", "nothing/*"}, 2, "no case matches --case 'nothing/*'"},
        {{"run", "--role", "verifier", "--waive", "nothing"}, 2, "there is no check 'nothing'"},
        {{"run", "--role", "verifier", "--defect", "x"}, 2, "there is no defect 'x'"},
        {{"run", "--role", "verifier", "--dut-command", "true"}, 2, "{bundle} is missing"},
        {{"run", "--role", "verifier", "--dut-command", "x {bundle}", "--waive", "report_nonce"},
         2,
         "for the verifier in this process"},
        {{"run", "--role", "verifier", "--dut-command", "x {bundle}", "--defect", "snp_current_tcb"},
         2,
         "for the verifier in this process"},
        {{"evidence"}, 2, "--out is required"},
        {{"evidence", "--case", "no/such", "--out", "nowhere"}, 2, "there is no bundle 'no/such'"},
        {{"evidence", "--case", "report/param1", "--out", "/proc/nowhere"}, 2, "cannot write"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
