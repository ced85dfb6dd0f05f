#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/cli/test_support.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(transfer_suite)

BOOST_AUTO_TEST_CASE(the_built_in_path_passes_every_case_and_leaves_a_report) {
    TemporaryFile place("");
    std::filesystem::remove(place.path);
    const Ran ran = assay({"run", "--role", "transfer", "--strict", "--report", place.path.string()});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("no failure"), ran.out);
    BOOST_TEST(ran.out.contains("--role transfer"), ran.out);
    std::ifstream file(place.path / "report.json");
    const auto report = nlohmann::json::parse(file, nullptr, false);
    BOOST_REQUIRE(!report.is_discarded());
    BOOST_TEST(report["counts"]["pass"].get<size_t>() == report["results"].size());
}

BOOST_AUTO_TEST_CASE(a_check_that_is_waived_and_a_defect_that_is_planted_fail_a_case) {
    const Ran waived = assay({"run", "--role", "transfer", "--case", "work/*", "--waive", "work_mac"});
    BOOST_TEST(waived.code == 1, waived.out);
    BOOST_TEST(waived.out.contains("ASSAY-TRF-040"), waived.out);
    const Ran planted = assay({"run", "--role", "transfer", "--case", "key/*", "--defect", "secret_whole"});
    BOOST_TEST(planted.code == 1, planted.out);
    BOOST_TEST(planted.out.contains("key/derivation"), planted.out);
}

// Its ends over a shared memory cannot be had so.
BOOST_AUTO_TEST_CASE(a_path_in_a_child_process_is_tested_as_far_as_it_goes) {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "assay";
    const std::string target = "exec:" + program.string() + " serve --path";
    const Ran sound = assay({"run", "--role", "transfer", "--strict", "--target", target});
    BOOST_TEST(sound.code == 0, sound.out << sound.err);
    BOOST_TEST(sound.out.contains("not applicable"), sound.out);
    for (const char* group : {"key", "iv", "blk"}) {
        const Ran ran =
            assay({"run", "--role", "transfer", "--target", target, "--case", std::string(group) + "/*"});
        BOOST_TEST(ran.out.contains("exit code 0: no failure"), ran.out);
        BOOST_TEST(!ran.out.contains("NOTHING WAS JUDGED"), ran.out);
    }
    const Ran faulty = assay(
        {"run", "--role", "transfer", "--target", target + " --defect secret_whole", "--case", "key/*"});
    BOOST_TEST(faulty.code == 1, faulty.out);
    BOOST_TEST(faulty.out.contains("key/derivation"), faulty.out);
}

BOOST_AUTO_TEST_CASE(the_endpoint_in_c_passes_and_its_bug_is_found) {
    const auto run_on = [](const char* name) {
        const auto bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
        const std::string library = (bin.parent_path() / "examples" / name).string() + ".so";
        return assay({"run", "--role", "transfer", "--strict", "--target", "lib:" + library});
    };
    const Ran sound = run_on("endpoint");
    BOOST_TEST(sound.code == 0, sound.out << sound.err);
    BOOST_TEST(sound.out.contains("exit code 0: no failure"), sound.out);
    BOOST_TEST(!sound.out.contains("NOTHING WAS JUDGED"), sound.out);
    const Ran faulty = run_on("endpoint_with_bug");
    BOOST_TEST(faulty.code == 1, faulty.out << faulty.err);
    BOOST_TEST(faulty.out.contains("blk/tag: ASSAY-TRF-018"), faulty.out);
}

BOOST_AUTO_TEST_CASE(a_path_that_ends_is_dead_and_not_without_abilities) {
    const Ran ran = assay({"run", "--role", "transfer", "--target", "exec:exit 1", "--case", "key/*"});
    BOOST_TEST(ran.code == 1, ran.out);
    BOOST_TEST(ran.out.contains("dead"), ran.out);
    BOOST_TEST(ran.out.contains("the process has ended"), ran.out);
}

BOOST_AUTO_TEST_CASE(the_cases_of_the_path_are_listed_and_traced) {
    const Ran list = assay({"run", "--role", "transfer", "--list", "--case", "rot/*"});
    BOOST_TEST(list.code == 0);
    BOOST_TEST(list.out.contains("rot/under-load"), list.out);
    const Ran trace = assay({"run", "--traceability"});
    BOOST_TEST(trace.code == 0);
    BOOST_TEST(trace.out.contains("blk/replay"), "a case of the path in the matrix");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_of_the_path_is_said_in_one_line) {
    const BadInput rows[] = {
        {{"run", "--role", "transfer", "--case", "none/*"}, 2, "no case matches --case 'none/*'"},
        {{"serve", "--path", "--rsa"}, 2, "--path excludes --rsa"},
        {{"serve", "--path", "--waive", "nothing"}, 2, "there is no check 'nothing'"},
        {{"serve"}, 2, "serve needs one of --listen and --path"},
        {{"run", "--role", "transfer", "--waive", "nothing"}, 2, "there is no check 'nothing'"},
        {{"run", "--role", "transfer", "--defect", "nothing"}, 2, "there is no defect 'nothing'"},
        {{"run", "--role", "transfer", "--target", "tcp://localhost:1"},
         2,
         "can only be reference, lib:PATH or exec:COMMAND"},
        {{"run", "--role", "transfer", "--target", "lib:/nowhere/endpoint.so"},
         3,
         "lib:/nowhere/endpoint.so: "},
        {{"run", "--role", "transfer", "--target", "lib:/lib/x86_64-linux-gnu/libm.so.6"},
         3,
         "does not export assay_path_get()"},
        {{"run", "--role", "transfer", "--report", "/proc/nowhere"}, 2, "cannot make"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
