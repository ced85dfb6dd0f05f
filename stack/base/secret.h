// Bytes that are wiped when they are no longer needed.
#pragma once

#include "stack/base/bytes.h"

namespace assay {

// Overwrites `bytes` with zeros in a way the compiler does not remove.
void wipe(std::span<uint8_t> bytes);

// Whether two byte strings are equal, in a time that depends on their lengths only.
bool equal_secret(ByteView a, ByteView b);

// An owning byte string that wipes its memory on destruction and on move. Not copyable, never printed.
class SecretBytes {
   public:
    SecretBytes() = default;
    explicit SecretBytes(size_t size) : bytes_(size) { live_ += size; }
    explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) { live_ += bytes.size(); }
    SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.clear(); }
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() { clear(); }

    SecretBytes clone() const { return SecretBytes(view()); }
    size_t size() const { return bytes_.size(); }
    bool empty() const { return bytes_.empty(); }
    ByteView view() const { return bytes_; }
    std::span<uint8_t> span() { return bytes_; }
    void clear();

    // How many bytes of secrets this thread holds that were not wiped yet: for those who check that nothing
    // is left.
    static size_t live() { return live_; }

   private:
    static thread_local size_t live_;
    Bytes bytes_;
};

}  // namespace assay
