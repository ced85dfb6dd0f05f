#include "stack/crypto/x509.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "stack/crypto/certificate_facts.h"
#include "stack/crypto/certificate_impl.h"
#include "stack/crypto/test_support.h"

namespace assay::crypto {

namespace {

constexpr UnixTime kStart = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + std::chrono::hours(1);
constexpr UnixTime kEnd = std::chrono::sys_days(std::chrono::year(2051) / 1 / 1) + std::chrono::seconds(7);

const TestPki& pki() {
    static const TestPki kMade =
        make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "x509").value();
    return kMade;
}

Result<Certificate> made(const CertificateSpec& spec) {
    return make_certificate(spec, pki().leaf_key.public_key(), pki().intermediate_key, HashAlgo::sha256);
}

Errc error_of(const auto& result) {
    BOOST_REQUIRE(!result);
    return result.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(x509)

BOOST_AUTO_TEST_CASE(a_made_certificate_says_what_its_description_said) {
    CertificateSpec spec;
    spec.subject = "GPU, number 1";
    spec.issuer = "maker";
    spec.not_before = kStart;
    spec.not_after = kEnd;
    auto certificate = made(spec);
    BOOST_REQUIRE(certificate);
    BOOST_TEST(certificate->subject() == "CN=GPU\\, number 1");
    BOOST_TEST(certificate->issuer() == "CN=maker");
    BOOST_TEST(!certificate->self_issued());
    BOOST_TEST((certificate->not_before() == kStart));
    BOOST_TEST((certificate->not_after() == kEnd));
    BOOST_TEST(equal(certificate->public_key().spki(), pki().leaf_key.public_key().spki()));
    BOOST_TEST(pki().root.self_issued());
}

BOOST_AUTO_TEST_CASE(a_parsed_certificate_keeps_its_bytes) {
    auto parsed = Certificate::parse(pki().leaf.der());
    BOOST_REQUIRE(parsed);
    BOOST_TEST(equal(parsed->der(), pki().leaf.der()));
}

BOOST_AUTO_TEST_CASE(every_issuer_can_sign_with_every_digest) {
    for (SignAlgo issuer : {SignAlgo::rsassa_2048, SignAlgo::ecdsa_p256, SignAlgo::ecdsa_p521,
                            SignAlgo::ed25519, SignAlgo::ed448}) {
        for (HashAlgo hash : kHashAlgos) {
            BOOST_TEST_CONTEXT(name(issuer) << " " << name(hash)) {
                auto all = make_test_pki(SignAlgo::ecdsa_p256, issuer, hash, "issuers");
                BOOST_REQUIRE(all);
                ChainPolicy policy;
                policy.roots = {all->root};
                policy.time = kStart;
                policy.leaf_algo = SignAlgo::ecdsa_p256;
                BOOST_TEST(chain_violations({all->root, all->intermediate, all->leaf}, policy).empty());
                const ByteView der = all->leaf.der();
                auto damaged = Certificate::parse(flipped(der, 8 * der.size() - 1));
                BOOST_REQUIRE(damaged);
                BOOST_TEST((chain_violations({all->root, all->intermediate, *damaged}, policy) ==
                            std::vector<ChainRule>{ChainRule::order}));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_description_that_x509_cannot_hold_is_an_error) {
    CertificateSpec bad_oid;
    bad_oid.eku = {"1.3.not.an.oid"};
    BOOST_TEST((error_of(made(bad_oid)) == Errc::bad_cert));
    CertificateSpec long_name;
    long_name.subject = std::string(65, 'x');  // ub-common-name is 64
    BOOST_TEST((error_of(made(long_name)) == Errc::bad_cert));
    const PrivateKey& key = pki().leaf_key;
    BOOST_TEST((error_of(make_certificate({}, PublicKey(), key, HashAlgo::sha256)) == Errc::bad_key));
    BOOST_TEST(
        (error_of(make_certificate({}, key.public_key(), PrivateKey(), HashAlgo::sha256)) == Errc::bad_key));
}

BOOST_AUTO_TEST_CASE(every_truncation_and_every_trailing_byte_is_refused) {
    const Bytes der = to_bytes(pki().leaf.der());
    for (size_t size = 0; size < der.size(); ++size) {
        BOOST_REQUIRE((error_of(Certificate::parse(ByteView(der).first(size))) == Errc::bad_cert));
    }
    auto trailing = Certificate::parse(concat({der, Bytes(1)}));
    BOOST_TEST((error_of(trailing) == Errc::bad_cert));
    BOOST_TEST(trailing.error().offset == der.size());
}

BOOST_AUTO_TEST_CASE(a_certificate_in_ber_is_refused_although_openssl_reads_it) {
    const Bytes der = to_bytes(pki().leaf.der());
    // 30 82 LL LL | 30 82 LL LL ...: the inner length written with one byte more than it needs.
    BOOST_REQUIRE((der[1] == 0x82 && der[4] == 0x30 && der[5] == 0x82 && der[3] != 0xff));
    Bytes ber = der;
    ber[3] = static_cast<uint8_t>(ber[3] + 1);
    ber[5] = 0x83;
    ber.insert(ber.begin() + 6, 0x00);
    const uint8_t* at = ber.data();
    const ossl::X509Ptr read(d2i_X509(nullptr, &at, static_cast<long>(ber.size())));
    BOOST_TEST(read != nullptr);
    BOOST_TEST((error_of(Certificate::parse(ber)) == Errc::bad_cert));
}

BOOST_AUTO_TEST_CASE(concatenated_certificates_are_cut_at_their_ends_and_nowhere_else) {
    const Bytes der = pki().chain_der();
    const size_t first = pki().root.der().size();
    const size_t second = first + pki().intermediate.der().size();
    auto chain = parse_certificates(der);
    BOOST_REQUIRE((chain && chain->size() == 3U));
    BOOST_TEST(equal((*chain)[0].der(), pki().root.der()));
    BOOST_TEST(equal((*chain)[2].der(), pki().leaf.der()));
    for (size_t size = 0; size < der.size(); ++size) {
        auto cut = parse_certificates(ByteView(der).first(size));
        if (size == first || size == second) {
            BOOST_TEST(cut.has_value());
            continue;
        }
        BOOST_REQUIRE((error_of(cut) == Errc::bad_cert));
        BOOST_TEST(cut.error().offset == (size < first ? 0 : size < second ? first : second));
    }
}

BOOST_AUTO_TEST_CASE(a_chain_of_kMaxChain_is_read_and_a_longer_one_refused) {
    Bytes many;
    for (size_t i = 0; i < kMaxChain; ++i) append(many, pki().root.der());
    BOOST_TEST(parse_certificates(many)->size() == kMaxChain);
    const size_t end = many.size();
    append(many, pki().root.der());
    auto refused = parse_certificates(many);
    BOOST_TEST((error_of(refused) == Errc::bad_cert));
    BOOST_TEST(refused.error().offset == end);
    std::string pem;
    for (size_t i = 0; i <= kMaxChain; ++i) pem += to_pem("CERTIFICATE", pki().root.der());
    BOOST_TEST((error_of(parse_pem_certificates(pem)) == Errc::bad_cert));
}

BOOST_AUTO_TEST_CASE(pem_keeps_the_order_and_passes_over_other_blocks) {
    const std::string pem = "a word before\n" + to_pem("CERTIFICATE", pki().leaf.der()) +
                            to_pem("PUBLIC KEY", pki().leaf_key.public_key().spki()) +
                            to_pem("CERTIFICATE", pki().root.der());
    auto read = parse_pem_certificates(pem);
    BOOST_REQUIRE((read && read->size() == 2U));
    BOOST_TEST(equal((*read)[0].der(), pki().leaf.der()));
    BOOST_TEST(equal((*read)[1].der(), pki().root.der()));
}

BOOST_AUTO_TEST_CASE(pem_that_is_damaged_or_holds_no_certificate_is_refused) {
    const std::string good = to_pem("CERTIFICATE", pki().leaf.der());
    std::string damaged = good;
    damaged[damaged.size() / 2] = '!';
    const std::string cut = good.substr(0, good.size() - 10);
    const std::string key = to_pem("PUBLIC KEY", pki().leaf_key.public_key().spki());
    const std::string wrong = to_pem("CERTIFICATE", pki().leaf_key.public_key().spki());
    for (const std::string& pem :
         {std::string(), std::string("text"), damaged, cut, key, wrong, good + damaged, good + cut}) {
        BOOST_TEST((error_of(parse_pem_certificates(pem)) == Errc::bad_cert));
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_for_a_key_of_another_kind_is_read_but_fits_nothing) {
    // The OID of the key's algorithm changed to one that nobody has.
    Bytes der = to_bytes(pki().root.der());
    const Bytes spki_head = hex("302a300506032b6570032100");
    auto found = std::ranges::search(der, spki_head);
    BOOST_REQUIRE(!found.empty());
    found[8] = 0x7e;
    auto parsed = Certificate::parse(der);
    BOOST_REQUIRE(parsed);
    BOOST_TEST(!parsed->public_key().valid());
    BOOST_TEST(parsed->public_key().spki().empty());
    for (SignAlgo algo : kSignAlgos) BOOST_TEST(!parsed->public_key().fits(algo));
}

BOOST_AUTO_TEST_CASE(a_made_certificate_bears_further_extensions_and_pss) {
    CertificateSpec spec;
    spec.not_before = kStart;
    spec.not_after = kEnd;
    spec.extensions = {{"1.3.6.1.4.1.3704.1.3.1", {0x02, 0x01, 0x07}}};
    spec.pss = true;
    const PrivateKey issuer = key_for(SignAlgo::rsapss_2048);
    const auto certificate = make_certificate(spec, pki().leaf_key.public_key(), issuer, HashAlgo::sha384);
    BOOST_REQUIRE(certificate);
    BOOST_TEST((extension(*certificate, "1.3.6.1.4.1.3704.1.3.1") == Bytes{0x02, 0x01, 0x07}));
    BOOST_TEST((signed_with(*certificate) == CertificateAlgo::rsapss_sha384));
    BOOST_TEST((error_of(made(spec)) == Errc::unsupported));  // an issuer that is not RSA
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
