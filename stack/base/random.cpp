#include "stack/base/random.h"

#include <sys/random.h>

#include <bit>
#include <cerrno>
#include <cstdlib>

namespace assay {

Bytes Random::bytes(size_t size) {
    Bytes out(size);
    fill(out);
    return out;
}

uint64_t Random::next_u64() {
    uint8_t raw[8];
    fill(raw);
    uint64_t value = 0;
    for (uint8_t byte : raw) value = value << 8 | byte;
    return value;
}

uint64_t Random::below(uint64_t bound) { return bound == 0 ? 0 : next_u64() % bound; }

void SystemRandom::fill(std::span<uint8_t> out) {
    while (!out.empty()) {
        ssize_t got = getrandom(out.data(), out.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        // Going on without randomness would make nonces and keys predictable.
        if (got <= 0) std::abort();
        out = out.subspan(static_cast<size_t>(got));
    }
}

// Seeds the four words with splitmix64, as xoshiro's authors recommend.
SeededRandom::SeededRandom(uint64_t seed) {
    for (uint64_t& word : state_) {
        seed += 0x9e3779b97f4a7c15U;
        uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
        word = mixed ^ (mixed >> 31);
    }
}

uint64_t SeededRandom::step() {
    uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

void SeededRandom::fill(std::span<uint8_t> out) {
    for (size_t i = 0; i < out.size();) {
        uint64_t word = step();
        for (size_t byte = 0; byte < 8 && i < out.size(); ++byte, ++i) {
            out[i] = static_cast<uint8_t>(word >> (8 * byte));
        }
    }
}

}  // namespace assay
