// What holds for every provider stands in provider_test.cpp.
#include "stack/crypto/dhe.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "stack/crypto/openssl_raii.h"
#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

constexpr DheGroup kFiniteFields[] = {DheGroup::ffdhe2048, DheGroup::ffdhe3072, DheGroup::ffdhe4096};
constexpr DheGroup kCurves[] = {DheGroup::secp256r1, DheGroup::secp384r1, DheGroup::secp521r1};

// Gives the number `scalar` - 1, so that an elliptic key has the private value `scalar`.
class OneScalar final : public Random {
   public:
    explicit OneScalar(Bytes scalar) : scalar_(std::move(scalar)) { scalar_.back()--; }
    void fill(std::span<uint8_t> out) override {
        std::ranges::fill(out, uint8_t{0});
        std::ranges::copy_backward(scalar_, out.end());
    }

   private:
    Bytes scalar_;
};

DheKey key_of(DheGroup group, uint64_t seed) {
    SeededRandom random(seed);
    return DheKey::generate(group, random).value();
}

bool refused(const DheKey& key, ByteView peer) {
    auto shared = key.agree(peer);
    return !shared && shared.error().code == Errc::bad_key;
}

// A number of the group's size on the wire.
Bytes small(DheGroup group, uint8_t value) {
    Bytes bytes(exchange_size(group));
    bytes.back() = value;
    return bytes;
}

// The group's prime plus `offset`.
Bytes prime(DheGroup group, int offset) {
    ossl::PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr));
    EVP_PKEY* made = nullptr;
    BIGNUM* number = nullptr;
    BOOST_REQUIRE(EVP_PKEY_paramgen_init(ctx.get()) == 1);
    BOOST_REQUIRE(EVP_PKEY_CTX_set_group_name(ctx.get(), ossl::library_name(group)) == 1);
    BOOST_REQUIRE(EVP_PKEY_paramgen(ctx.get(), &made) == 1);
    const ossl::PkeyPtr owner(made);
    BOOST_REQUIRE(EVP_PKEY_get_bn_param(made, OSSL_PKEY_PARAM_FFC_P, &number) == 1);
    const ossl::BnPtr value(number);
    BOOST_REQUIRE((offset < 0 ? BN_sub_word(number, static_cast<BN_ULONG>(-offset))
                              : BN_add_word(number, static_cast<BN_ULONG>(offset))) == 1);
    Bytes bytes(exchange_size(group));
    BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dhe)

// RFC 5903, 8.1.
BOOST_AUTO_TEST_CASE(a_published_elliptic_exchange_comes_out) {
    OneScalar initiator(hex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"));
    const DheKey key = DheKey::generate(DheGroup::secp256r1, initiator).value();
    BOOST_TEST(to_hex(key.public_value()) ==
               "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
               "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3");
    auto shared =
        key.agree(hex("d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
                      "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab"));
    BOOST_REQUIRE(shared);
    BOOST_TEST(to_hex(shared->view()) == "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
}

BOOST_AUTO_TEST_CASE(with_the_generator_as_peer_the_secret_is_the_own_public_value) {
    for (DheGroup group : kFiniteFields) {
        const DheKey key = key_of(group, 3);
        auto shared = key.agree(small(group, 2));
        BOOST_REQUIRE(shared);
        BOOST_TEST(equal(shared->view(), key.public_value()), name(group));
    }
}

BOOST_AUTO_TEST_CASE(leading_zeros_of_a_finite_field_secret_are_kept) {
    // With the peer 2 the secret is the public value; a few hundred seeds find one that begins with zero.
    for (uint64_t seed = 0;; ++seed) {
        BOOST_REQUIRE(seed < 5000U);
        const DheKey key = key_of(DheGroup::ffdhe2048, seed);
        if (key.public_value()[0] != 0) continue;
        BOOST_TEST(key.public_value().size() == 256U);
        auto shared = key.agree(small(DheGroup::ffdhe2048, 2));
        BOOST_REQUIRE(shared);
        BOOST_TEST(equal(shared->view(), key.public_value()));
        break;
    }
}

BOOST_AUTO_TEST_CASE(finite_field_values_outside_2_to_p_minus_2_are_refused) {
    for (DheGroup group : kFiniteFields) {
        BOOST_TEST_CONTEXT(name(group)) {
            const DheKey key = key_of(group, 4);
            for (const Bytes& bad : {small(group, 0), small(group, 1), prime(group, -1), prime(group, 0),
                                     prime(group, 1), Bytes(exchange_size(group), 0xff)}) {
                BOOST_TEST(refused(key, bad));
            }
            BOOST_TEST(key.agree(small(group, 2)).has_value());
            BOOST_TEST(key.agree(prime(group, -2)).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(points_that_are_not_on_the_curve_are_refused) {
    for (DheGroup group : kCurves) {
        BOOST_TEST_CONTEXT(name(group)) {
            const DheKey key = key_of(group, 5);
            const Bytes peer = to_bytes(key_of(group, 6).public_value());
            const size_t half = peer.size() / 2;
            Bytes swapped = peer;
            std::ranges::rotate(swapped, swapped.begin() + static_cast<std::ptrdiff_t>(half));
            Bytes no_y = peer;
            std::fill(no_y.begin() + static_cast<std::ptrdiff_t>(half), no_y.end(), uint8_t{0});
            for (const Bytes& bad :
                 {Bytes(peer.size()), Bytes(peer.size(), 0xff), small(group, 1), flipped(peer, 8 * half - 8),
                  flipped(peer, 8 * peer.size() - 8), flipped(peer, 12), swapped, no_y}) {
                BOOST_TEST(refused(key, bad));
            }
        }
    }
}

// The x of this point is that of a point on the curve plus the prime: the same residue, but no field element.
BOOST_AUTO_TEST_CASE(a_coordinate_that_is_not_reduced_is_refused) {
    const Bytes p = hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    // x = 5 is on P-256; 5 + p fits 32 bytes.
    const std::string_view y = "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc";
    const DheKey key = key_of(DheGroup::secp256r1, 8);
    Bytes five(32);
    five.back() = 5;
    BOOST_TEST(key.agree(concat({five, hex(y)})).has_value());
    Bytes high = p;
    for (size_t i = 32, carry = 5; i-- > 0 && carry != 0;) {
        carry += high[i];
        high[i] = static_cast<uint8_t>(carry);
        carry >>= 8;
    }
    BOOST_TEST(refused(key, concat({high, hex(y)})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
