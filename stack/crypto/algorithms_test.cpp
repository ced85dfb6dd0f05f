#include "stack/crypto/algorithms.h"

#include <boost/test/unit_test.hpp>

#include <set>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

BOOST_AUTO_TEST_SUITE(algorithms)

// DSP0274, the tables of BaseAsymAlgo and BaseHashAlgo; RFC 8032 for the two EdDSA.
BOOST_AUTO_TEST_CASE(signatures_and_digests_have_the_sizes_of_the_specification) {
    struct Row {
        SignAlgo algo;
        size_t size;
    };
    for (const Row& row :
         {Row{SignAlgo::rsassa_2048, 256}, Row{SignAlgo::rsapss_2048, 256}, Row{SignAlgo::rsassa_3072, 384},
          Row{SignAlgo::rsapss_3072, 384}, Row{SignAlgo::rsassa_4096, 512}, Row{SignAlgo::rsapss_4096, 512},
          Row{SignAlgo::ecdsa_p256, 64}, Row{SignAlgo::ecdsa_p384, 96}, Row{SignAlgo::ecdsa_p521, 132},
          Row{SignAlgo::ed25519, 64}, Row{SignAlgo::ed448, 114}}) {
        BOOST_TEST(signature_size(row.algo) == row.size, name(row.algo));
    }
    for (HashAlgo algo : kHashAlgos) BOOST_TEST(digest_size(algo) <= kMaxDigest);
    BOOST_TEST(digest_size(HashAlgo::sha384) == 48U);
    BOOST_TEST(digest_size(HashAlgo::sha3_512) == 64U);
}

BOOST_AUTO_TEST_CASE(exchanges_have_the_sizes_of_the_specification) {
    struct Row {
        DheGroup group;
        size_t exchange;
        size_t shared;
    };
    for (const Row& row : {Row{DheGroup::ffdhe2048, 256, 256}, Row{DheGroup::ffdhe3072, 384, 384},
                           Row{DheGroup::ffdhe4096, 512, 512}, Row{DheGroup::secp256r1, 64, 32},
                           Row{DheGroup::secp384r1, 96, 48}, Row{DheGroup::secp521r1, 132, 66}}) {
        BOOST_TEST(exchange_size(row.group) == row.exchange, name(row.group));
        BOOST_TEST(shared_size(row.group) == row.shared, name(row.group));
    }
    BOOST_TEST(key_size(AeadAlgo::aes_128_gcm) == 16U);
    BOOST_TEST(key_size(AeadAlgo::aes_256_gcm) == 32U);
    BOOST_TEST(key_size(AeadAlgo::chacha20_poly1305) == 32U);
}

BOOST_AUTO_TEST_CASE(no_two_signature_algorithms_share_a_name) {
    std::set<std::string_view> names;
    for (SignAlgo algo : kSignAlgos) names.insert(name(algo));
    BOOST_TEST(names.size() == std::size(kSignAlgos));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
