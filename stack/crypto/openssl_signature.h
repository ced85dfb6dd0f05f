// Signatures in their wire form, through EVP. Internal to this module; openssl_provider checks the arguments.
#pragma once

#include "stack/crypto/key_impl.h"

namespace assay::crypto::ossl {

// RSA and ECDSA over a digest of `hash`.
Result<Bytes> sign_digest(SignAlgo algo, HashAlgo hash, EVP_PKEY* key, ByteView digest);
Result<> verify_digest(SignAlgo algo, HashAlgo hash, EVP_PKEY* key, ByteView digest, ByteView signature);

// EdDSA over a message, with the context of Ed448.
Result<Bytes> sign_message(SignAlgo algo, EVP_PKEY* key, ByteView message, ByteView context);
Result<> verify_message(SignAlgo algo, EVP_PKEY* key, ByteView message, ByteView context, ByteView signature);

}  // namespace assay::crypto::ossl
