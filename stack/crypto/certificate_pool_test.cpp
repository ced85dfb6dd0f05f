#include "stack/crypto/certificate_pool.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

const TestPki& pki() {
    static const TestPki kMade =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "pool").value();
    return kMade;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(certificate_pool)

BOOST_AUTO_TEST_CASE(the_same_bytes_are_read_once) {
    CertificatePool pool;
    pool.add(pki().root);
    const Bytes chain = concat({pki().root.der(), pki().leaf.der(), pki().leaf.der()});
    auto first = pool.read_all(chain);
    auto second = pool.read(pki().leaf.der());
    BOOST_REQUIRE((first && first->size() == 3 && second));
    BOOST_TEST(&first->at(0).impl() == &pki().root.impl());
    BOOST_TEST(&first->at(1).impl() == &first->at(2).impl());
    BOOST_TEST(&first->at(1).impl() == &second->impl());
    BOOST_TEST(&first->at(1).impl() != &pki().leaf.impl());
}

BOOST_AUTO_TEST_CASE(a_certificate_is_known_by_all_its_bytes) {
    CertificatePool pool;
    pool.add(pki().leaf);
    Bytes other = to_bytes(pki().leaf.der());
    other.back() ^= 1;
    auto read = pool.read(other);
    BOOST_REQUIRE(read);
    BOOST_TEST(equal(read->der(), other));
    BOOST_TEST(!pool.read(ByteView(other).first(other.size() - 1)));
    BOOST_TEST(!pool.read({}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
