// The two functions that libFuzzer calls, for one entry.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fuzz/entries.h"
#include "fuzz/program.h"
#include "fuzz/session_steps.h"
#include "fuzz/transfer_steps.h"
#include "fuzz/verifier_scene.h"
#include "fuzz/world.h"

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
// NOLINTEND(bugprone-macro-parentheses)

// The same for programs of sessions.
#define ASSAY_FUZZ_SESSIONS(the_world)                                                                    \
    extern "C" int LLVMFuzzerInitialize(int*, char***) {                                                  \
        assay::fuzz::the_world();                                                                         \
        return 0;                                                                                         \
    }                                                                                                     \
    extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,                \
                                              unsigned int seed) {                                        \
        return assay::fuzz::mutate_session_in_place(data, size, max_size, seed, LLVMFuzzerMutate);        \
    }                                                                                                     \
    extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* two,  \
                                                size_t two_size, uint8_t* out, size_t out_size,           \
                                                unsigned int seed) {                                      \
        return assay::fuzz::cross_sessions_into({one, one_size}, {two, two_size}, {out, out_size}, seed); \
    }

// The same for programs of the transfer path, which need no world.
#define ASSAY_FUZZ_TRANSFERS                                                                               \
    extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,                 \
                                              unsigned int seed) {                                         \
        return assay::fuzz::mutate_transfer_in_place(data, size, max_size, seed, LLVMFuzzerMutate);        \
    }                                                                                                      \
    extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* two,   \
                                                size_t two_size, uint8_t* out, size_t out_size,            \
                                                unsigned int seed) {                                       \
        return assay::fuzz::cross_transfers_into({one, one_size}, {two, two_size}, {out, out_size}, seed); \
    }

// The same for programs of edits of evidence, whose machines and keys are made before the first input.
#define ASSAY_FUZZ_VERIFIERS                                                                               \
    extern "C" int LLVMFuzzerInitialize(int*, char***) {                                                   \
        assay::fuzz::prepare();                                                                            \
        return 0;                                                                                          \
    }                                                                                                      \
    extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,                 \
                                              unsigned int seed) {                                         \
        return assay::fuzz::mutate_verifier_in_place(data, size, max_size, seed, LLVMFuzzerMutate);        \
    }                                                                                                      \
    extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* two,   \
                                                size_t two_size, uint8_t* out, size_t out_size,            \
                                                unsigned int seed) {                                       \
        return assay::fuzz::cross_verifiers_into({one, one_size}, {two, two_size}, {out, out_size}, seed); \
    }

// What programs need besides: the world built before the first input, whose coverage it would be, and the
// mutators. A program begins `prefix` bytes into the input.
#define ASSAY_FUZZ_PROGRAM(prefix) ASSAY_FUZZ_PROGRAM_IN(world, prefix)
#define ASSAY_FUZZ_PROGRAM_IN(the_world, prefix)                                                         \
    extern "C" int LLVMFuzzerInitialize(int*, char***) {                                                 \
        assay::fuzz::the_world();                                                                        \
        return 0;                                                                                        \
    }                                                                                                    \
    extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,               \
                                              unsigned int seed) {                                       \
        return assay::fuzz::mutate_in_place(data, size, max_size, seed, prefix, LLVMFuzzerMutate);       \
    }                                                                                                    \
    extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* two, \
                                                size_t two_size, uint8_t* out, size_t out_size,          \
                                                unsigned int seed) {                                     \
        return assay::fuzz::cross_into({one, one_size}, {two, two_size}, {out, out_size}, seed, prefix); \
    }
