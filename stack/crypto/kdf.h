// HKDF (RFC 5869) over a provider's HMAC.
#pragma once

#include "stack/crypto/provider.h"

namespace assay::crypto {

// HKDF-Extract: the pseudo-random key, digest_size(algo) bytes.
SecretBytes hkdf_extract(const Provider& provider, HashAlgo algo, ByteView salt, ByteView ikm);

// HKDF-Expand to `size` bytes. Errors: Errc::out_of_range when size > 255 * digest_size(algo).
Result<SecretBytes> hkdf_expand(const Provider& provider, HashAlgo algo, ByteView prk, ByteView info,
                                size_t size);

}  // namespace assay::crypto
