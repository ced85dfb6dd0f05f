// A socket that carries SPDM messages.
#pragma once

#include <chrono>
#include <memory>

#include "stack/transport/uri.h"

namespace assay::transport {

class Link {
   public:
    using Timeout = std::chrono::milliseconds;

    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    virtual ~Link() = default;

    // Sends one message, wrapped as the target needs it. Errors: Errc::closed, Errc::io.
    virtual Result<> send(ByteView message) = 0;
    // Sends bytes as they are.
    virtual Result<> send_raw(ByteView bytes) = 0;
    // The next SPDM message outside sessions. Errors: Errc::timeout, which says how much of a unit had come;
    // Errc::closed; Errc::bad_code with a Framing's name.
    virtual Result<Bytes> receive(Timeout timeout) = 0;
    // Forgets what has come and was not asked for.
    virtual void drain() = 0;
    // Takes leave, so that an emulator goes on listening, and closes. Done on destruction too.
    virtual void close() = 0;
};

// Connects to a tcp or emu target. Keeps trying for `patience`, as a peer may be about to listen. Errors:
// Errc::io naming host and port, and Errc::timeout.
Result<std::unique_ptr<Link>> connect(const Target& target, std::chrono::milliseconds patience);

}  // namespace assay::transport
