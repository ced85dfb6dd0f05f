#include <fmt/format.h>

#include <thread>

#include "conformance/cli/test_support.h"
#include "conformance/engine/suite.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(requester_suite)

namespace {

// The program, which lies beside its tests.
std::string program() {
    return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "assay").string();
}

// The built-in requester as somebody else's driver: a process that connects over a socket.
std::string driver(std::string_view further) {
    return fmt::format("{} connect --target 'emu://{{host}}:{{port}}?binding=mctp' {}", program(), further);
}

Ran judged(const std::string& command, std::vector<std::string> further) {
    std::vector<std::string> arguments{"run", "--role", "requester", "--dut-command", command};
    std::ranges::move(further, std::back_inserter(arguments));
    return assay(std::move(arguments));
}

constexpr const char* kTrusting = "--root {roots}/all.pem";

}  // namespace

BOOST_AUTO_TEST_CASE(a_driver_that_checks_what_it_gets_passes) {
    const Ran ran = judged(driver(kTrusting), {"--spdm-version", "1.2", "--case", "req/cert-*"});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("req/cert-root-1") == false, ran.out);
    BOOST_TEST(ran.out.contains("exit code 0: no failure"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_driver_that_cannot_do_a_flow_says_so) {
    const Ran ran = judged("exit 89; echo {port}",
                           {"--spdm-version", "1.2", "--case", "req/session-psk", "--case", "req/honest-2"});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("cannot do the flow psk (exit status 89) (1 case)"), ran.out);
    BOOST_TEST(ran.out.contains("cannot do the flow attestation (exit status 89) (1 case)"), ran.out);
}

BOOST_AUTO_TEST_CASE(the_driver_in_c_passes_and_its_bug_is_found) {
    const auto examples = std::filesystem::path(program()).parent_path().parent_path() / "examples";
    const auto run_of = [&](const char* name) {
        return judged((examples / name).string() + " {host} {port}", {"--spdm-version", "1.2"});
    };
    const Ran sound = run_of("driver");
    BOOST_TEST(sound.code == 0, sound.out << sound.err);
    const Ran faulty = run_of("driver_with_bug");
    BOOST_TEST(faulty.code == 1, faulty.out << faulty.err);
    BOOST_TEST(faulty.out.contains("req/algs-offered-"), faulty.out);
}

BOOST_AUTO_TEST_CASE(the_driver_as_a_library_passes_and_its_bug_is_found) {
    const auto examples = std::filesystem::path(program()).parent_path().parent_path() / "examples";
    const auto run_of = [&](const char* name) {
        const std::string target = "lib:" + (examples / name).string() + ".so";
        return assay({"run", "--role", "requester", "--target", target, "--spdm-version", "1.2"});
    };
    const Ran sound = run_of("driver_library");
    BOOST_TEST(sound.code == 0, sound.out << sound.err);
    BOOST_TEST(!sound.out.contains("NOTHING WAS JUDGED"), sound.out);
    const Ran faulty = run_of("driver_library_with_bug");
    BOOST_TEST(faulty.code == 1, faulty.out << faulty.err);
    BOOST_TEST(faulty.out.contains("req/algs-offered-"), faulty.out);
    BOOST_TEST(faulty.out.contains("to repeat: assay run --role requester"), faulty.out);
    BOOST_TEST(faulty.out.contains("--target lib:"), faulty.out);
}

BOOST_AUTO_TEST_CASE(a_requester_that_is_no_library_is_no_target) {
    BadInput{{"run", "--role", "requester", "--target", "tcp://127.0.0.1:1"},
             2,
             "can only be reference or lib:PATH"}
        .check();
    BadInput{{"run", "--role", "requester", "--target", "lib:/lib/x86_64-linux-gnu/libm.so.6"},
             3,
             "does not export assay_requester_get()"}
        .check();
    BadInput{{"run", "--role", "requester", "--target", "lib:a.so", "--dut-command", "a {port}"},
             2,
             "--target excludes --dut-command and --listen"}
        .check();
}

BOOST_AUTO_TEST_CASE(a_driver_that_trusts_whatever_root_comes_fails_and_the_report_says_how_to_repeat_it) {
    const Ran ran = judged(driver(""), {"--spdm-version", "1.2", "--case", "req/cert-root-*"});
    BOOST_TEST(ran.code == 1, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("req/cert-root-1: SPDM-"), ran.out);
    BOOST_TEST(ran.out.contains("it went on with CHALLENGE"), ran.out);
    BOOST_TEST(ran.out.contains("to repeat: assay run"), ran.out);
    BOOST_TEST(ran.out.contains("--dut-command"), ran.out);
}

BOOST_AUTO_TEST_CASE(sessions_are_judged_where_the_driver_has_them) {
    const std::string command =
        fmt::format("case {{flow}} in attestation) S=;; *) S='--session {{flow}}';; esac; {}",
                    driver(std::string(kTrusting) + " $S"));
    const Ran ran = judged(command, {"--spdm-version", "1.2", "--case", "req/kex-*"});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    const Ran records = judged(command, {"--spdm-version", "1.2", "--case", "req/answer-record-tag-*"});
    BOOST_TEST(records.code == 0, records.out << records.err);
    BOOST_TEST(records.out.contains(" 0  "), records.out);
}

BOOST_AUTO_TEST_CASE(a_driver_that_always_fails_or_never_connects_proves_nothing) {
    const Ran refusing =
        judged(driver("--root /dev/null"), {"--spdm-version", "1.2", "--case", "req/cert-root-*"});
    BOOST_TEST(!refusing.out.contains("fail  "), refusing.out << refusing.err);
    const Ran absent = judged("true {port}", {"--spdm-version", "1.2", "--case", "req/cert-root-*"});
    BOOST_TEST(absent.code == 3, absent.out << absent.err);
    BOOST_TEST(absent.err.contains("no requester came to be tested: no connection"), absent.err);
}

BOOST_AUTO_TEST_CASE(a_driver_that_hangs_is_ended_and_named) {
    // It asks for the version and then waits for ever.
    const std::string command =
        "bash -c 'exec 3<>/dev/tcp/{host}/{port}; "
        "printf \"\\0\\0\\0\\1\\0\\0\\0\\1\\0\\0\\0\\5\\5\\20\\204\\0\\0\" >&3; sleep 60'";
    const Ran ran =
        judged(command, {"--spdm-version", "1.2", "--case", "req/cert-root-*", "--dut-timeout", "700"});
    BOOST_TEST(ran.out.contains("not applicable"), ran.out << ran.err);
}

BOOST_AUTO_TEST_CASE(a_requester_that_connects_by_itself_is_judged_by_what_it_sends) {
    // A port that was free a moment ago.
    const std::string uri = "emu://127.0.0.1:23417?binding=mctp";
    std::atomic<bool> over = false;
    std::jthread requester([&] {
        while (!over)
            (void)assay({"connect", "--target", uri, "--spdm-version", "1.2", "--connect-timeout", "200"});
    });
    const Ran ran = assay({"run", "--role", "requester", "--listen", uri, "--spdm-version", "1.2", "--case",
                           "req/cert-digest-*", "--dut-timeout", "5000"});
    over = true;
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("exit code 0: no failure"), ran.out);
    BOOST_TEST(ran.out.contains("all           1"), ran.out);  // it was judged
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_refused) {
    const BadInput rows[] = {
        {{"run", "--role", "requester", "--dut-command", "driver"}, 2, "{port} is missing"},
        {{"run", "--role", "requester", "--listen", "reference"}, 2, "tcp:// or emu://"},
        {{"run", "--role", "requester", "--listen", "emu://127.0.0.1:0", "--waive", "cert_root"},
         2,
         "for the requester in this process"},
        {{"run", "--role", "requester", "--waive", "certificate_offset"}, 2, "there is no check"},
        {{"run", "--role", "requester", "--responder-key", "/nowhere"}, 2, "need --dut-command"},
        {{"run", "--role", "requester", "--listen", "emu://127.0.0.1:0", "--responder-key", "/nowhere"},
         2,
         "go together"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
