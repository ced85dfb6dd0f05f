#include "stack/crypto/certificate_signature.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

PrivateKey issuer() { return PrivateKey::derive(SignAlgo::ecdsa_p384, as_bytes("issuer")).value(); }

// A certificate over this digest, whose signature ends in an even byte: its last bit may be called unused.
Certificate made(HashAlgo hash) {
    CertificateSpec spec;
    spec.not_after = UnixTime(std::chrono::hours(24));
    for (;; ++spec.serial) {
        const auto one = make_certificate(spec, issuer().public_key(), issuer(), hash).value();
        if (one.der().back() % 2 == 0) return one;
    }
}

// Whether it still verifies when the bytes of `was`, where they stand last, are `now`.
bool verifies_with(const Certificate& certificate, const Bytes& was, const Bytes& now) {
    Bytes der = to_bytes(certificate.der());
    const auto found = std::ranges::find_end(der, was);
    BOOST_REQUIRE(!found.empty());
    std::ranges::copy(now, found.begin());
    const auto changed = Certificate::parse(der);
    return changed && signed_by(*changed, issuer().public_key());
}

struct Row {
    HashAlgo hash;
    std::string_view algorithm, other;  // object identifiers of ECDSA over it and over another digest
};
// The former OpenSSL verifies, the latter is verified here.
constexpr Row kRows[] = {{HashAlgo::sha384, "06082a8648ce3d040303", "06082a8648ce3d040302"},
                         {HashAlgo::sha3_384, "060960864801650304030b", "060960864801650304030a"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(certificate_signature)

BOOST_AUTO_TEST_CASE(an_algorithm_outside_that_is_not_the_one_inside_is_refused) {
    for (const Row& row : kRows) {
        const Certificate certificate = made(row.hash);
        BOOST_TEST(signed_by(certificate, issuer().public_key()));
        BOOST_TEST(!verifies_with(certificate, hex(row.algorithm), hex(row.other)), name(row.hash));
    }
}

BOOST_AUTO_TEST_CASE(a_signature_with_unused_bits_is_refused) {
    for (const Row& row : kRows) {
        const Certificate certificate = made(row.hash);
        // BIT STRING, its length, no unused bits, and the SEQUENCE of r and s.
        const ByteView der = certificate.der();
        const auto algorithm = hex(row.algorithm);
        const auto found = std::ranges::find_end(der, algorithm);
        BOOST_REQUIRE(found.end()[0] == 0x03);
        Bytes head(found.begin(), found.end() + 4);
        BOOST_REQUIRE(head[head.size() - 2] == 0);
        Bytes unused = head;
        unused[unused.size() - 2] = 1;
        BOOST_TEST(!verifies_with(certificate, head, unused), name(row.hash));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
