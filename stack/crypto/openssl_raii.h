// Owners for OpenSSL's handles, its errors as ours, and the methods fetched once. Internal to this module.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509v3.h>

#include "stack/base/bytes.h"
#include "stack/base/owner.h"
#include "stack/crypto/algorithms.h"

namespace assay::crypto::ossl {

inline void release_memory(void* memory) { OPENSSL_free(memory); }

using PkeyPtr = Owner<EVP_PKEY, EVP_PKEY_free>;
using PkeyCtxPtr = Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using MdPtr = Owner<EVP_MD, EVP_MD_free>;
using MdCtxPtr = Owner<EVP_MD_CTX, EVP_MD_CTX_free>;
using MacPtr = Owner<EVP_MAC, EVP_MAC_free>;
using MacCtxPtr = Owner<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using CipherPtr = Owner<EVP_CIPHER, EVP_CIPHER_free>;
using CipherCtxPtr = Owner<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using BioPtr = Owner<BIO, BIO_free_all>;
using BnPtr = Owner<BIGNUM, BN_clear_free>;
using BnCtxPtr = Owner<BN_CTX, BN_CTX_free>;
using GroupPtr = Owner<EC_GROUP, EC_GROUP_free>;
using PointPtr = Owner<EC_POINT, EC_POINT_clear_free>;
using EcdsaSigPtr = Owner<ECDSA_SIG, ECDSA_SIG_free>;
using ParamBuildPtr = Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using ParamsPtr = Owner<OSSL_PARAM, OSSL_PARAM_free>;
using X509Ptr = Owner<X509, X509_free>;
using MemoryPtr = Owner<void, release_memory>;

// An error that carries OpenSSL's reason; empties this thread's error queue.
std::unexpected<Error> fail_openssl(Errc code, std::string_view field);

// Ends the process when a call that has no way to fail but lack of memory or a broken installation of
// OpenSSL fails: a digest that was not computed must not go on as one.
void require(bool ok);

// Methods fetched from the default provider, once a process.
const EVP_MD* method(HashAlgo algo);
const EVP_CIPHER* method(AeadAlgo algo);
// An HMAC context bound to the digest, to be duplicated and keyed.
const EVP_MAC_CTX* hmac_template(HashAlgo algo);

// OpenSSL's name of a digest, a curve or a finite-field group.
const char* library_name(HashAlgo algo);
const char* library_name(DheGroup group);

// An elliptic key pair on the curve for the scalar that `wide` reduces to: wide mod (n - 1) + 1, where n is
// the curve's order. `wide` should be at least 8 bytes longer than n so that the reduction has no
// noticeable bias. `point` receives 0x04 || X || Y. Errors: Errc::internal.
Result<PkeyPtr> ec_key_from_wide(const char* curve, ByteView wide, Bytes& point);
// The public key for 0x04 || X || Y. Errors: Errc::bad_key when the point is not on the curve.
Result<PkeyPtr> ec_key_from_point(const char* curve, ByteView point);
// The number of bytes of the curve's order.
size_t ec_order_size(DheGroup group);

}  // namespace assay::crypto::ossl
