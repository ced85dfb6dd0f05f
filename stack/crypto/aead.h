// OpenSSL's AEADs, and what every provider's Aead asks of its arguments. Internal to this module.
#pragma once

#include "stack/crypto/provider.h"

namespace assay::crypto {

// The sizes of a call of Aead::seal. The number of bytes that `parts` have, or Errc::out_of_range.
Result<size_t> check_seal(ByteView iv, ByteView aad, std::span<const ByteView> parts, ByteView out);

// The sizes of a call of Aead::open. The ciphertext, or Errc::out_of_range or Errc::truncated.
Result<ByteView> check_open(ByteView iv, ByteView aad, ByteView sealed, ByteView out);

// The sizes of a call with the tag apart, or of crypt with a tag of that size. Errors: Errc::out_of_range.
Result<> check_apart(ByteView iv, ByteView aad, ByteView in, ByteView out, size_t tag_size);

// Provider::new_aead by OpenSSL.
Result<std::unique_ptr<Aead>> openssl_aead(AeadAlgo algo, ByteView key);

}  // namespace assay::crypto
