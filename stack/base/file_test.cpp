#include "stack/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace assay {

namespace {

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("assay-file-test-" + std::to_string(::getpid()));
    Folder() { std::filesystem::create_directories(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
};

std::string refusal(const std::string& path, size_t most = 10) {
    const auto bytes = read_file(path, most);
    return bytes ? "none" : bytes.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_suite)

BOOST_AUTO_TEST_CASE(a_plain_file_within_its_limit_is_read_whole) {
    const Folder folder;
    const std::string path = folder.path / "file";
    std::ofstream(path) << "0123456789";
    BOOST_TEST(read_file(path, 10)->size() == 10U);
    BOOST_TEST(refusal(path, 9) == "cannot read " + path + ": it is larger than 9 bytes");
    BOOST_TEST(read_file_start(path, 4)->size() == 4U);
    std::ofstream(path) << std::string(200000, 'x');
    BOOST_TEST(read_file(path, 200000)->size() == 200000U);
    BOOST_TEST(refusal(path, 1 << 17).ends_with("it is larger than 131072 bytes"));
}

BOOST_AUTO_TEST_CASE(a_pipe_is_read_until_its_writer_closes_it) {
    const Folder folder;
    const std::string pipe = folder.path / "pipe";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    BOOST_TEST(read_file(pipe, 10)->empty(), "nobody writes");
    const int held = ::open(pipe.c_str(), O_RDWR);
    BOOST_REQUIRE(held >= 0);
    bool wrote = false;
    std::thread writer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        wrote = ::write(held, "01234", 5) == 5;
        ::close(held);
    });
    const auto bytes = read_file(pipe, 10);
    writer.join();
    BOOST_TEST(wrote);
    BOOST_REQUIRE(bytes);
    BOOST_TEST(bytes->size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_device_is_read_up_to_the_limit) {
    BOOST_TEST(read_file("/dev/null", 10)->empty());
    BOOST_TEST(refusal("/dev/zero") == "cannot read /dev/zero: it is larger than 10 bytes");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named_with_the_reason) {
    const Folder folder;
    BOOST_TEST(refusal(folder.path) == "cannot read " + folder.path.string() + ": it is a folder");
    BOOST_TEST(refusal("/nowhere") == "cannot read /nowhere: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_descriptor_is_read_until_its_end_or_its_limit) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    BOOST_REQUIRE(::write(ends[1], "0123456789", 10) == 10);
    ::close(ends[1]);
    const auto few = read_descriptor(ends[0], "standard input", 4);
    BOOST_REQUIRE(!few);
    BOOST_TEST(few.error().detail == "cannot read standard input: it is larger than 4 bytes");
    BOOST_TEST(read_descriptor(ends[0], "standard input", 100)->size() == 5U, "what was left");
    ::close(ends[0]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
