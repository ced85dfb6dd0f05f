// A child process that is asked over its standard input, and answers over its standard output, in frames: how
// many bytes follow the first four (little endian), a byte that says what it is, and its content. Each
// request gets one answer.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <span>
#include <string>

#include "stack/base/bytes.h"
#include "stack/base/result.h"

namespace assay::lab {

inline constexpr size_t kFrameLength = 4;  // bytes that say how many follow
inline constexpr size_t kMostInFrame = size_t{1}
                                       << 20;  // longer than any message, and short enough to be kept
// The bytes of a frame.
Bytes to_frame(uint8_t type, ByteView content);

class FramedChild {
   public:
    struct Frame {
        uint8_t type = 0;
        Bytes content{};
    };

    // `command`: a line of shell. `timeout`: for each answer.
    FramedChild(std::string command, std::chrono::milliseconds timeout)
        : command_(std::move(command)), timeout_(timeout) {}
    ~FramedChild() { stop(); }
    FramedChild(const FramedChild&) = delete;
    FramedChild& operator=(const FramedChild&) = delete;

    const std::string& command() const { return command_; }
    bool is_running() const { return socket_ >= 0; }
    // Errors: Errc::io.
    Result<> start();
    void stop();
    // Sends a frame and gives the answer. Errors, each of which ends the process, as what comes later would
    // be taken for the answer to something else: Errc::closed, when it has ended or did not answer in time;
    // Errc::out_of_range for a frame that is empty or too long.
    Result<Frame> ask(uint8_t type, ByteView content);

   private:
    Result<Frame> exchange(uint8_t type, ByteView content);
    Result<> write_all(ByteView bytes);
    Result<> read_all(std::span<uint8_t> bytes, std::chrono::steady_clock::time_point until);

    std::string command_;
    std::chrono::milliseconds timeout_;
    pid_t pid_ = -1;
    int socket_ = -1;
};

}  // namespace assay::lab
