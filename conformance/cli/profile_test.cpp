#include <nlohmann/json.hpp>

#include "conformance/cli/test_support.h"
#include "conformance/engine/profile_format.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(profile_suite)

BOOST_AUTO_TEST_CASE(check_names_every_fault_of_every_file) {
    const TemporaryFile good(
        R"({"waivers": [{"case": "crt/*", "reason": "known", "expires": "9999-12-31"}]})", "good.json");
    const TemporaryFile old(R"({"waivers": [{"case": "crt/*", "reason": "known", "expires": "2020-01-01"}]})",
                            "old.json");
    const TemporaryFile bad("{\"waivers\": [\n  {\"case\": \"ctr/*\", \"reason\": \"known\"}]}", "bad.json");
    const Ran fine = assay({"profile", "check", good.name(), "ocp", old.name()});
    BOOST_TEST(fine.code == 0, fine.out << fine.err);
    BOOST_TEST(
        fine.out.contains(good.name() + ": can be used, 0 warnings; waives cases of --role responder\n"),
        fine.out);
    BOOST_TEST(fine.out.contains("ocp: can be used, 0 warnings\n"), fine.out);
    BOOST_TEST(fine.out.contains(old.name() + ":1:51: warning: waivers[0]: expired on 2020-01-01"), fine.out);
    BOOST_TEST(fine.out.contains(old.name() + ": can be used, 1 warning"), fine.out);

    const Ran faulty = assay({"profile", "check", "/nowhere.json", bad.name(), good.name()});
    BOOST_TEST(faulty.code == 2);
    BOOST_TEST(faulty.err == "assay: cannot read /nowhere.json: No such file or directory\n");
    BOOST_TEST(faulty.out.contains(bad.name() + ":2:3: error: waivers[0]: \"expires\" is missing"),
               faulty.out);
    BOOST_TEST(
        faulty.out.contains(bad.name() + ":2:4: error: waivers[0]: \"case\": no case matches \"ctr/*\""),
        faulty.out);
    BOOST_TEST(faulty.out.contains(bad.name() + ": 2 errors, 0 warnings\n"), faulty.out);
    BOOST_TEST(faulty.out.contains(good.name() + ": can be used"), faulty.out);

    BadInput{{"run", "--profile", bad.name()}, 2, "bad.json:2:3: waivers[0]: \"expires\" is missing"}.check();
    BadInput{{"run", "--profile", bad.name()}, 2, "('assay profile check' names 1 more)"}.check();
}

BOOST_AUTO_TEST_CASE(every_role_knows_the_cases_that_a_profile_may_name) {
    for (const char* id : {"crt/offset-beyond", "sane/first", "req/cert-root-1", "work/bits", "report/param1",
                           "out-of-band-read/cc"}) {
        const TemporaryFile profile(std::string(R"({"waivers": [{"case": ")") + id +
                                    R"(", "reason": "known", "expires": "9999-12-31"}]})");
        const Ran ran = assay({"profile", "check", profile.name()});
        BOOST_TEST(ran.code == 0, ran.out);
    }
}

BOOST_AUTO_TEST_CASE(a_profile_can_be_checked_for_one_role) {
    const TemporaryFile profile(
        R"({"waivers": [{"case": "req/*", "reason": "known", "expires": "9999-12-31"}]})");
    const Ran any = assay({"profile", "check", profile.name()});
    BOOST_TEST(any.out.ends_with("; waives cases of --role requester\n"), any.out);
    BOOST_TEST(assay({"profile", "check", "--role", "requester", profile.name()}).code == 0);
    const Ran other = assay({"profile", "check", "--role", "responder", profile.name()});
    BOOST_TEST(other.code == 2);
    BOOST_TEST(other.out.contains("no case matches \"req/*\""), other.out);
    const Ran key = assay({"profile", "check", "--role", "verifier", "ocp"});
    BOOST_TEST(key.code == 2);
    BOOST_TEST(key.out.contains("\"answers\" of the profile cannot be used with --role verifier"), key.out);
    BOOST_TEST(key.out.contains("ocp: 1 error, 0 warnings\n"), key.out);
    BadInput{{"profile", "check", "--role", "nobody", "ocp"}, 2, "nobody"}.check();
}

// The golden file is also held to its schema by ci/vectors.
BOOST_AUTO_TEST_CASE(a_profile_that_init_wrote_is_explained_and_changes_no_verdict) {
    const TemporaryFile place("", "new.json");
    std::filesystem::remove(place.path);
    const Ran written = assay({"profile", "init", "--target", "reference", "--output", place.name()});
    BOOST_TEST(written.code == 0, written.err);
    const Ran printed = assay({"profile", "init"});
    BOOST_TEST(printed.out == place.content());
    std::ifstream golden("conformance/cli/golden/profile.json");
    BOOST_TEST(printed.out == std::string(std::istreambuf_iterator<char>(golden), {}),
               "assay profile init >conformance/cli/golden/profile.json, if the change is meant");
    for (const char* says : {"versions: 1.0, 1.1, 1.2, 1.3, 1.4", "1.2 capabilities: 0x", "CERT_CAP",
                             "1.2 algorithms: ", "1.2 slots with certificates: 0", "1.2 sessions: DHE "})
        BOOST_TEST(printed.out.contains(says), says);
    for (const engine::ProfileKey& key : engine::waiver_keys())
        BOOST_TEST(printed.out.contains(std::string(key.meaning)) ==
                   (key.value != engine::ProfileValue::comment));
    const Ran checked = assay({"profile", "check", place.name()});
    BOOST_TEST(checked.code == 0, checked.out);
    BOOST_TEST(checked.out.ends_with(": can be used, 0 warnings\n"), checked.out);

    const auto verdicts = [](std::vector<std::string> further) {
        std::vector<std::string> arguments{
            "run",    "--case", "ver/*", "--case", "dig/*", "--waive", "certificate_offset",
            "--json", "--quiet"};
        arguments.insert(arguments.end(), further.begin(), further.end());
        const auto report = nlohmann::json::parse(assay(arguments).out, nullptr, false);
        BOOST_REQUIRE(report.is_object());
        std::vector<std::string> list;
        for (const auto& result : report["results"])
            list.push_back(result["id"].dump() + result["version"].dump() + result["verdict"].dump());
        return list;
    };
    const auto without = verdicts({});
    BOOST_TEST(without.size() > 20U);
    BOOST_TEST(verdicts({"--profile", place.name()}) == without, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(init_keeps_what_is_there_and_says_whom_it_could_not_ask) {
    const TemporaryFile there("mine");
    BadInput{{"profile", "init", "--output", there.name()}, 2, "it is there already"}.check();
    BOOST_TEST(there.content() == "mine");
    const BadInput rows[] = {
        {{"profile", "init", "--output", "/nowhere/p.json"}, 2, "cannot write /nowhere/p.json: No such file"},
        {{"profile", "init", "--target", "tcp://127.0.0.1:1", "--connect-timeout", "30"},
         3,
         "cannot connect"},
        {{"profile", "init", "--target", "usb://1"}, 2, "no such kind of target"},
        {{"profile"}, 2, "(see assay profile --help)"},
        {{"profile", "check"}, 2, "profile is required (see assay profile"},
    };
    for (const BadInput& row : rows) row.check();
    BOOST_TEST(assay({"profile", "init", "--help"}).out.contains("--output"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
