#include "stack/crypto/kdf.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

Bytes counting(uint8_t first, size_t size) {
    Bytes bytes(size);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(first + i);
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kdf)

// RFC 5869, appendix A, cases 1 to 3.
BOOST_AUTO_TEST_CASE(hkdf_gives_the_published_values) {
    struct Row {
        Bytes ikm, salt, info;
        std::string_view prk, okm;
    };
    const Row rows[] = {
        {Bytes(22, 0x0b), counting(0, 13), counting(0xf0, 10),
         "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
         "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
        {counting(0, 80), counting(0x60, 80), counting(0xb0, 80),
         "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
         "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
         "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
        {Bytes(22, 0x0b),
         {},
         {},
         "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
         "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"}};
    for (const Row& row : rows) {
        const SecretBytes prk = hkdf_extract(openssl_provider(), HashAlgo::sha256, row.salt, row.ikm);
        BOOST_TEST(to_hex(prk.view()) == row.prk);
        auto okm =
            hkdf_expand(openssl_provider(), HashAlgo::sha256, prk.view(), row.info, row.okm.size() / 2);
        BOOST_REQUIRE(okm);
        BOOST_TEST(to_hex(okm->view()) == row.okm);
    }
}

BOOST_AUTO_TEST_CASE(a_shorter_output_is_the_head_of_a_longer_one) {
    for (const Provider* provider : {&openssl_provider(), &fast_provider()}) {
        const SecretBytes longest =
            hkdf_expand(*provider, HashAlgo::sha384, as_bytes("prk"), as_bytes("info"), 200).value();
        for (size_t size : {0U, 1U, 47U, 48U, 49U, 96U, 199U}) {
            auto shorter = hkdf_expand(*provider, HashAlgo::sha384, as_bytes("prk"), as_bytes("info"), size);
            BOOST_REQUIRE(shorter);
            BOOST_TEST(equal(shorter->view(), longest.view().first(size)));
        }
    }
}

BOOST_AUTO_TEST_CASE(no_more_than_255_blocks_can_be_had) {
    auto expand = [](size_t size) {
        return hkdf_expand(openssl_provider(), HashAlgo::sha256, as_bytes("prk"), {}, size);
    };
    BOOST_TEST(expand(255 * 32)->size() == 255U * 32);
    BOOST_TEST((expand(255 * 32 + 1).error().code == Errc::out_of_range));
    BOOST_TEST((expand(SIZE_MAX).error().code == Errc::out_of_range));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
