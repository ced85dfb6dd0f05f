// Randomness, handed in.
#pragma once

#include "stack/base/bytes.h"

namespace assay {

// A source of random bytes.
class Random {
   public:
    virtual ~Random() = default;
    virtual void fill(std::span<uint8_t> out) = 0;

    Bytes bytes(size_t size);
    uint64_t next_u64();
    // A value in [0, bound); 0 when bound is 0. The bias of the reduction is below bound / 2^64.
    uint64_t below(uint64_t bound);
};

// The operating system's generator. For nonces and keys of real exchanges.
class SystemRandom final : public Random {
   public:
    void fill(std::span<uint8_t> out) override;
};

// xoshiro256** from a 64-bit seed: the same seed gives the same bytes on every machine. Not for secrets.
class SeededRandom final : public Random {
   public:
    explicit SeededRandom(uint64_t seed);
    void fill(std::span<uint8_t> out) override;

   private:
    uint64_t step();
    uint64_t state_[4]{};
};

}  // namespace assay
