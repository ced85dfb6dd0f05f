// Owning handles for OpenSSL. Included by this room's .cpp files only.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>

#include "stack/crypto/x509.h"

namespace assay::crypto::ossl {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* handle) const {
        Free(handle);
    }
};

using Pkey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using PkeyCtx = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using MdCtx = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using CipherCtx = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using Name = std::unique_ptr<X509_NAME, Deleter<X509_NAME_free>>;
using Bn = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;
using BnCtx = std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, Deleter<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Deleter<EC_POINT_clear_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using EcdsaSig = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Deleter<ASN1_INTEGER_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, Deleter<ASN1_OBJECT_free>>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, Deleter<ASN1_OCTET_STRING_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

// The digest, fetched once a process.
const EVP_MD* md(HashAlgo algo);

// A key pair on a named curve from its private scalar (big-endian). Errors: Errc::bad_key.
Result<Pkey> ec_from_scalar(const char* curve, const BIGNUM& scalar);
// The SPKI of a key.
Bytes spki_of(const EVP_PKEY& key);
// Discards OpenSSL's error queue and gives the library's last reason.
Error last_error(Errc code, std::string_view field);

}  // namespace assay::crypto::ossl

namespace assay::crypto {

struct PublicKey::Impl {
    ossl::Pkey key;
    Bytes spki;
};

struct PrivateKey::Impl {
    ossl::Pkey key;
    PublicKey public_key;
};

struct Certificate::Impl {
    ossl::X509Ptr x509;
    Bytes der;
    PublicKey public_key;
};

}  // namespace assay::crypto
