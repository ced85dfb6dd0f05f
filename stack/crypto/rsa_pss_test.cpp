#include "stack/crypto/rsa_pss.h"

#include <openssl/rsa.h>

#include <boost/test/unit_test.hpp>

#include "stack/crypto/key_impl.h"
#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

Bytes sign(const PrivateKey& key, int salt, HashAlgo mask = HashAlgo::sha256) {
    const Digest digest = openssl_provider().digest(HashAlgo::sha256, as_bytes("message"));
    const ossl::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, key.impl().pkey.get(), nullptr));
    Bytes signature(256);
    size_t size = signature.size();
    BOOST_REQUIRE(EVP_PKEY_sign_init(ctx.get()) == 1);
    BOOST_REQUIRE(EVP_PKEY_CTX_set_rsa_padding(ctx.get(), RSA_PKCS1_PSS_PADDING) == 1);
    BOOST_REQUIRE(EVP_PKEY_CTX_set_signature_md(ctx.get(), ossl::method(HashAlgo::sha256)) == 1);
    BOOST_REQUIRE(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx.get(), ossl::method(mask)) == 1);
    BOOST_REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx.get(), salt) == 1);
    BOOST_REQUIRE(EVP_PKEY_sign(ctx.get(), signature.data(), &size, digest.view().data(), digest.size()) ==
                  1);
    return signature;
}

Errc verdict(const PublicKey& key, std::string_view message, ByteView signature) {
    const Result<> verified = verify_pss_any_salt(HashAlgo::sha256, key, as_bytes(message), signature);
    return verified ? Errc{} : verified.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rsa_pss)

BOOST_AUTO_TEST_CASE(a_salt_of_any_length_verifies) {
    const PrivateKey key = key_for(SignAlgo::rsapss_2048);
    for (int salt : {0, 20, 32, 33, RSA_PSS_SALTLEN_MAX}) {
        BOOST_TEST(
            verify_pss_any_salt(HashAlgo::sha256, key.public_key(), as_bytes("message"), sign(key, salt))
                .has_value(),
            salt << " bytes of salt");
    }
}

BOOST_AUTO_TEST_CASE(nothing_else_about_the_signature_may_differ) {
    const PrivateKey key = key_for(SignAlgo::rsapss_2048);
    const Bytes good = sign(key, RSA_PSS_SALTLEN_MAX);
    BOOST_TEST((verdict(key.public_key(), "another", good) == Errc::bad_signature));
    BOOST_TEST(
        (verdict(key.public_key(), "message", sign(key, 32, HashAlgo::sha384)) == Errc::bad_signature));
    BOOST_TEST(
        (verdict(key.public_key(), "message", Bytes(good.begin(), good.end() - 1)) == Errc::bad_signature));
    BOOST_TEST((verdict(key.public_key(), "message", {}) == Errc::bad_signature));
    Bytes changed = good;
    changed.front() ^= 1;
    BOOST_TEST((verdict(key.public_key(), "message", changed) == Errc::bad_signature));
    BOOST_TEST((verdict(key_for(SignAlgo::ecdsa_p256).public_key(), "message", good) == Errc::bad_key));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
