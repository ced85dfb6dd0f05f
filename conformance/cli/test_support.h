// What the tests of the command line share.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "conformance/cli/commands.h"
#include "stack/base/bytes.h"

namespace assay::cli {

struct Ran {
    int code = 0;
    std::string out;
    std::string err;
};

inline Ran assay(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "assay");
    std::vector<const char*> argv;
    argv.reserve(arguments.size());
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    std::ostringstream out, err;
    Streams streams{out, err};
    int code = cli::main(static_cast<int>(argv.size()), argv.data(), streams);
    return {code, out.str(), err.str()};
}

// A file that is gone with the test.
struct TemporaryFile {
    std::filesystem::path path;
    explicit TemporaryFile(const std::string& text, const std::string& name = "file") {
        path = std::filesystem::temp_directory_path() /
               ("assay-cli-test-" + std::to_string(::getpid()) + "-" + name);
        std::ofstream(path, std::ios::binary) << text;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove_all(path); }

    std::string name() const { return path.string(); }
    std::string content() const {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

inline size_t lines(const std::string& text) { return static_cast<size_t>(std::ranges::count(text, '\n')); }

// A command line that is refused.
struct BadInput {
    std::vector<std::string> arguments;
    int code;
    std::string says;

    // One complaint, and the exit code.
    void check() const {
        Ran ran = assay(arguments);
        std::string what = arguments.empty() ? "nothing" : arguments[0] + " " + says;
        BOOST_TEST(ran.code == code, what << ": " << ran.code << " " << ran.err);
        BOOST_TEST(ran.err.find(says) != std::string::npos, what << ": " << ran.err);
        // A run that had begun has drawn its progress before.
        size_t last = ran.err.rfind("assay: ");
        BOOST_TEST(ran.err.find("assay: ") == last, what << ": " << ran.err);
        BOOST_TEST((last != std::string::npos && lines(ran.err.substr(last)) == 1U), what << ": " << ran.err);
    }
};

}  // namespace assay::cli
