// Runs a verifier, or any other command that answers by its exit status, as a child process.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "stack/base/bytes.h"

namespace assay::lab {

struct CommandResult {
    enum class End : uint8_t { exited, killed, timed_out, not_started };
    End end = End::not_started;
    int code = 0;        // the exit status, or the number of the signal
    std::string output;  // standard output and error as they came, the first kOutputLimit bytes

    bool exited_with(int status) const { return end == End::exited && code == status; }
};
inline constexpr size_t kOutputLimit = 65536;

// Runs a line of shell, without standard input, in a process group of its own that is killed when `timeout`
// is over.
CommandResult run_command(const std::string& line, std::chrono::milliseconds timeout);

// The text with every `place`, as "{port}", replaced.
std::string replaced(std::string text, std::string_view place, std::string_view value);

// A temporary folder, which is removed with this object.
class TemporaryFolder {
   public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

   private:
    std::filesystem::path path_;
};

// Writes files by their paths below a folder, which is made if need be. Errors: Errc::io naming the file.
Result<> write_folder(const std::filesystem::path& folder, const std::map<std::string, Bytes>& files);

}  // namespace assay::lab
