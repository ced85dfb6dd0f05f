// A responder behind a socket.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "stack/transport/uri.h"

namespace assay::transport {

// Answers messages and secured messages; nullopt: silence.
using Answer = std::function<std::optional<Message>(Payload payload, ByteView message)>;

// A responder, as a peer finds it.
struct Service {
    Answer answer;
    // Makes it ask for a key update in a session, on the emulator's command for that.
    std::function<void(uint32_t session)> ask_for_key_update{};
};

struct ServerOptions {
    bool shutdown_ends = false;  // SHUTDOWN ends run(), and not only the connection
};

// Listens on a tcp or emu target and serves one connection after another.
class Server {
   public:
    // Makes a responder for a new peer. A peer that left with CONTINUE finds the old one again.
    using Factory = std::function<Service()>;
    using Log = std::function<void(const std::string& line)>;

    // Errors: Errc::io when the address cannot be listened on; port 0 takes a free one.
    static Result<std::unique_ptr<Server>> listen(const Target& target, Factory factory, Log log = {},
                                                  ServerOptions options = {});
    virtual ~Server() = default;

    // What it listens on, with the port it was given.
    virtual Target target() const = 0;
    // Serves until stop(). A unit that its binding drops gets no answer and a line in the log, a stream that
    // cannot be read any further is disconnected as well. An unknown type of DSP0287 is answered with error
    // C1h (SPDM-TRN-010), and Role-Inquiry with C2h, as this is a responder (SPDM-TRN-012).
    virtual void run() = 0;
    // Ends run(); may be called from another thread.
    virtual void stop() = 0;
};

}  // namespace assay::transport
