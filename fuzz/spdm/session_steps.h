// Programs of a requester inside and outside of sessions: their form in an input, and their mutation.
#pragma once

#include <vector>

#include "fuzz/spdm/message_program.h"

namespace assay::fuzz {

// What a step sends.
enum class StepKind : uint8_t {
    negotiate,     // GET_VERSION and the rest of VCA; seed: version and offer as in the prefix
    key_exchange,  // seed: slot, summary type
    finish,        // of the session that is meant
    psk_exchange,
    psk_finish,
    heartbeat,
    key_update,  // seed: operation, tag
    end_session,
    get_measurements,  // seed: operation, signature
    get_digests,
    get_certificate,
    challenge,
    vendor_defined,
    get_encapsulated,
    deliver,         // our answer to the encapsulated request that is out
    ask_key_update,  // the device wants one; nothing is sent
    respond_if_ready,
    raw_message,     // `extra` as it is
    raw_record,      // likewise, as a record
    earlier_record,  // a record that was sent before: seed
    wait,            // seed: seconds
};
inline constexpr size_t kStepKinds = 21;

// How a message that belongs inside a session is sealed.
enum class SealMode : uint8_t {
    valid,
    stale,          // the number of the record before
    ahead,          // the number after the next
    other_session,  // by the keys of another session
    broken,         // one bit of the record is another: seed
    plain,          // not at all: it goes outside of the session
    reflected,      // by the keys of the other direction
    cut,            // the record ends early: seed
};
inline constexpr uint8_t kSealModes = 8;

// What is done to the message before it is sealed.
enum class EditMode : uint8_t {
    none,
    repaired,  // one field changes, and signature, HMAC and transcript are made for what it became
    broken,    // one field changes after them
    replaced,  // `extra` stands in its place
};

// In an input: kind, mode (bits 2:0 SealMode, 4:3 EditMode, 5: the record is sent twice, 6: at the place
// where it does not belong), session, seed (two bytes, little-endian), the size of `extra`, `extra`. Any
// bytes are a program.
struct SessionStep {
    StepKind kind = StepKind::negotiate;
    SealMode seal = SealMode::valid;
    EditMode edit = EditMode::none;
    bool twice = false;
    bool misplaced = false;
    uint8_t session = 0;  // which of those that live, counted from the first
    uint16_t seed = 0;
    Bytes extra{};
};

// Two bytes before the steps: device and transport; offer.
inline constexpr size_t kSessionPrefix = 3;
inline constexpr size_t kMaxSessionSteps = 32;

std::vector<SessionStep> parse_session_program(ByteView input);
Bytes to_input(const std::vector<SessionStep>& steps);

// One mutation of a program without its prefix: steps are skipped, repeated, swapped, replaced, inserted,
// changed in how they are sealed or edited.
Bytes mutate_session_program(ByteView input, size_t max_size, Random& random, MutateBytes mutate_bytes);

// The two functions of a Mutator.
size_t mutate_session_in_place(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                               MutateBytes mutate_bytes);
size_t cross_sessions_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed);

}  // namespace assay::fuzz
