// The scripted end of an encrypted path: seals, signs and opens what either end would, with nothing but HKDF,
// AES-GCM and HMAC under the export secret. It can send anything, valid or not, and shares no code with
// stack/transfer, which it is compared with.
#pragma once

#include <optional>
#include <string_view>

#include "conformance/lab/transfer_dut.h"

namespace assay::lab {

// The IVs, before and after the mask.
transfer::Iv channel_iv(uint32_t message, uint64_t channel, const transfer::Iv& mask = {});
transfer::Iv gsp_iv(uint64_t message);

class PathScript {
   public:
    // The provider must outlive it.
    explicit PathScript(ByteView export_secret,
                        const crypto::Provider& provider = crypto::openssl_provider());

    // HKDF-SHA256-Expand of the secret's first 32 bytes with the label; of each later version of the digest
    // of the one before. 32 bytes.
    Bytes key(std::string_view label, unsigned version = 0) const;

    PathBlock seal(ByteView key, const transfer::Iv& iv, ByteView aad, ByteView text) const;
    // Empty when the tag does not verify.
    std::optional<Bytes> open(ByteView key, const transfer::Iv& iv, ByteView aad,
                              const PathBlock& block) const;

    // The submission of that number, counted from 1.
    Bytes work(std::span<const transfer::Method> methods, uint64_t number, uint64_t channel = 0) const;
    // An RPC element of one page that holds `message`; `sequence` stands in the header and in the associated
    // data, `iv` is what it is sealed under.
    Bytes rpc(std::string_view label, ByteView message, uint32_t sequence, uint64_t iv) const;
    // A semaphore's 32 bytes: its value, the notifier, sealed as that message of the completions' channel.
    Bytes semaphore(uint32_t value, uint32_t notifier, uint32_t message, const transfer::Iv& mask) const;

   private:
    const crypto::Provider& provider_;
    Bytes secret_;
};

// Makes an RPC element's checksum right again.
void fix_checksum(std::span<uint8_t> element);

}  // namespace assay::lab
