// The two functions that libFuzzer calls, for one entry.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fuzz/entries.h"
#include "fuzz/program.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

// NOLINTBEGIN(bugprone-macro-parentheses): a name cannot be in parentheses here
#define ASSAY_FUZZ_ENTRY(entry)                                               \
    extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) { \
        assay::fuzz::entry({data, size});                                     \
        return 0;                                                             \
    }
// NOLINTEND(bugprone-macro-parentheses)

// The mutator of programs, which begin `prefix` bytes into the input.
#define ASSAY_FUZZ_PROGRAM_MUTATOR(prefix)                                                         \
    extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,         \
                                              unsigned int seed) {                                 \
        return assay::fuzz::mutate_in_place(data, size, max_size, seed, prefix, LLVMFuzzerMutate); \
    }
