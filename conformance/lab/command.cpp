#include "conformance/lab/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "conformance/lab/child.h"

namespace assay::lab {

namespace {

using Clock = std::chrono::steady_clock;

struct Child {
    pid_t pid = -1;
    int out = -1;
};

Child start(const std::string& line) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    const pid_t pid = start_child(line, -1, ends[1], ends[1]);
    ::close(ends[1]);
    if (pid > 0) return {pid, ends[0]};
    ::close(ends[0]);
    return {};
}

// Reads the child's output until it ends, or until the timeout. Whether it ended.
bool read_all(int out, Clock::time_point until, std::string& output) {
    std::array<char, 4096> piece{};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) return false;
        pollfd waiting{.fd = out, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left, 1000))) <= 0) continue;
        const ssize_t size = ::read(out, piece.data(), piece.size());
        if (size <= 0) return true;
        output.append(piece.data(), std::min(static_cast<size_t>(size), kOutputLimit - output.size()));
    }
}

// A child may close its output and go on running.
bool ended(pid_t pid, Clock::time_point until, int& status) {
    constexpr timespec kNap{.tv_sec = 0, .tv_nsec = 2'000'000};
    while (::waitpid(pid, &status, WNOHANG) == 0) {
        if (Clock::now() >= until) return false;
        ::nanosleep(&kNap, nullptr);
    }
    return true;
}

}  // namespace

CommandResult run_command(const std::string& line, std::chrono::milliseconds timeout) {
    CommandResult result;
    const Child child = start(line);
    if (child.pid < 0) return result;
    const auto until = Clock::now() + timeout;
    int status = 0;
    const bool in_time = read_all(child.out, until, result.output) && ended(child.pid, until, status);
    ::close(child.out);
    if (!in_time) {
        end_child(child.pid);
        result.end = CommandResult::End::timed_out;
        return result;
    }
    result.end = WIFEXITED(status) ? CommandResult::End::exited : CommandResult::End::killed;
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    return result;
}

std::string replaced(std::string text, std::string_view place, std::string_view value) {
    for (size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
        text.replace(at, place.size(), value);
    return text;
}

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "assay-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<> write_folder(const std::filesystem::path& folder, const std::map<std::string, Bytes>& files) {
    for (const auto& [name, bytes] : files) {
        const std::filesystem::path path = folder / name;
        std::error_code error;
        std::filesystem::create_directories(path.parent_path(), error);
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        file.close();
        if (error || !file) {
            return fail(Errc::io, "folder", Error::npos, fmt::format("cannot write {}", path.string()));
        }
    }
    return {};
}

}  // namespace assay::lab
