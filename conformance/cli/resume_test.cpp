// Runs that do not reach their end: what they leave behind, and how they are gone on with.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "conformance/cli/test_support.h"
#include "stack/base/random.h"

namespace assay::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A folder that is gone with the test.
struct Folder {
    fs::path path = fs::temp_directory_path() / ("assay-resume-test-" + std::to_string(::getpid()));
    Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path); }
};

// A run of a second or so, in which a case fails.
std::vector<std::string> arguments(const fs::path& folder, bool resume = false) {
    std::vector<std::string> all{"run",     "--spdm-version",     "1.2",      "--case",        "crt/*",
                                 "--waive", "certificate_offset", "--report", folder.string(), "--jobs",
                                 "2"};
    if (resume) all.emplace_back("--resume");
    return all;
}

Json report_in(const fs::path& folder) {
    std::ifstream file(folder / "report.json");
    return Json::parse(file, nullptr, false);
}

std::vector<std::string> verdicts(const Json& report) {
    std::vector<std::string> list;
    for (const Json& one : report["results"])
        list.push_back(one["id"].dump() + one["version"].dump() + one["verdict"].dump());
    return list;
}

// A process that runs it; its exit status is the run's.
pid_t start(const std::vector<std::string>& words) {
    const pid_t child = fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) _exit(assay(words).code);
    return child;
}

int end_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool is_running(pid_t child) { return waitpid(child, nullptr, WNOHANG) == 0; }

size_t results_so_far(const fs::path& folder) {
    std::ifstream file(folder / "results.jsonl");
    return lines({std::istreambuf_iterator<char>(file), {}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resume_suite)

BOOST_AUTO_TEST_CASE(a_run_that_is_killed_leaves_no_broken_report_and_is_gone_on_with) {
    const Folder folder;
    const fs::path whole = folder.path / "whole", killed = folder.path / "killed";
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST(assay(arguments(whole)).code == 1);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    const std::vector<std::string> expected = verdicts(report_in(whole));
    SeededRandom random(7);
    constexpr int kMoments = 20;
    for (int i = 0; i < kMoments; ++i) {
        const bool resumable = fs::exists(killed / "results.jsonl");
        const pid_t child = start(arguments(killed, resumable));
        std::this_thread::sleep_for(
            std::chrono::milliseconds(random.below(static_cast<uint64_t>(took.count()) + 1)));
        kill(child, SIGKILL);
        end_of(child);
        if (!fs::exists(killed / "report.json")) continue;
        const Json report = report_in(killed);
        BOOST_REQUIRE(report.is_object());
        BOOST_TEST(verdicts(report) == expected, boost::test_tools::per_element());
        BOOST_TEST(fs::exists(killed / "failures" / "1.2-crt_offset-beyond.txt"));
    }
    // The last attempt, to its end.
    assay(arguments(killed, fs::exists(killed / "results.jsonl")));
    BOOST_TEST(verdicts(report_in(killed)) == expected, boost::test_tools::per_element());
    BOOST_TEST(!fs::exists(killed / "results.jsonl"));
    BOOST_TEST(!fs::exists(killed / ".unfinished"));
}

BOOST_AUTO_TEST_CASE(a_run_that_is_interrupted_says_so_and_how_to_go_on) {
    const Folder folder;
    const pid_t child =
        start({"run", "--spdm-version", "1.2", "--jobs", "1", "--report", folder.path.string()});
    constexpr size_t kSome = 4;
    while (results_so_far(folder.path) < kSome) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    kill(child, SIGINT);
    BOOST_TEST(end_of(child) == 5);
    const Json report = report_in(folder.path);
    BOOST_REQUIRE(report.is_object());
    BOOST_TEST(report["interrupted"] == true);
    BOOST_TEST(report["exit_code"] == 5);
    BOOST_TEST(results_so_far(folder.path) >= kSome);
    std::ifstream summary(folder.path / "summary.txt");
    const std::string text{std::istreambuf_iterator<char>(summary), {}};
    BOOST_TEST(text.contains("exit code 5: INTERRUPTED"), text);
}

BOOST_AUTO_TEST_CASE(a_run_of_every_role_is_gone_on_with) {
    struct Row {
        const char* role;
        std::vector<std::string> further;
        bool known;  // what was run is not run again
    };
    const Row rows[] = {{"requester", {"--spdm-version", "1.2", "--case", "req/*-1"}, true},
                        {"transfer", {}, true},
                        {"verifier", {"--case", "report/*"}, true},
                        {"threats", {}, false}};
    for (const Row& row : rows) {
        const Folder folder;
        std::vector<std::string> words{"run", "--role", row.role, "--report", folder.path.string()};
        words.insert(words.end(), row.further.begin(), row.further.end());
        BOOST_TEST(assay(words).code == 0, row.role);
        const Json whole = report_in(folder.path);
        fs::remove_all(folder.path);

        const pid_t child = start(words);
        constexpr size_t kSome = 4;
        while (results_so_far(folder.path) < kSome && is_running(child))
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        kill(child, SIGINT);
        BOOST_TEST(end_of(child) == 5, row.role);
        const Json begun = report_in(folder.path);
        BOOST_TEST(begun["results"].size() < whole["results"].size(), row.role);
        words.emplace_back("--resume");
        BOOST_TEST(assay(words).code == 0, row.role);
        const Json resumed = report_in(folder.path);
        BOOST_TEST(verdicts(resumed) == verdicts(whole), boost::test_tools::per_element());
        BOOST_TEST(resumed["counts"] == whole["counts"], row.role);
        const bool kept = resumed["results"][0]["seconds"] == begun["results"][0]["seconds"];
        BOOST_TEST(kept == row.known, row.role);
    }
}

BOOST_AUTO_TEST_CASE(resuming_needs_an_interrupted_run_with_the_same_arguments) {
    const Folder folder;
    const Ran alone = assay({"run", "--resume"});
    BOOST_TEST(alone.code == 2);
    BOOST_TEST(alone.err.contains("--resume needs --report"), alone.err);
    const Ran nothing = assay(arguments(folder.path, true));
    BOOST_TEST(nothing.code == 2);
    BOOST_TEST(nothing.err.contains("there is no interrupted run in"), nothing.err);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_found_out_before_anything_is_run) {
    const TemporaryFile file("in the way", "resume");
    const Ran ran = assay(arguments(file.path / "out"));
    BOOST_TEST(ran.code == 2);
    BOOST_TEST(ran.out.empty(), ran.out);
    BOOST_TEST(ran.err.contains(file.path.string()), ran.err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
