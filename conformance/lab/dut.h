// The interface of the device under test: one message in, one out.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stack/base/bytes.h"
#include "stack/record/record.h"
#include "stack/spdm/check.h"
#include "stack/spdm/key_schedule.h"
#include "stack/transport/binding.h"

namespace assay::lab {

// What came back for a record.
struct Answer {
    Bytes bytes;
    bool secured = true;  // a record, as it should be, or a message outside sessions
};

// The layer of a transport at which frames are sent unchanged.
enum class FrameLayer : uint8_t {
    packet,      // an MCTP packet (DSP0236)
    unit,        // an MCTP message body, a DOE data object, a message of SPDM over TCP with its header
    tcp_stream,  // a piece of a stream of SPDM over TCP
    emu_stream,  // a piece of a stream of the emulator's framing
};

// What came back for frames: packets, units, or, of a stream, each unit as it was on it.
struct Frames {
    std::vector<Bytes> frames{};
    bool closed = false;  // the target ended the connection, which was then made anew
};

// How long an exchange waits for an answer.
enum class Wait : uint8_t {
    due,      // an answer is due: for as long as the target may take at most; ends when it comes
    silence,  // silence is a right outcome too: for as long as this target was seen to need, with a margin
};

class Dut {
   public:
    Dut() = default;
    Dut(const Dut&) = delete;
    Dut& operator=(const Dut&) = delete;
    virtual ~Dut() = default;

    // How the target was named, e.g. "reference" or a URI.
    virtual std::string target() const = 0;
    // A fresh start, as far as the target allows. State that it keeps is cleared by GET_VERSION. Errors: the
    // target cannot be reached.
    virtual Result<> reset() = 0;
    // A new connection to the target, even if the old one still works; false: the target has no connection
    // that could differ from the old one. Errors: as reset().
    virtual Result<bool> reconnect() { return false; }
    // Sends a request and gives the answer; nullopt: none came while `wait` allows for one, and what comes
    // later is never given for the answer to another request. Errors: Errc::closed and Errc::io when the
    // target is gone, Errc::unsupported when the target's binding cannot carry the request, others for a
    // framing that the target broke.
    virtual Result<std::optional<Bytes>> exchange(ByteView request, Wait wait) = 0;
    // Sends a record of a session. Errors: as exchange(); Errc::unsupported where the adapter cannot.
    virtual Result<std::optional<Answer>> exchange_secured(ByteView record, Wait wait);
    // Whether exchange_secured() can carry anything.
    virtual bool carries_secured() const { return true; }
    // The binding whose frames exchange_frames() carries.
    virtual transport::Binding binding() const { return transport::Binding::none; }
    // Whether it carries frames of a layer.
    virtual bool carries_frames(FrameLayer) const { return false; }
    // A frame can have any multiple of so many bytes.
    virtual size_t frame_alignment() const { return 1; }
    // Sends frames as they are, one after the other, and gives what comes back. When `due` answers have come
    // it is done; with none due it waits a little whether one comes nevertheless. Silence is no frame.
    // Errors: as exchange(); Errc::unsupported where the adapter hides the framing.
    virtual Result<Frames> exchange_frames(FrameLayer layer, std::span<const Bytes> frames, size_t due);
    // How its records are carried.
    virtual const record::Transport& transport() const { return record::none(); }
    // Makes the next record of a session have that number at the device, where the adapter can: false where
    // it cannot.
    virtual bool set_sequence(uint32_t session, spdm::Direction way, uint64_t next);
    // Makes the device ask for a key update of its own, likewise.
    virtual bool ask_for_key_update(uint32_t) { return false; }
    // What the transport pads messages to: a multiple of so many bytes arrives.
    virtual size_t alignment() const { return 1; }
    // Whether the target is known to have the root of reference_requester() as a trust anchor.
    virtual bool trusts_reference_requester() const { return false; }
    // Resets the device without closing the connection, where the adapter can: false where it cannot.
    virtual bool lose_state() { return false; }
    // Makes whatever the target draws from now on depend on this number alone, where the adapter can.
    virtual void reseed(uint64_t) {}
    // Lets time pass, where the target lives in real time.
    virtual void wait(std::chrono::microseconds) {}
    // Whether wait() takes no real time.
    virtual bool time_is_cheap() const { return false; }
};

inline Result<std::optional<Answer>> Dut::exchange_secured(ByteView, Wait) {
    return fail(Errc::unsupported, "target", Error::npos, "it cannot carry secured messages");
}

inline Result<Frames> Dut::exchange_frames(FrameLayer, std::span<const Bytes>, size_t) {
    return fail(Errc::unsupported, "target", Error::npos, "the adapter hides the framing");
}

inline bool Dut::set_sequence(uint32_t, spdm::Direction, uint64_t) { return false; }

using DutFactory = std::function<std::unique_ptr<Dut>()>;

}  // namespace assay::lab
