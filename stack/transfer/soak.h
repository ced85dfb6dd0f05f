// Many small transfers under keys that rotate all the time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "stack/transfer/endpoint.h"

namespace assay::transfer {

struct SoakOptions {
    uint64_t transfers = 10'000'000;
    uint64_t rotate_every = 1000;  // transfers
    uint64_t iv_rotate_every = 7777;
    size_t channels = 4;
    size_t size = 64;  // bytes of a transfer, at least 16
    uint64_t seed = 1;
    const crypto::Provider* provider = &crypto::openssl_provider();
    Checker checker{};
};

struct SoakReport {
    uint64_t written = 0;  // transfers to the device that were begun
    uint64_t read = 0;     // and back
    uint64_t rotations = 0;
    uint64_t iv_rotations = 0;
    uint64_t sealed = 0;                 // messages under all keys
    size_t memory = 0;                   // bytes, at most, that the check itself needed
    std::optional<std::string> failure;  // what was lost, repeated or used twice, if anything
};

// Writes numbered transfers and reads them back, several in flight, across rotations. Checks that each
// arrives once with its content, that no IV serves twice under a key, and that nothing stays in flight.
SoakReport soak(const SoakOptions& options);

}  // namespace assay::transfer
