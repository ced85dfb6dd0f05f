// The functions that libFuzzer calls, for one row of table.json.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fuzz/common/mutate.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

// NOLINTBEGIN(bugprone-macro-parentheses): a name cannot be in parentheses here
// Executions are short and allocate much. ASAN_OPTIONS goes before these defaults: malloc_context_size=30
// shows where memory that was overrun came from.
#define ASSAY_FUZZ_ENTRY(entry)                                               \
    extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) { \
        assay::fuzz::entry({data, size});                                     \
        return 0;                                                             \
    }                                                                         \
    extern "C" const char* __asan_default_options() { return "malloc_context_size=2:quarantine_size_mb=16"; }

// What is made before the first input, which would otherwise be credited with the coverage.
#define ASSAY_FUZZ_PREPARE(make)                         \
    extern "C" int LLVMFuzzerInitialize(int*, char***) { \
        assay::fuzz::make();                             \
        return 0;                                        \
    }

#define ASSAY_FUZZ_MUTATOR(mutator)                                                                      \
    extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,               \
                                              unsigned int seed) {                                       \
        return assay::fuzz::mutator.mutate(data, size, max_size, seed, LLVMFuzzerMutate);                \
    }                                                                                                    \
    extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* two, \
                                                size_t two_size, uint8_t* out, size_t out_size,          \
                                                unsigned int seed) {                                     \
        return assay::fuzz::mutator.cross({one, one_size}, {two, two_size}, {out, out_size}, seed);      \
    }
// NOLINTEND(bugprone-macro-parentheses)
