// The GPU's own memory and its cache.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "stack/transfer/gpu_endpoint.h"

namespace assay::device {

// Protected from address 0, and behind it what is not. Copy engines and programs reach the protected part
// only.
class Memory final : public transfer::DeviceMemory {
   public:
    Memory(size_t protected_size, size_t open_size)
        : bytes_(protected_size + open_size), protected_size_(protected_size) {}

    std::span<uint8_t> range(uint64_t address, size_t size) override {
        if (address > protected_size_ || size > protected_size_ - address) return {};
        return std::span(bytes_).subspan(address, size);
    }
    // Of all of it, for the ports.
    std::span<uint8_t> raw(uint64_t address, size_t size) {
        if (address > bytes_.size() || size > bytes_.size() - address) return {};
        return std::span(bytes_).subspan(address, size);
    }
    bool touches_protected(uint64_t address) const { return address < protected_size_; }
    size_t size() const { return bytes_.size(); }
    size_t protected_size() const { return protected_size_; }
    void scrub() { wipe(bytes_); }

   private:
    Bytes bytes_;
    size_t protected_size_;
};

// A tenant, as the owner of memory, cache lines and time slices.
using TenantId = unsigned;

// Sixteen lines. Shared, a tenant's access evicts whoever held the line; parted, each tenant has its own.
class Cache {
   public:
    void prime(TenantId tenant) { holder_.fill(tenant); }
    void touch(TenantId tenant, uint8_t line, bool parted) {
        if (!parted) holder_.at(line) = tenant;
    }
    // The lines that are no longer that tenant's.
    std::vector<uint8_t> evicted(TenantId tenant) const {
        std::vector<uint8_t> lines;
        for (size_t i = 0; i < holder_.size(); ++i) {
            if (holder_[i] != tenant) lines.push_back(static_cast<uint8_t>(i));
        }
        return lines;
    }
    void flush() { holder_.fill(0); }

   private:
    std::array<TenantId, 16> holder_{};
};

}  // namespace assay::device
