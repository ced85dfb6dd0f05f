// assay fuzz, on the example in C and on the reference.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "conformance/cli/test_support.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(fuzz_suite)

namespace {

// A folder that is not there yet.
struct Folder {
    explicit Folder(const std::string& name)
        : path((std::filesystem::temp_directory_path() / fmt::format("assay_{}_{}", name, ::getpid()))
                   .string()) {
        std::filesystem::remove_all(path);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
};

std::string example(std::string_view name) {
    const auto bin = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    return "lib:" + (bin.parent_path() / "examples" / name).string() + ".so";
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_is_found_in_a_device_that_is_right) {
    const Ran ran = assay({"fuzz", "--target", example("device"), "--runs", "200"});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("200 programs, "), ran.out);
    BOOST_TEST(ran.out.contains(", 0 findings, 0 differences"), ran.out);
}

BOOST_AUTO_TEST_CASE(what_is_found_is_a_program_that_shows_it_again) {
    const Folder out("fuzz");
    const std::string device = example("device_with_bug");
    const Ran ran = assay({"fuzz", "--target", device, "--runs", "600", "--out", out.path});
    BOOST_TEST(ran.code == 1, ran.out << ran.err);
    size_t programs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(out.path + "/findings")) {
        if (entry.path().extension() == ".txt" || entry.path().filename().string().starts_with("differs"))
            continue;
        ++programs;
        const Ran again = assay({"fuzz", "--target", device, "--input", entry.path().string()});
        BOOST_TEST(again.code == 1, again.out << again.err);
        const Ran sound = assay({"fuzz", "--target", example("device"), "--input", entry.path().string()});
        BOOST_TEST(sound.code == 0, sound.out << sound.err);
    }
    BOOST_TEST(programs != 0U, ran.out);
    BOOST_TEST(!std::filesystem::exists(out.path + "/running"));
}

BOOST_AUTO_TEST_CASE(a_search_that_was_ended_within_a_program_begins_with_it) {
    const Folder out("fuzz_ended");
    std::filesystem::create_directories(out.path);
    std::ofstream(out.path + "/running", std::ios::binary) << std::string("\0\0\4\0\x10\x84\0\0", 8);
    const Ran ran = assay({"fuzz", "--target", example("device"), "--runs", "1", "--out", out.path});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.err.contains("ended within a program, which is tried first"), ran.err);
    BOOST_TEST(ran.out.contains("1 programs, 1 exchanges, "), ran.out);
}

BOOST_AUTO_TEST_CASE(bad_input_is_one_line) {
    const BadInput rows[] = {
        {{"fuzz", "--target", "emu://127.0.0.1:1", "--connect-timeout", "50"}, 3, "127.0.0.1:1"},
        {{"fuzz", "--target", "lib:/nowhere/device.so"}, 3, "lib:/nowhere/device.so: "},
        {{"fuzz", "--runs", "1", "--out", "/dev/null/x"}, 2, "/dev/null/x"},
        {{"fuzz", "--input", "/nowhere/program"}, 2, "/nowhere/program"},
        {{"fuzz", "--target", "tcp://127.0.0.1:1", "--waive", "request_state"},
         2,
         "for the reference in this process"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
