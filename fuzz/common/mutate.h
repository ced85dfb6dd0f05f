// What libFuzzer asks of a target that knows the form of its inputs.
#pragma once

#include <span>

#include "stack/base/bytes.h"

namespace assay::fuzz {

// Bytes changed without knowledge; libFuzzer's own mutation, or a simple one in a test.
using MutateBytes = size_t (*)(uint8_t* data, size_t size, size_t max_size);

// Both work on libFuzzer's buffers and give the new size. The same seed gives the same result.
struct Mutator {
    size_t (*mutate)(uint8_t* data, size_t size, size_t max_size, unsigned seed, MutateBytes mutate_bytes);
    // The first steps of one program and the last of another.
    size_t (*cross)(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed);
};

}  // namespace assay::fuzz
