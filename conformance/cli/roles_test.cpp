#include "conformance/cli/roles.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "conformance/cli/run_arguments.h"
#include "conformance/cli/test_support.h"
#include "stack/base/ranges.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(roles_suite)

namespace {

// Every option of `assay run` but --role and --help.
std::vector<std::string> all_options() {
    CLI::App app;
    RunCommand command;
    std::vector<std::string> names;
    for (const CLI::Option* option : add_run(app, command)->get_options()) {
        if (option->get_name() != "--role" && option->get_name() != "--help,-h" &&
            !option->check_name("--help"))
            names.push_back(option->get_name());
    }
    return names;
}

RunCommand asked(std::vector<std::string> given) {
    RunCommand command;
    command.list = contains(given, std::string("--list"));
    command.kill_matrix = contains(given, std::string("--kill-matrix"));
    command.traceability = contains(given, std::string("--traceability"));
    command.given = std::move(given);
    return command;
}

// A value that the option takes.
std::vector<std::string> with_value(const std::string& option) {
    for (const char* flag : {"--strict", "--resume", "--allow-writes", "--rsa", "--list", "--kill-matrix",
                             "--traceability", "--fast", "--json", "--quiet"}) {
        if (option == flag) return {option};
    }
    if (option == "--level") return {option, "must"};
    return {option, option == "--spdm-version" ? "1.2" : "1"};
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_role_names_options_that_there_are_and_none_twice) {
    const std::vector<std::string> known = all_options();
    BOOST_TEST(known.size() > 20U);
    for (const Role& role : roles()) {
        for (std::string_view option : role.options) {
            BOOST_TEST(contains(known, std::string(option)), role.suite.name << " " << option);
            BOOST_TEST(std::ranges::count(role.options, option) == 1, role.suite.name << " " << option);
        }
        BOOST_TEST(find_role(role.suite.name) == &role);
    }
    BOOST_TEST(find_role("nobody") == nullptr);
}

BOOST_AUTO_TEST_CASE(each_option_is_honoured_by_some_role) {
    for (const std::string& option : all_options()) {
        BOOST_TEST(
            std::ranges::any_of(
                roles(), [&](const Role& role) { return contains(role.options, std::string_view(option)); }),
            option);
    }
}

BOOST_AUTO_TEST_CASE(what_a_role_cannot_honour_is_refused_by_name_and_the_rest_is_not) {
    for (const Role& role : roles()) {
        for (const std::string& option : all_options()) {
            const std::string refused = refused_option(role, asked({"--role", option}));
            if (contains(role.options, std::string_view(option))) {
                BOOST_TEST(refused.empty(), refused);
                continue;
            }
            const std::string says = fmt::format("{} cannot be used with --role {}", option, role.suite.name);
            BOOST_TEST(refused.starts_with(says), refused);
            std::vector<std::string> arguments{"run", "--role", std::string(role.suite.name)};
            std::ranges::copy(with_value(option), std::back_inserter(arguments));
            BadInput{arguments, 2, says}.check();
        }
    }
}

BOOST_AUTO_TEST_CASE(what_lists_and_matrices_cannot_honour_is_refused_too) {
    const Role& responder = *find_role("responder");
    BOOST_TEST(refused_option(responder, asked({"--list", "--case"})).empty());
    const BadInput rows[] = {
        {{"run", "--list", "--target", "tcp://h"}, 2, "--target cannot be used with --list"},
        {{"run", "--kill-matrix", "--case", "x"}, 2, "--case cannot be used with --kill-matrix"},
        {{"run", "--traceability", "--strict"}, 2, "--strict cannot be used with --traceability"},
        {{"run", "--list", "--kill-matrix"}, 2, "--kill-matrix cannot be used with --list"},
    };
    for (const BadInput& row : rows) row.check();
}

// Of each role a case that passes on our own target and is quick.
namespace {
struct Quick {
    const char* role;
    const char* id;
};
constexpr Quick kQuick[] = {{"responder", "ver/form"},
                            {"requester", "req/honest-2"},
                            {"transfer", "rot/under-load"},
                            {"verifier", "genuine/hopper"},
                            {"threats", "link-read-code/cc"}};

Ran run_of(const Quick& one, std::vector<std::string> further) {
    std::vector<std::string> arguments{"run", "--role", one.role, "--case", one.id};
    if (std::string_view(one.role) == "responder")
        arguments.insert(arguments.end(), {"--spdm-version", "1.2"});
    std::ranges::move(further, std::back_inserter(arguments));
    return assay(std::move(arguments));
}
}  // namespace

BOOST_AUTO_TEST_CASE(each_role_has_a_quick_case) {
    for (const Role& role : roles())
        BOOST_TEST(std::ranges::count(kQuick, role.suite.name, &Quick::role) == 1, role.suite.name);
}

BOOST_AUTO_TEST_CASE(each_role_lists_the_cases_that_a_filter_selects_and_runs_them) {
    for (const Quick& one : kQuick) {
        const Ran list = assay({"run", "--role", one.role, "--list", "--case", one.id});
        BOOST_TEST(list.code == 0, list.err);
        BOOST_TEST(list.out.starts_with(one.id), list.out);
        BOOST_TEST(list.out.contains("\n1 "), list.out);
        const Ran ran = run_of(one, {});
        BOOST_TEST(ran.code == 0, ran.out << ran.err);
        BOOST_TEST(ran.err.contains(one.id), "its progress: " << ran.err);
        BadInput{
            {"run", "--role", one.role, "--case", "none/*"},
            2,
            fmt::format("no case matches --case 'none/*' (assay run --role {} --list shows all)", one.role)}
            .check();
        BadInput{{"run", "--role", one.role, "--list", "--exclude", "none/*"},
                 2,
                 "no case matches --exclude 'none/*'"}
            .check();
        const Ran other = assay({"run", "--role", one.role, "--list", "--exclude", one.id, "--case", one.id});
        BOOST_TEST(other.code == 2);
        BOOST_TEST(other.err.contains(fmt::format("no case matches --case {} --exclude {}", one.id, one.id)),
                   other.err);
    }
}

BOOST_AUTO_TEST_CASE(each_role_notices_what_passes_against_its_profile_and_says_which_waiver_expired) {
    for (const Quick& one : kQuick) {
        const auto profile = [&](const char* expires) {
            return fmt::format(R"({{"waivers": [{{"case": "{}", "reason": "known", "expires": "{}"}}]}})",
                               one.id, expires);
        };
        const TemporaryFile still(profile("9999-12-31"));
        const Ran unexpected = run_of(one, {"--profile", still.name()});
        BOOST_TEST(unexpected.code == 1, unexpected.out << unexpected.err);
        BOOST_TEST(unexpected.out.contains("unexpected pass"), unexpected.out);
        const TemporaryFile no_more(profile("2020-01-01"));
        const Ran expired = run_of(one, {"--profile", no_more.name()});
        BOOST_TEST(expired.code == 0, expired.out << expired.err);
        BOOST_TEST(expired.out.contains("expired on 2020-01-01"), expired.out);
    }
}

BOOST_AUTO_TEST_CASE(a_failure_that_is_expected_is_waived_in_each_role) {
    struct Expected {
        std::string role, id, check;
    };
    const Expected rows[] = {{"requester", "req/cert-root-1", "cert_root"},
                             {"transfer", "work/bits", "work_mac"},
                             {"verifier", "report/param1", "report_reserved"},
                             {"threats", "out-of-band-read/cc", "management_read"}};
    for (const Expected& row : rows) {
        const TemporaryFile profile(fmt::format(
            R"({{"waivers": [{{"case": "{}", "reason": "known", "expires": "9999-12-31"}}]}})", row.id));
        const std::vector<std::string> faulty{"run",  "--role",  row.role, "--case",
                                              row.id, "--waive", row.check};
        const Ran failed = assay(faulty);
        BOOST_TEST(failed.code == 1, row.id << failed.out << failed.err);
        std::vector<std::string> expected = faulty;
        expected.insert(expected.end(), {"--profile", profile.name()});
        const Ran waived = assay(expected);
        BOOST_TEST(waived.code == 0, waived.out << waived.err);
        BOOST_TEST(waived.out.contains("waived"), waived.out);
    }
}

BOOST_AUTO_TEST_CASE(a_profile_that_a_role_cannot_honour_is_refused) {
    for (const Role& role : roles()) {
        const bool honoured = contains(role.profile_keys, std::string_view("answers"));
        const Ran ran = assay({"run", "--role", std::string(role.suite.name), "--profile", "ocp", "--case",
                               std::ranges::find(kQuick, role.suite.name, &Quick::role)->id});
        BOOST_TEST(ran.code == (honoured ? 0 : 2), ran.out << ran.err);
        BOOST_TEST(ran.err.contains("\"answers\" of the profile cannot be used with") == !honoured, ran.err);
    }
}

BOOST_AUTO_TEST_CASE(a_waiver_for_certain_versions_is_refused_by_a_role_without_versions) {
    const TemporaryFile profile(
        R"({"waivers": [{"case": "crt/*", "versions": ["1.0"], "reason": "known", "expires": "9999-12-31"}]})");
    for (const Role& role : roles()) {
        const bool honoured = contains(role.options, std::string_view("--spdm-version"));
        const Ran ran = assay({"run", "--role", std::string(role.suite.name), "--profile", profile.name(),
                               "--case", std::ranges::find(kQuick, role.suite.name, &Quick::role)->id});
        BOOST_TEST(ran.code == (honoured ? 0 : 2), ran.out << ran.err);
        BOOST_TEST(ran.err.contains("\"versions\" of the waiver for 'crt/*' cannot be used") == !honoured,
                   ran.err);
    }
}

BOOST_AUTO_TEST_CASE(each_role_writes_the_same_report_and_its_summary_ends_with_the_command_to_repeat_it) {
    for (const Quick& one : kQuick) {
        const TemporaryFile place("", "report");
        std::filesystem::remove(place.path);
        const Ran ran = run_of(one, {"--report", place.name()});
        BOOST_TEST(ran.code == 0, ran.out << ran.err);
        std::ifstream file(place.path / "report.json");
        const auto report = nlohmann::json::parse(file, nullptr, false);
        BOOST_REQUIRE(report.is_object());
        BOOST_TEST(report["role"] == one.role);
        BOOST_TEST(report["exit_code"] == 0);
        BOOST_TEST(report["counts"]["pass"] == report["results"].size());
        for (const char* name : {"junit.xml", "summary.txt"})
            BOOST_TEST(std::filesystem::exists(place.path / name), one.role << " " << name);
        // What it says does the same again.
        const std::string command = report["command"].get<std::string>();
        BOOST_TEST(ran.out.contains("to repeat: " + command + "\n"), ran.out);
        std::istringstream words(command);
        std::vector<std::string> arguments;
        for (std::string word; words >> word;) arguments.push_back(word);
        arguments.erase(arguments.begin());
        BOOST_TEST(assay(arguments).code == 0, command);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
