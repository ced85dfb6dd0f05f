// RSASSA-PSS (RFC 8017, 8.1) with a salt of any length, for signers whose standard leaves the length to them.
#pragma once

#include "stack/crypto/algorithms.h"
#include "stack/crypto/keys.h"

namespace assay::crypto {

// Verifies with MGF1 over the signature's own hash. The salt may have any length that the key has room for:
// it stands in the encoded message, where RFC 8017, 9.1.2, checks it. DSP0274 fixes it to the digest's, which
// Provider::verify demands. Errors: Errc::bad_signature; Errc::bad_key when the key is not RSA.
Result<> verify_pss_any_salt(HashAlgo hash, const PublicKey& key, ByteView message, ByteView signature);

}  // namespace assay::crypto
