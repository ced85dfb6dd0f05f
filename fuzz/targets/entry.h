// The two functions that libFuzzer calls, for one entry.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fuzz/entries.h"
#include "fuzz/fixtures.h"
#include "fuzz/program.h"
#include "fuzz/session_steps.h"
#include "fuzz/transfer_steps.h"
#include "fuzz/verifier_evidence_case.h"

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

// What is made before the first input, whose coverage it would be.
#define ASSAY_FUZZ_FIRST(make)                           \
    extern "C" int LLVMFuzzerInitialize(int*, char***) { \
        assay::fuzz::make();                             \
        return 0;                                        \
    }

// The mutators of a kind of programs, with what they are given besides.
#define ASSAY_FUZZ_STEPS(mutate, cross, ...)                                                                 \
    extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,                   \
                                              unsigned int seed) {                                           \
        return assay::fuzz::mutate(data, size, max_size, seed __VA_OPT__(, ) __VA_ARGS__, LLVMFuzzerMutate); \
    }                                                                                                        \
    extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* one, size_t one_size, const uint8_t* two,     \
                                                size_t two_size, uint8_t* out, size_t out_size,              \
                                                unsigned int seed) {                                         \
        return assay::fuzz::cross({one, one_size}, {two, two_size}, {out, out_size},                         \
                                  seed __VA_OPT__(, ) __VA_ARGS__);                                          \
    }

#define ASSAY_FUZZ_SESSIONS(the_fixtures) \
    ASSAY_FUZZ_FIRST(the_fixtures)        \
    ASSAY_FUZZ_STEPS(mutate_session_in_place, cross_sessions_into)

// Programs of the transfer path need no fixtures.
#define ASSAY_FUZZ_TRANSFERS ASSAY_FUZZ_STEPS(mutate_transfer_in_place, cross_transfers_into)

#define ASSAY_FUZZ_VERIFIERS  \
    ASSAY_FUZZ_FIRST(prepare) \
    ASSAY_FUZZ_STEPS(mutate_verifier_in_place, cross_verifiers_into)

// A program of messages begins `prefix` bytes into the input.
#define ASSAY_FUZZ_PROGRAM(prefix) ASSAY_FUZZ_PROGRAM_IN(fixtures, prefix)
#define ASSAY_FUZZ_PROGRAM_IN(the_fixtures, prefix) \
    ASSAY_FUZZ_FIRST(the_fixtures)                  \
    ASSAY_FUZZ_STEPS(mutate_in_place, cross_into, prefix)
// NOLINTEND(bugprone-macro-parentheses)
