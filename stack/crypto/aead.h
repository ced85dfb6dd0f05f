// Authenticated encryption with a 12-byte IV and a 16-byte tag.
#pragma once

#include "stack/base/secret.h"
#include "stack/crypto/algorithms.h"

namespace assay::crypto {

// Encrypts. Returns ciphertext || tag. Errors: Errc::bad_key for a key of the wrong size, Errc::out_of_range
// for an IV of the wrong size or more input than 2^31 - 17 bytes, Errc::internal.
Result<Bytes> aead_seal(AeadAlgo algo, ByteView key, ByteView iv, ByteView aad, ByteView plaintext);

// Verifies and decrypts ciphertext || tag. Errors: Errc::bad_signature when the tag does not verify (no
// plaintext is released), Errc::truncated when there is no room for a tag, else as aead_seal.
Result<Bytes> aead_open(AeadAlgo algo, ByteView key, ByteView iv, ByteView aad, ByteView sealed);

}  // namespace assay::crypto
