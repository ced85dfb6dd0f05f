// Signatures: what was signed verifies, published values, and every way to be wrong.
#include <openssl/opensslv.h>
#include <openssl/rsa.h>

#include <boost/test/unit_test.hpp>

#include "stack/crypto/key_impl.h"
#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

SignInput message(std::string_view text) { return {SignInput::Kind::message, as_bytes(text)}; }

Errc verdict(const Provider& provider, SignAlgo algo, HashAlgo hash, const PublicKey& key,
             const SignInput& input, ByteView signature) {
    auto verified = provider.verify(algo, hash, key, input, signature);
    BOOST_REQUIRE(!verified);
    return verified.error().code;
}

// The elliptic signature with r or s put in place of its own.
Bytes joined(ByteView r, ByteView s) { return concat({r, s}); }

}  // namespace

BOOST_AUTO_TEST_SUITE(signature)

BOOST_AUTO_TEST_CASE(what_was_signed_verifies_and_has_the_size_on_the_wire) {
    for (const Provider* provider : kProviders) {
        for (SignAlgo algo : kSignAlgos) {
            for (HashAlgo hash : kHashAlgos) {
                BOOST_TEST_CONTEXT(name(algo) << " " << name(hash)) {
                    const PrivateKey key = key_for(algo);
                    auto signature = provider->sign(algo, hash, key, message("message"));
                    BOOST_REQUIRE(signature);
                    BOOST_TEST(signature->size() == signature_size(algo));
                    BOOST_TEST(provider->verify(algo, hash, key.public_key(), message("message"), *signature)
                                   .has_value());
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_changed_signature_message_hash_or_key_is_refused) {
    for (const Provider* provider : kProviders) {
        for (SignAlgo algo : kSignAlgos) {
            BOOST_TEST_CONTEXT(name(algo)) {
                const PrivateKey key = key_for(algo);
                const Bytes signature =
                    provider->sign(algo, HashAlgo::sha384, key, message("message")).value();
                auto refused = [&](HashAlgo hash, const PublicKey& by, const SignInput& input,
                                   ByteView bytes) {
                    return verdict(*provider, algo, hash, by, input, bytes) == Errc::bad_signature;
                };
                const PublicKey& own = key.public_key();
                for (size_t byte = 0; byte < signature.size(); byte += 13) {
                    BOOST_TEST(refused(HashAlgo::sha384, own, message("message"),
                                       flipped(signature, 8 * byte + byte % 8)));
                }
                BOOST_TEST(refused(HashAlgo::sha384, own, message("massage"), signature));
                BOOST_TEST(refused(HashAlgo::sha384, own, message(""), signature));
                BOOST_TEST(refused(HashAlgo::sha384, own, message("message"), Bytes(signature.size())));
                BOOST_TEST(refused(HashAlgo::sha384, own, message("message"), Bytes(signature.size(), 0xff)));
                if (signs_a_digest(algo))
                    BOOST_TEST(refused(HashAlgo::sha3_384, own, message("message"), signature));
                if (signature_size(algo) < 256) {
                    const PrivateKey other = PrivateKey::derive(algo, as_bytes("another")).value();
                    BOOST_TEST(refused(HashAlgo::sha384, other.public_key(), message("message"), signature));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_signature_of_another_size_is_refused_even_with_the_right_bytes_inside) {
    for (const Provider* provider : kProviders) {
        for (SignAlgo algo : kSignAlgos) {
            BOOST_TEST_CONTEXT(name(algo)) {
                const PrivateKey key = key_for(algo);
                const Bytes signature =
                    provider->sign(algo, HashAlgo::sha256, key, message("message")).value();
                const Bytes zero(1);
                for (const Bytes& wrong :
                     {Bytes{}, to_bytes(ByteView(signature).first(signature.size() - 1)),
                      to_bytes(ByteView(signature).subspan(1)), concat({signature, zero}),
                      concat({zero, signature}), concat({signature, signature}), Bytes(4096)}) {
                    BOOST_TEST((verdict(*provider, algo, HashAlgo::sha256, key.public_key(),
                                        message("message"), wrong) == Errc::bad_signature));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_two_rsa_paddings_do_not_verify_each_other) {
    const PrivateKey key = key_for(SignAlgo::rsassa_2048);
    for (const Provider* provider : kProviders) {
        const Bytes pkcs1 =
            provider->sign(SignAlgo::rsassa_2048, HashAlgo::sha256, key, message("m")).value();
        const Bytes pss = provider->sign(SignAlgo::rsapss_2048, HashAlgo::sha256, key, message("m")).value();
        const PublicKey& own = key.public_key();
        BOOST_TEST((verdict(*provider, SignAlgo::rsapss_2048, HashAlgo::sha256, own, message("m"), pkcs1) ==
                    Errc::bad_signature));
        BOOST_TEST((verdict(*provider, SignAlgo::rsassa_2048, HashAlgo::sha256, own, message("m"), pss) ==
                    Errc::bad_signature));
    }
}

// DSP0274 has the salt as long as the digest and MGF1 over the same hash; RSAPSS with anything else is
// another algorithm.
BOOST_AUTO_TEST_CASE(pss_with_another_salt_length_or_mask_hash_is_refused) {
    const PrivateKey key = key_for(SignAlgo::rsapss_2048);
    const Digest digest = openssl_provider().digest(HashAlgo::sha256, as_bytes("message"));
    auto sign = [&](int salt, HashAlgo mask) {
        const ossl::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, key.impl().pkey.get(), nullptr));
        Bytes signature(256);
        size_t size = signature.size();
        BOOST_REQUIRE(EVP_PKEY_sign_init(ctx.get()) == 1);
        BOOST_REQUIRE(EVP_PKEY_CTX_set_rsa_padding(ctx.get(), RSA_PKCS1_PSS_PADDING) == 1);
        BOOST_REQUIRE(EVP_PKEY_CTX_set_signature_md(ctx.get(), ossl::method(HashAlgo::sha256)) == 1);
        BOOST_REQUIRE(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx.get(), ossl::method(mask)) == 1);
        BOOST_REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx.get(), salt) == 1);
        BOOST_REQUIRE(
            EVP_PKEY_sign(ctx.get(), signature.data(), &size, digest.view().data(), digest.size()) == 1);
        return signature;
    };
    auto verified = [&](ByteView signature) {
        return openssl_provider()
            .verify(SignAlgo::rsapss_2048, HashAlgo::sha256, key.public_key(), message("message"), signature)
            .has_value();
    };
    BOOST_TEST(verified(sign(32, HashAlgo::sha256)));
    for (int salt : {0, 20, 31, 33, RSA_PSS_SALTLEN_MAX}) {
        BOOST_TEST(!verified(sign(salt, HashAlgo::sha256)), salt << " bytes of salt");
    }
    BOOST_TEST(!verified(sign(32, HashAlgo::sha384)));
}

BOOST_AUTO_TEST_CASE(elliptic_values_outside_the_group_are_refused) {
    const Bytes order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    const PrivateKey key = key_for(SignAlgo::ecdsa_p256);
    const Bytes good =
        openssl_provider().sign(SignAlgo::ecdsa_p256, HashAlgo::sha256, key, message("message")).value();
    const ByteView r = ByteView(good).first(32);
    const ByteView s = ByteView(good).last(32);
    const Bytes zero(32);
    const Bytes ones(32, 0xff);
    for (const Bytes& wrong : {joined(zero, s), joined(r, zero), joined(zero, zero), joined(order, s),
                               joined(r, order), joined(ones, s), joined(r, ones), joined(s, r)}) {
        BOOST_TEST((verdict(openssl_provider(), SignAlgo::ecdsa_p256, HashAlgo::sha256, key.public_key(),
                            message("message"), wrong) == Errc::bad_signature));
    }
}

BOOST_AUTO_TEST_CASE(short_integers_keep_their_leading_zeros) {
    // The top byte of a P-521 integer is 0 or 1, so most of these signatures have such zeros.
    const PrivateKey key = key_for(SignAlgo::ecdsa_p521);
    bool seen = false;
    for (int i = 0; i < 8 || !seen; ++i) {
        const Bytes signature =
            openssl_provider().sign(SignAlgo::ecdsa_p521, HashAlgo::sha512, key, message("message")).value();
        BOOST_REQUIRE(signature.size() == 132U);
        BOOST_TEST(openssl_provider()
                       .verify(SignAlgo::ecdsa_p521, HashAlgo::sha512, key.public_key(), message("message"),
                               signature)
                       .has_value());
        seen = seen || signature[0] == 0 || signature[66] == 0;
    }
}

// RFC 6979, A.2.5, SHA-256 over "sample".
BOOST_AUTO_TEST_CASE(a_published_ecdsa_signature_verifies) {
    auto key =
        PublicKey::from_spki(hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
                                 "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                                 "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"));
    BOOST_REQUIRE(key);
    const Bytes signature =
        hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    BOOST_TEST(openssl_provider()
                   .verify(SignAlgo::ecdsa_p256, HashAlgo::sha256, *key, message("sample"), signature)
                   .has_value());
}

// RFC 8032, 7.1 test 1 and 7.4 "blank": the empty message.
BOOST_AUTO_TEST_CASE(eddsa_gives_the_published_signatures) {
    struct Row {
        SignAlgo algo;
        std::string_view pkcs8_head;
        std::string_view secret;
        std::string_view signature;
    };
    for (const Row& row : {Row{SignAlgo::ed25519, "302e020100300506032b657004220420",
                               "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                               "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                               "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
                           Row{SignAlgo::ed448, "3047020100300506032b6571043b0439",
                               "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f0"
                               "44e39a3fc5b94492f8f"
                               "032e7549a20098f95b",
                               "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628"
                               "281f2fd7a22ddd47d78"
                               "28c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c"
                               "7cdda8530a113a0f4db"
                               "b61149f05a7363268c71d95808ff2e652600"}}) {
        BOOST_TEST_CONTEXT(name(row.algo)) {
            const Bytes der = concat({hex(row.pkcs8_head), hex(row.secret)});
            auto key = PrivateKey::from_pem(to_pem("PRIVATE KEY", der));
            BOOST_REQUIRE(key);
            auto signature = openssl_provider().sign(row.algo, HashAlgo::sha256, *key, message(""));
            BOOST_REQUIRE(signature);
            BOOST_TEST(to_hex(*signature) == row.signature);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_digest_can_be_signed_in_place_of_its_message) {
    for (const Provider* provider : kProviders) {
        for (SignAlgo algo : kSignAlgos) {
            if (!signs_a_digest(algo)) continue;
            BOOST_TEST_CONTEXT(name(algo)) {
                const PrivateKey key = key_for(algo);
                const Digest digest = provider->digest(HashAlgo::sha384, as_bytes("message"));
                const SignInput input{SignInput::Kind::digest, digest.view()};
                auto signature = provider->sign(algo, HashAlgo::sha384, key, input);
                BOOST_REQUIRE(signature);
                const PublicKey& own = key.public_key();
                BOOST_TEST(provider->verify(algo, HashAlgo::sha384, own, input, *signature).has_value());
                BOOST_TEST(provider->verify(algo, HashAlgo::sha384, own, message("message"), *signature)
                               .has_value());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_digest_of_another_size_than_its_hash_is_refused) {
    for (const Provider* provider : kProviders) {
        for (SignAlgo algo : {SignAlgo::rsassa_2048, SignAlgo::rsapss_2048, SignAlgo::ecdsa_p256}) {
            const PrivateKey key = key_for(algo);
            for (size_t size : {0U, 31U, 33U, 64U, 65U}) {
                const Bytes digest(size);
                const SignInput input{SignInput::Kind::digest, digest};
                BOOST_TEST(
                    (provider->sign(algo, HashAlgo::sha256, key, input).error().code == Errc::out_of_range));
                BOOST_TEST((verdict(*provider, algo, HashAlgo::sha256, key.public_key(), input,
                                    Bytes(signature_size(algo))) == Errc::out_of_range));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(eddsa_does_not_sign_a_digest) {
    const Bytes digest(64);
    const SignInput input{SignInput::Kind::digest, digest};
    for (const Provider* provider : kProviders) {
        for (SignAlgo algo : {SignAlgo::ed25519, SignAlgo::ed448}) {
            const PrivateKey key = key_for(algo);
            BOOST_TEST(
                (provider->sign(algo, HashAlgo::sha512, key, input).error().code == Errc::unsupported));
            BOOST_TEST((verdict(*provider, algo, HashAlgo::sha512, key.public_key(), input,
                                Bytes(signature_size(algo))) == Errc::unsupported));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_ed448_context_is_used_or_refused_but_never_ignored) {
    const PrivateKey key = key_for(SignAlgo::ed448);
    const SignInput input{SignInput::Kind::message, as_bytes("message"), as_bytes("context")};
    auto signature = openssl_provider().sign(SignAlgo::ed448, HashAlgo::sha512, key, input);
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
    BOOST_REQUIRE(signature);
    auto verify = [&](const SignInput& what) {
        return openssl_provider().verify(SignAlgo::ed448, HashAlgo::sha512, key.public_key(), what,
                                         *signature);
    };
    BOOST_TEST(verify(input).has_value());
    BOOST_TEST(!verify(message("message")).has_value());
#else
    BOOST_REQUIRE(!signature);
    BOOST_TEST((signature.error().code == Errc::unsupported));
    BOOST_TEST((verdict(openssl_provider(), SignAlgo::ed448, HashAlgo::sha512, key.public_key(), input,
                        Bytes(114)) == Errc::unsupported));
#endif
}

BOOST_AUTO_TEST_CASE(a_context_means_nothing_to_the_other_algorithms) {
    for (const Provider* provider : kProviders) {
        for (SignAlgo algo : {SignAlgo::ecdsa_p256, SignAlgo::ed25519}) {
            const PrivateKey key = key_for(algo);
            const SignInput input{SignInput::Kind::message, as_bytes("message"), as_bytes("context")};
            const Bytes signature = provider->sign(algo, HashAlgo::sha256, key, input).value();
            BOOST_TEST(
                provider->verify(algo, HashAlgo::sha256, key.public_key(), message("message"), signature)
                    .has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_key_that_does_not_fit_or_is_none_is_refused) {
    for (const Provider* provider : kProviders) {
        for (SignAlgo algo : kSignAlgos) {
            const SignAlgo other = algo == SignAlgo::ecdsa_p256 ? SignAlgo::ed25519 : SignAlgo::ecdsa_p256;
            const PrivateKey key = key_for(other);
            const Bytes signature(signature_size(algo));
            for (const PrivateKey& wrong : {key, PrivateKey()}) {
                BOOST_TEST((provider->sign(algo, HashAlgo::sha256, wrong, message("m")).error().code ==
                            Errc::bad_key));
            }
            for (const PublicKey& wrong : {key.public_key(), PublicKey()}) {
                BOOST_TEST((verdict(*provider, algo, HashAlgo::sha256, wrong, message("m"), signature) ==
                            Errc::bad_key));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
