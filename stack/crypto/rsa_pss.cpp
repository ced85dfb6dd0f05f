#include "stack/crypto/rsa_pss.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "stack/crypto/openssl_signature.h"
#include "stack/crypto/provider.h"

namespace assay::crypto {

Result<> verify_pss_any_salt(HashAlgo hash, const PublicKey& key, ByteView message, ByteView signature) {
    using enum SignAlgo;
    if (!key.fits(rsapss_2048) && !key.fits(rsapss_3072) && !key.fits(rsapss_4096))
        return fail(Errc::bad_key, "key", Error::npos, "it is none of RSA with 2048, 3072 or 4096 bits");
    const Digest digest = openssl_provider().digest(hash, message);
    const ossl::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, key.impl().pkey.get(), nullptr));
    if (ctx == nullptr || EVP_PKEY_verify_init(ctx.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(ctx.get(), RSA_PKCS1_PSS_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(ctx.get(), ossl::method(hash)) != 1 ||
        EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx.get(), RSA_PSS_SALTLEN_AUTO) != 1) {
        return ossl::fail_openssl(Errc::internal, "signature");
    }
    const int good =
        EVP_PKEY_verify(ctx.get(), signature.data(), signature.size(), digest.view().data(), digest.size());
    if (good == 1) return {};
    ERR_clear_error();
    return fail(Errc::bad_signature, "signature");
}

}  // namespace assay::crypto
