// Units out of a byte stream: whatever the pieces in which it comes.
#pragma once

#include <optional>

#include "stack/transport/binding.h"

namespace assay::transport {

// The command of a unit of the DMTF emulator's socket framing.
enum class EmuCommand : uint32_t {
    normal = 0x0001,
    key_update = 0x8001,  // makes the device ask for a key update; the payload is the session's identifier
    hello = 0xdead,
    proceed = 0xfffd,  // "continue": the client leaves, the server keeps its state and listens on
    shutdown = 0xfffe,
    unknown = 0xffff,
};

// A unit of a stream.
struct Unit {
    uint32_t command = 1;  // EmuCommand; 1 on a TCP stream
    Bytes payload;         // for unwrap()
};

// The bytes of a unit of the emulator's framing: command, transport type and size, big-endian, and payload.
Bytes emu_unit(Binding binding, uint32_t command, ByteView payload);

// Collects bytes and gives complete units.
class Deframer {
   public:
    virtual ~Deframer() = default;
    void push(ByteView bytes);
    // The next complete unit; nullopt: more bytes are needed. Errors: Errc::bad_code with a Framing's name;
    // the stream cannot be read any further then.
    virtual Result<std::optional<Unit>> next() = 0;
    // Bytes that have come and were not given: of a unit that is not complete, once next() has said so.
    size_t pending() const { return buffer_.size() - taken_; }
    // The size of that unit on the stream; 0 as long as its header is not complete either.
    size_t announced() const { return announced_; }

   protected:
    ByteView buffer() const { return ByteView(buffer_).subspan(taken_); }
    // Whether the next unit, which has that size, is there.
    bool complete(size_t size);
    // Takes a unit of that size off, leaving out its first bytes.
    Bytes take(size_t size, size_t header);

   private:
    Bytes buffer_;
    size_t taken_ = 0;  // bytes at the front of the buffer that were given
    size_t announced_ = 0;
};

class EmuDeframer final : public Deframer {
   public:
    explicit EmuDeframer(Binding binding, FramingFaultConfig faults = {})
        : binding_(binding), faults_(faults) {}
    Result<std::optional<Unit>> next() override;

   private:
    Binding binding_;
    FramingFaultConfig faults_;
};

// SPDM over TCP: the payload is the whole unit with its header.
class TcpDeframer final : public Deframer {
   public:
    explicit TcpDeframer(FramingFaultConfig faults = {}) : faults_(faults) {}
    Result<std::optional<Unit>> next() override;

   private:
    FramingFaultConfig faults_;
};

}  // namespace assay::transport
