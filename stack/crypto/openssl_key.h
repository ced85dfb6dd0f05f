// Keys as OpenSSL has them, for modules whose library is built on OpenSSL too (xmlsec).
#pragma once

#include "stack/crypto/keys.h"
#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

// A reference of its own to the same, immutable key; null when `key` is not valid().
ossl::PkeyPtr openssl_key(const PublicKey& key);

}  // namespace assay::crypto
