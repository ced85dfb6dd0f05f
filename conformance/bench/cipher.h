// AES-256-GCM as OpenSSL's EVP interface has it, and nothing around it: what records and copies are measured
// against.
#pragma once

#include <openssl/evp.h>

#include <array>

#include "stack/base/bytes.h"
#include "stack/base/owner.h"

namespace assay::bench {

// A key of its own. `in` and `out` of a call have one size; `tag` has 16 bytes.
class BareCipher {
   public:
    BareCipher();

    // Under a new IV.
    bool seal(ByteView aad, ByteView in, uint8_t* out, uint8_t* tag);
    // What the last seal() made; whether the tag is right.
    bool open(ByteView aad, ByteView in, uint8_t* out, const uint8_t* tag);

   private:
    using Context = Owner<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
    std::array<uint8_t, 12> iv_{};
    Context seal_, open_;
};

}  // namespace assay::bench
