// The responder's end of a connection, without I/O: frames in, frames out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stack/transport/mctp_packet.h"
#include "stack/transport/stream.h"
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

using Log = std::function<void(const std::string& line)>;

// Takes units of a binding: MCTP message bodies, DOE data objects, messages of SPDM over TCP. What its
// binding drops gets no answer and a line in the log; an unknown type of DSP0287 is answered with error C1h
// (SPDM-TRN-010), and Role-Inquiry with C2h, as this is a responder (SPDM-TRN-012).
class UnitEndpoint {
   public:
    explicit UnitEndpoint(Binding binding, Log log = {}, FramingFaultConfig faults = {})
        : binding_(binding), log_(std::move(log)), faults_(faults) {}

    // The unit that answers; nullopt: silence.
    std::optional<Bytes> take(const Service& service, ByteView unit);
    Binding binding() const { return binding_; }
    const FramingFaultConfig& faults() const { return faults_; }
    void log_broken(const Error& error);

   private:
    std::optional<Bytes> dropped(const Error& error);
    Payload payload(const Unwrapped& unwrapped) const;
    Bytes wrapped(const Message& message) const;

    Binding binding_;
    Log log_;
    FramingFaultConfig faults_;
    bool stuck_ = false;  // by a defect
};

// Takes MCTP packets, as the endpoint kMctpEndpoint.
inline constexpr uint8_t kMctpEndpoint = 0x0a;
class PacketEndpoint {
   public:
    explicit PacketEndpoint(Log log = {}, FramingFaultConfig faults = {})
        : units_(Binding::mctp, std::move(log), faults), assembler_(faults) {}

    // The packets of the answer, if there is one.
    std::vector<Bytes> take(const Service& service, ByteView packet);

   private:
    Result<std::vector<Bytes>> answers(const Service& service, ByteView packet);

    UnitEndpoint units_;
    MctpAssembler assembler_;
};

// Takes the bytes of a stream, in whatever pieces: of SPDM over TCP, or of the emulator's framing.
class StreamEndpoint {
   public:
    // What the peer did: goes on; left and will find the same state again (CONTINUE); is to be disconnected,
    // as the stream cannot be read any further; or wants the server to end (SHUTDOWN).
    enum class Peer : uint8_t { goes_on, left, broken, shut_down };

    // `empty_for_silence`: behind the emulator's framing, a message without an answer gets a unit without a
    // payload. Who carries on only when something came, as QEMU's DOE mailbox, takes that for no answer.
    StreamEndpoint(Scheme scheme, Binding binding, Log log = {}, FramingFaultConfig faults = {},
                   bool empty_for_silence = false);

    // Serves all units that are there and appends the answers to `answers`.
    Peer take(const Service& service, ByteView piece, Bytes& answers);

   private:
    void serve(const Service& service, const Unit& unit, Bytes& answers);
    void answer(uint32_t command, ByteView payload, Bytes& answers) const;

    Scheme scheme_;
    UnitEndpoint units_;
    std::unique_ptr<Deframer> deframer_;
    bool empty_for_silence_;
};

// Takes the units of a stream apart: of `scheme`, tcp or emu.
std::unique_ptr<Deframer> make_deframer(Scheme scheme, Binding binding, FramingFaultConfig faults = {});

}  // namespace assay::transport
