// RSA public keys that are given by their two numbers, as JSON Web Keys are (RFC 7518, 6.3.1).
#pragma once

#include "stack/crypto/keys.h"

namespace assay::crypto {

// Both big-endian; leading zeros do not count. Errors: Errc::bad_key for a modulus of more than 1024 bytes or
// an exponent of more than 8, or when either is zero or OpenSSL refuses them.
Result<PublicKey> rsa_public_key(ByteView modulus, ByteView exponent);

}  // namespace assay::crypto
