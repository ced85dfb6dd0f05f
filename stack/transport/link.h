// A socket that carries SPDM messages.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "stack/transport/stream.h"
#include "stack/transport/uri.h"

namespace assay::transport {

class Link {
   public:
    using Timeout = std::chrono::milliseconds;

    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    virtual ~Link() = default;

    // Sends one message or secured message, wrapped as the target needs it. Errors: Errc::closed; Errc::io;
    // Errc::out_of_range when the binding cannot carry so long a message; Errc::unsupported when it carries
    // no secured messages; Errc::timeout when the peer does not read, which closes the link, as the peer may
    // have a part of the unit.
    virtual Result<> send(ByteView message, Payload payload = Payload::spdm) = 0;
    // Sends bytes as they are. Errors: as send().
    virtual Result<> send_raw(ByteView bytes) = 0;
    // The next SPDM message outside sessions; what else comes is passed over. Errors: Errc::timeout, which
    // says how much of a unit had come, by its offset, which is npos when nothing had, and loses nothing of
    // it; Errc::closed, with an offset likewise; Errc::bad_code with a Framing's
    // name; Errc::unsupported when the peer answers with an error of DSP0287.
    virtual Result<Bytes> receive(Timeout timeout) = 0;
    // The next one or secured message, whichever comes first. Errors: as receive().
    virtual Result<Message> receive_any(Timeout timeout) = 0;
    // Sends what a peer answers whatever it made of the messages before: TEST to an emulator, Role-Inquiry
    // over SPDM over TCP. Errors: as send(); Errc::unsupported where the framing has nothing of the kind.
    virtual Result<> send_marker() = 0;
    // The next message, or with `secured` the next message or secured message; nullopt when the answer to the
    // last marker comes first. Errors: as receive().
    virtual Result<std::optional<Message>> receive_marked(Timeout timeout, bool secured) = 0;
    // The next unit of whatever kind, not unwrapped. Errors: as receive().
    virtual Result<Unit> receive_unit(Timeout timeout) = 0;
    // Makes the peer ask for a key update in a session, as DMTF's emulators can be made. False when it does
    // not know how, or does not say within the time that it does. Errors: those of send().
    virtual Result<bool> ask_for_key_update(uint32_t session, Timeout timeout) = 0;
    // Forgets what has come and was not asked for.
    virtual void drain() = 0;
    // Sends CONTINUE to an emulator, so that it goes on listening, and closes. Done on destruction too.
    virtual void close() = 0;
};

// How long a peer may leave bytes unread that are sent to it.
inline constexpr std::chrono::milliseconds kSendTime{5000};

// Connects to a tcp, emu or mctp target. Keeps trying for `timeout`, as a peer may be about to listen, and 20
// ms at least; looking up a host's name is not part of that time. Errors: Errc::io, or Errc::timeout when
// nobody refused and nobody answered; both name the target.
Result<std::unique_ptr<Link>> connect(const Target& target, std::chrono::milliseconds timeout,
                                      std::chrono::milliseconds send_time = kSendTime);

}  // namespace assay::transport
