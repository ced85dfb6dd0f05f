#include <fmt/format.h>

#include "conformance/cli/test_support.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(local_target_suite)

namespace {

std::string library(std::string_view name) {
    const auto bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    return "lib:" + (bin.parent_path() / "examples" / name).string() + ".so";
}

Ran run_on(const std::string& target, std::vector<std::string> further) {
    std::vector<std::string> arguments{"run", "--target", target, "--spdm-version", "1.2"};
    std::ranges::move(further, std::back_inserter(arguments));
    return assay(std::move(arguments));
}

constexpr const char* kChild = "exec:python3 conformance/examples/device.py";

}  // namespace

BOOST_AUTO_TEST_CASE(the_device_in_c_passes_and_its_bug_is_found) {
    const Ran sound = run_on(library("device"), {});
    BOOST_TEST(sound.code == 0, sound.out << sound.err);
    BOOST_TEST(sound.out.contains("exit code 0: no failure"), sound.out);
    const Ran faulty = run_on(library("device_with_bug"), {});
    BOOST_TEST(faulty.code == 1, faulty.out << faulty.err);
    BOOST_TEST(faulty.out.contains("alg/before-capabilities: SPDM-ALG-001: expected ERROR UnexpectedRequest"),
               faulty.out);
}

BOOST_AUTO_TEST_CASE(the_device_in_a_child_process_passes) {
    const Ran ran = run_on(kChild, {"--case", "ver/*"});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("target exec:python3"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_library_that_cannot_be_used_is_one_line) {
    const BadInput rows[] = {
        {{"run", "--target", "lib:/nowhere/device.so"}, 3, "lib:/nowhere/device.so: "},
        {{"run", "--target", "lib:"}, 2, "the path is missing"},
        {{"run", "--target", library("device") + "?fast"}, 3, "create() refuses \"fast\""},
        {{"run", "--target", "lib:/lib/x86_64-linux-gnu/libm.so.6"}, 3, "does not export assay_dut_get()"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_CASE(a_pci_device_that_is_not_there_is_one_line) {
    BadInput{
        {"run", "--target", "doe:ffff:ff:1f.7"}, 3, "/sys/bus/pci/devices/ffff:ff:1f.7/config: No such file"}
        .check();
    BadInput{{"run", "--target", "mctp://1"}, 2, "an MCTP endpoint is NETWORK/EID"}.check();
    BadInput{{"run", "--target", "doe:gpu"}, 2, "a PCI address is"}.check();
}

BOOST_AUTO_TEST_CASE(a_process_that_does_not_speak_the_frames_is_one_line) {
    const BadInput rows[] = {
        {{"run", "--target", "exec:"}, 2, "the command is missing"},
        {{"run", "--target", "exec:true"}, 3, "the process has ended"},
        {{"run", "--target", "exec:sleep 60", "--answer-timeout", "300"}, 3, "no answer within 300 ms"},
        {{"run", "--target", "exec:yes"}, 3, "a frame of "},
        {{"run", "--target", "exec:printf '\\1\\0\\0\\0\\101'; sleep 60"},
         3,
         "the answer to reset is not 80h"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_CASE(a_process_that_ends_in_the_middle_is_started_again_and_the_case_is_named) {
    const std::string dying =
        "exec:python3 -c \"import sys; sys.path.insert(0, 'conformance/examples'); import device as d; "
        "a = d.Device.answer; n = []; "
        "d.Device.answer = lambda s, r: (n.append(0), a(s, r) if len(n) < 20 else sys.exit())[1]; d.main()\"";
    const Ran ran = run_on(dying, {"--case", "ver/*"});
    BOOST_TEST(ran.code == 1, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("dead            1.2  ver/other-version"), ran.out << ran.err);
    BOOST_TEST(ran.out.contains("the process has ended"), ran.out << ran.err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
