// A responder behind a socket.
#pragma once

#include <functional>
#include <memory>

#include "stack/transport/endpoint.h"

namespace assay::transport {

struct ServerOptions {
    bool shutdown_ends = false;      // SHUTDOWN ends run(), and not only the connection
    bool keeps_state = true;         // what a peer left behind with CONTINUE is there for the next
    FramingFaultConfig framing{};    // in the receiver of the peers' frames
    bool empty_for_silence = false;  // as StreamEndpoint does
};

// Listens on a tcp or emu target. Over TCP it serves all that connect, each with a responder of its own;
// behind the emulator's framing one connection after another, as the emulator does.
class Server {
   public:
    // Makes a responder for a new peer. Who comes after a peer that left with CONTINUE finds that one's
    // again.
    using Factory = std::function<Service()>;
    using Log = transport::Log;

    // Errors: Errc::io when the address cannot be listened on; port 0 takes a free one.
    static Result<std::unique_ptr<Server>> listen(const Target& target, Factory factory, Log log = {},
                                                  ServerOptions options = {});
    virtual ~Server() = default;

    // What it listens on, with the port it was given.
    virtual Target target() const = 0;
    // Serves until stop(), as StreamEndpoint does. A stream that cannot be read any further is disconnected.
    virtual void run() = 0;
    // Ends run(); may be called from another thread.
    virtual void stop() = 0;
};

}  // namespace assay::transport
