#include "conformance/cli/roles.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

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
    for (const char* flag :
         {"--strict", "--allow-writes", "--rsa", "--list", "--kill-matrix", "--traceability"}) {
        if (option == flag) return {option};
    }
    return {option, option == "--version" ? "1.2" : "1"};
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_role_names_options_that_there_are_and_none_twice) {
    const std::vector<std::string> known = all_options();
    BOOST_TEST(known.size() > 20U);
    for (const Role& role : roles()) {
        for (std::string_view option : role.options) {
            BOOST_TEST(contains(known, std::string(option)), role.name << " " << option);
            BOOST_TEST(std::ranges::count(role.options, option) == 1, role.name << " " << option);
        }
        BOOST_TEST(find_role(role.name) == &role);
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
            const std::string says = fmt::format("{} cannot be used with --role {}", option, role.name);
            BOOST_TEST(refused.starts_with(says), refused);
            std::vector<std::string> arguments{"run", "--role", std::string(role.name)};
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
