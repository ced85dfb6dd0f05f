// A requester behind a socket: one that a command starts anew for each run, or one that connects by itself.
#pragma once

#include <chrono>
#include <map>
#include <memory>

#include "conformance/lab/requester_dut.h"
#include "stack/transport/uri.h"

namespace assay::lab {

struct SocketRequesterOptions {
    transport::Target listen;  // tcp or emu; port 0 takes a free one
    // A line of shell, run for each run; empty: the requester connects by itself, again and again. In it
    // stand for what this object knows: {host}, {port}, {flow} (name(Flow)), {version} ("1.2"), and `names`.
    std::string command{};
    std::map<std::string, std::string> names{};  // "{roots}" -> a path
    // For a run of the command, from its start to its end. Of a requester that connects by itself: how long
    // it may say nothing.
    std::chrono::milliseconds timeout{30000};
};

// Errors: Errc::io when the address cannot be listened on.
Result<std::unique_ptr<RequesterDut>> open_requester(SocketRequesterOptions options);

}  // namespace assay::lab
