// Which cases a run or a list is of, and in what form they come.
#include <nlohmann/json.hpp>

#include "conformance/cli/test_support.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(selection_suite)

namespace {

using Json = nlohmann::json;

Json parsed(const Ran& ran) {
    Json json = Json::parse(ran.out, nullptr, false);
    BOOST_REQUIRE_MESSAGE(json.is_object(), ran.out << ran.err);
    return json;
}

std::vector<std::string> ids(const Json& list) {
    std::vector<std::string> all;
    for (const Json& one : list) all.push_back(one["id"]);
    return all;
}

// Arguments of a command that a report says repeats it, which needs no quotes here.
std::vector<std::string> words(const std::string& command) {
    std::istringstream text(command);
    std::vector<std::string> list;
    for (std::string word; text >> word;) list.push_back(word);
    list.erase(list.begin());
    return list;
}

struct Folder : TemporaryFile {
    Folder() : TemporaryFile("", "folder") { std::filesystem::remove(path); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_list_as_json_has_what_is_selected_and_no_other) {
    const Json list =
        parsed(assay({"run", "--list", "--json", "--case", "crt/*", "chl/*", "--exclude", "*nonce*",
                      "--requirement", "SPDM-CRT-004", "--requirement", "SPDM-CHL-*"}));
    BOOST_TEST(list["role"] == "responder");
    BOOST_TEST(list["cases"].size() > 3U);
    bool crt = false, chl = false;
    for (const Json& one : list["cases"]) {
        const std::string id = one["id"];
        crt |= id.starts_with("crt/");
        chl |= id.starts_with("chl/");
        BOOST_TEST((id.starts_with("crt/") || id.starts_with("chl/")), id);
        BOOST_TEST(!id.contains("nonce"), id);
        BOOST_TEST(!one["requirements"].empty(), id);
    }
    BOOST_TEST((crt && chl));
}

BOOST_AUTO_TEST_CASE(a_level_selects_by_the_requirements) {
    const Json should = parsed(assay({"run", "--list", "--json", "--level", "should"}));
    const Json all = parsed(assay({"run", "--list", "--json"}));
    BOOST_TEST(!should["cases"].empty());
    BOOST_TEST(should["cases"].size() < all["cases"].size());
    for (const Json& one : should["cases"]) {
        BOOST_TEST(std::ranges::any_of(one["requirements"],
                                       [](const Json& rule) { return rule["level"] == "should"; }));
    }
}

BOOST_AUTO_TEST_CASE(a_fast_run_is_of_the_newest_version_and_of_nothing_that_waits) {
    const Json fast = parsed(assay({"run", "--list", "--json", "--fast"}));
    for (const Json& one : fast["cases"]) BOOST_TEST(one["waits"] == false, one["id"]);
    const Json all = parsed(assay({"run", "--list", "--json"}));
    BOOST_TEST(fast["cases"].size() < all["cases"].size());
    BOOST_TEST(fast["cases"].size() > all["cases"].size() / 2, "most of what can be found is found fast");
    const Json run = parsed(assay({"run", "--fast", "--case", "ver/*", "--json", "--quiet"}));
    BOOST_TEST((run["versions"] == Json::array({"1.4"})));
}

BOOST_AUTO_TEST_CASE(a_run_as_json_is_its_report_without_the_exchanges) {
    const Folder place;
    const Ran ran = assay({"run", "--spdm-version", "1.2", "--case", "crt/offset-beyond", "--waive",
                           "certificate_offset", "--json", "--report", place.name()});
    BOOST_TEST(ran.code == 1);
    Json said = parsed(ran);
    Json written = Json::parse(std::ifstream(place.path / "report.json"), nullptr, false);
    BOOST_REQUIRE(written.is_object());
    for (Json& result : written["results"]) {
        BOOST_TEST(result["seconds"].is_number(), result["id"]);
        result.erase("exchanges");
    }
    BOOST_TEST((said == written));
    BOOST_TEST(!ran.err.empty(), "progress is shown");
}

BOOST_AUTO_TEST_CASE(a_quiet_run_says_what_failed_and_what_it_came_to) {
    const Ran failed = assay({"run", "--spdm-version", "1.2", "--case", "crt/offset-*", "--waive",
                              "certificate_offset", "--quiet"});
    BOOST_TEST(failed.code == 1);
    BOOST_TEST(failed.err.empty(), failed.err);
    BOOST_TEST(failed.out.starts_with("fail            1.2  crt/offset-beyond: "), failed.out);
    BOOST_TEST(lines(failed.out) == 2U, failed.out);
    const Ran passed = assay({"run", "--spdm-version", "1.2", "--case", "ver/form", "--quiet"});
    BOOST_TEST(lines(passed.out) == 1U, passed.out);
    BOOST_TEST(passed.out.ends_with("exit code 0: no failure\n"), passed.out);
}

BOOST_AUTO_TEST_CASE(what_failed_is_run_again_alone_and_its_command_repeats_it) {
    const Folder place;
    const std::vector<std::string> faulty{
        "run", "--waive", "certificate_offset", "--spdm-version", "1.1", "--spdm-version", "1.2"};
    std::vector<std::string> first = faulty, again = faulty;
    first.insert(first.end(), {"--case", "crt/*", "--report", place.name()});
    again.insert(again.end(), {"--only-failed", place.name(), "--json"});
    BOOST_TEST(assay(first).code == 1);
    const Json report = parsed(assay(again));
    using Ids = std::vector<std::string>;
    const Ids due = {"sane/first", "crt/offset-beyond", "sane/last"};
    Ids twice = due;
    twice.insert(twice.end(), due.begin(), due.end());
    BOOST_TEST((ids(report["results"]) == twice));
    BOOST_TEST(report["command"].get<std::string>().contains("--only-failed " + place.name()));
    std::vector<std::string> repeated = words(report["command"]);
    repeated.emplace_back("--json");
    BOOST_TEST((ids(parsed(assay(repeated))["results"]) == twice), report["command"]);

    std::vector<std::string> one_version = {"run", "--waive",       "certificate_offset", "--spdm-version",
                                            "1.4", "--only-failed", place.name()};
    BadInput{one_version, 2, "nothing failed there at the versions that --spdm-version asks for"}.check();
    BadInput{{"run", "--role", "threats", "--only-failed", place.name()},
             2,
             "is the report of a run of --role responder"}
        .check();
}

BOOST_AUTO_TEST_CASE(a_report_without_a_failure_leaves_nothing_to_run_again) {
    const Folder place;
    BOOST_TEST(
        assay({"run", "--role", "threats", "--case", "link-read-code/cc", "--report", place.name()}).code ==
        0);
    BadInput{{"run", "--role", "threats", "--only-failed", place.name()}, 2, "nothing failed in"}.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
