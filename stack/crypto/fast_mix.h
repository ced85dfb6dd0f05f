// The mixing function under FastProvider: 64 bits of state, eight bytes at a time. Not secure.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "stack/base/bytes.h"

namespace assay::crypto {

// A running mix. Each step is a bijection of the state for a given word, and of the word for a given state,
// so two inputs of one length that differ within a single aligned word always end in different states.
class FastMix {
   public:
    explicit FastMix(uint64_t seed) : state_(seed ^ kStride) {}

    // How the input is split between calls makes no difference.
    void update(ByteView bytes) {
        length_ += bytes.size();
        const uint8_t* at = bytes.data();
        size_t left = bytes.size();
        if (pending_size_ != 0) {
            const size_t room = 8 - pending_size_;
            if (left < room) return keep(at, left);
            absorb(pending_ | load(at, room) << (8 * pending_size_));
            pending_ = 0;
            pending_size_ = 0;
            at += room;
            left -= room;
        }
        for (; left >= 8; at += 8, left -= 8) {
            absorb(load(at, 8));
        }
        if (left != 0) keep(at, left);
    }

    // Takes in one word, cheaper than through update; for use where no bytes are pending.
    void absorb(uint64_t word) {
        state_ = (state_ ^ word) * 0xd6e8feb86659fd93U;
        state_ ^= state_ >> 32;
    }

    // The value for what was given so far; the mix goes on.
    uint64_t value() const {
        FastMix last = *this;
        last.absorb(pending_);
        last.absorb(length_ ^ 0xa0761d6478bd642fU);
        return step(last.state_);
    }

    static uint64_t of(ByteView bytes) {
        FastMix mix(0);
        mix.update(bytes);
        return mix.value();
    }

    // A bijection of 64 bits with good diffusion (the finalizer of splitmix64).
    static uint64_t step(uint64_t x) {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
        return x ^ (x >> 31);
    }

    // What step made `x` of.
    static uint64_t step_back(uint64_t x) {
        x = (x ^ (x >> 31) ^ (x >> 62)) * 0x319642b2d24d8ec3U;
        x = (x ^ (x >> 27) ^ (x >> 54)) * 0x96de1b173f119089U;
        return x ^ (x >> 30) ^ (x >> 60);
    }

    // Fills `out` from `value`; the first eight bytes alone determine it.
    static void stretch(uint64_t value, std::span<uint8_t> out) {
        for (; !out.empty(); value += kStride) {
            const uint64_t word = little_endian(step(value));
            const size_t size = std::min<size_t>(8, out.size());
            std::memcpy(out.data(), &word, size);
            out = out.subspan(size);
        }
    }

    // Whether stretch(value) would give these bytes.
    static bool stretches_to(uint64_t value, ByteView bytes) {
        for (; !bytes.empty(); value += kStride) {
            const uint64_t word = little_endian(step(value));
            const size_t size = std::min<size_t>(8, bytes.size());
            if (std::memcmp(bytes.data(), &word, size) != 0) return false;
            bytes = bytes.subspan(size);
        }
        return true;
    }

    // What stretch made at least eight bytes of, or nothing when it did not make them.
    static std::optional<uint64_t> stretched_from(ByteView bytes) {
        if (bytes.size() < 8) return std::nullopt;
        const uint64_t value = step_back(load(bytes.data(), 8));
        if (!stretches_to(value, bytes)) return std::nullopt;
        return value;
    }

    // XORs `bytes` with what stretch(value) would fill them with.
    static void mask(uint64_t value, std::span<uint8_t> bytes) {
        uint8_t* at = bytes.data();
        size_t left = bytes.size();
        for (; left >= 8; at += 8, left -= 8, value += kStride) {
            const uint64_t word = little_endian(load(at, 8) ^ step(value));
            std::memcpy(at, &word, 8);
        }
        const uint64_t word = step(value);
        for (size_t i = 0; i < left; ++i) at[i] ^= static_cast<uint8_t>(word >> (8 * i));
    }

   private:
    static constexpr uint64_t kStride = 0x9e3779b97f4a7c15U;

    static uint64_t little_endian(uint64_t word) {
        if constexpr (std::endian::native == std::endian::big) word = std::byteswap(word);
        return word;
    }

    // `size` bytes (at most 8), the first one lowest.
    static uint64_t load(const uint8_t* at, size_t size) {
        uint64_t word = 0;
        std::memcpy(&word, at, size);
        return little_endian(word);
    }

    void keep(const uint8_t* at, size_t size) {
        for (size_t i = 0; i < size; ++i, ++pending_size_) pending_ |= uint64_t{at[i]} << (8 * pending_size_);
    }

    uint64_t state_;
    uint64_t length_ = 0;
    uint64_t pending_ = 0;     // the bytes after the last whole word, first byte lowest
    size_t pending_size_ = 0;  // 0..7
};

}  // namespace assay::crypto
