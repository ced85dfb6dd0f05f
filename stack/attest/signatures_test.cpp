#include "stack/attest/signatures.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/pki.h"

namespace assay::attest {

namespace {

crypto::TestPki pki(std::string_view label) {
    using crypto::SignAlgo;
    return crypto::make_test_pki(SignAlgo::ecdsa_p384, SignAlgo::ed25519, crypto::HashAlgo::sha384, label)
        .value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signatures)

BOOST_AUTO_TEST_CASE(a_signature_is_verified_once_and_says_the_same_again) {
    const crypto::TestPki one = pki("one");
    Signatures signatures;
    for (int i = 0; i < 3; ++i) BOOST_TEST(signatures.issued_by(one.leaf, one.intermediate));
    BOOST_TEST(signatures.certificates() == 1U);
    BOOST_TEST(signatures.issued_by(one.intermediate, one.root));
    BOOST_TEST(signatures.certificates() == 2U);
    BOOST_TEST(signatures.responses() == 0U);
}

BOOST_AUTO_TEST_CASE(another_name_needs_no_signature) {
    const crypto::TestPki one = pki("one");
    Signatures signatures;
    BOOST_TEST(!signatures.issued_by(one.leaf, one.root));
    BOOST_TEST(signatures.certificates() == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_good_of_one_certificate_is_not_so_of_another_that_looks_alike) {
    const crypto::TestPki one = pki("one");
    // One bit of the signature, the last thing in a certificate.
    Bytes changed = to_bytes(one.leaf.der());
    changed.back() ^= 1;
    const auto other = crypto::Certificate::parse(changed).value();
    // The issuer's name with another's key.
    crypto::CertificateSpec spec;
    spec.subject = "one intermediate";
    spec.issuer = "one root";
    spec.ca = true;
    const auto impostor = crypto::make_certificate(spec, pki("two").intermediate_key.public_key(),
                                                   one.root_key, crypto::HashAlgo::sha384)
                              .value();
    Signatures signatures;
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(signatures.issued_by(one.leaf, one.intermediate));
        BOOST_TEST(!signatures.issued_by(other, one.intermediate));
        BOOST_TEST(!signatures.issued_by(one.leaf, impostor));
    }
    BOOST_TEST(signatures.certificates() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
