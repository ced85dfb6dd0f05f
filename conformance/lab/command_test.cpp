#include "conformance/lab/command.h"

#include <boost/test/unit_test.hpp>
#include <csignal>

namespace assay::lab {

BOOST_AUTO_TEST_SUITE(command)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(the_exit_status_and_the_words_of_a_command_come_back) {
    const CommandResult result = run_command("echo no; echo never >&2; exit 3", 10s);
    BOOST_TEST(result.exited_with(3));
    BOOST_TEST(result.output == "no\nnever\n");
}

BOOST_AUTO_TEST_CASE(a_command_that_takes_too_long_is_killed_with_its_children) {
    const auto before = std::chrono::steady_clock::now();
    const CommandResult result = run_command("sleep 30 & sleep 30", 200ms);
    BOOST_TEST((result.end == CommandResult::End::timed_out));
    BOOST_TEST((std::chrono::steady_clock::now() - before < 10s));
    BOOST_TEST((run_command("exec >/dev/null 2>&1; sleep 30", 200ms).end == CommandResult::End::timed_out));
}

BOOST_AUTO_TEST_CASE(a_command_that_dies_and_one_that_is_not_there_are_told_apart) {
    const CommandResult died = run_command("kill -SEGV $$", 10s);
    BOOST_TEST((died.end == CommandResult::End::killed));
    BOOST_TEST(died.code == SIGSEGV);
    BOOST_TEST(run_command("/no/such/verifier", 10s).exited_with(127));
}

BOOST_AUTO_TEST_CASE(what_a_command_says_is_kept_up_to_a_limit) {
    BOOST_TEST(run_command("yes | head -c 300000", 20s).output.size() == kOutputLimit);
}

BOOST_AUTO_TEST_CASE(a_folder_is_written_and_gone_with_its_owner) {
    std::filesystem::path path;
    {
        const TemporaryFolder folder;
        path = folder.path();
        BOOST_TEST(write_folder(path, {{"a/b.bin", {1, 2}}, {"c", {}}}).has_value());
        BOOST_TEST(std::filesystem::file_size(path / "a/b.bin") == 2U);
    }
    BOOST_TEST(!std::filesystem::exists(path));
    BOOST_TEST(!write_folder("/proc/nowhere", {{"a", {1}}}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
