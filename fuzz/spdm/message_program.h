// Programs: sequences of messages in one input, and their mutation.
#pragma once

#include <vector>

#include "conformance/lab/observer.h"
#include "fuzz/common/mutate.h"
#include "stack/base/random.h"
#include "stack/wire/context.h"

namespace assay::fuzz {

// One step. In an input: the flags, the size of the message (two bytes, little-endian), the message; a size
// beyond the end takes what is there, so that any bytes are a program.
struct Step {
    uint8_t flags = 0;
    Bytes message;
};
inline constexpr uint8_t kFixVersion = 0x01;  // SPDMVersion becomes the negotiated one
inline constexpr uint8_t kFixToken =
    0x02;  // RESPOND_IF_READY gets code and token of the last ResponseNotReady

inline constexpr size_t kMaxSteps = 24;
inline constexpr size_t kMaxStep = 1024;

// Repairs what a mutation cannot guess, where the step asks for it: the observer has seen the connection so
// far, `token` is that of the last ResponseNotReady.
void repair(Step& step, const lab::Observer& observer, uint8_t token);

std::vector<Step> parse_program(ByteView input);
Bytes to_input(const std::vector<Step>& steps);

// A good request for that version, of a kind and with values that the random source chooses.
Bytes good_request(Random& random, wire::Version version);
// Changes one field of a message, found through its description, or ends the message at or behind a field.
void mutate_field(Bytes& message, Random& random, const wire::Context& context);

// One mutation of a program: a step inserted, removed, repeated, exchanged, or changed.
Bytes mutate_program(ByteView input, size_t max_size, Random& random, MutateBytes mutate_bytes);

// The first steps of one program and the last of another.
Bytes cross_programs(ByteView first, ByteView second, size_t max_size, Random& random);

// mutate_program() on a buffer of libFuzzer's, whose first `prefix` bytes are kept or changed as bytes. Gives
// the new size. The same seed gives the same result.
size_t mutate_in_place(uint8_t* data, size_t size, size_t max_size, unsigned seed, size_t prefix,
                       MutateBytes mutate_bytes);
// The same for cross_programs(); the prefix is that of the first.
size_t cross_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed, size_t prefix);

}  // namespace assay::fuzz
