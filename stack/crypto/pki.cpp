#include "stack/crypto/pki.h"

#include <map>
#include <mutex>

namespace assay::crypto {

namespace {

// 2020-01-01 and 2120-01-01.
constexpr UnixTime kFrom{std::chrono::seconds{1577836800}};
constexpr UnixTime kUntil{std::chrono::seconds{4733510400}};

// RSA keys take seconds to make, so each size and place has one a process.
Result<PrivateKey> rsa_key(SignAlgo algo, size_t place) {
    static std::mutex mutex;
    static std::map<std::pair<size_t, size_t>, PrivateKey> made;
    std::scoped_lock lock(mutex);
    auto [at, fresh] = made.try_emplace({signature_size(algo), place});
    if (fresh) at->second = TRY(PrivateKey::generate(algo));
    return at->second;
}

Result<PrivateKey> key_for(SignAlgo algo, std::string_view label, size_t place) {
    auto derived = PrivateKey::derive(algo, as_bytes(std::string(label) + "/" + std::to_string(place)));
    if (derived || derived.error().code != Errc::unsupported) return derived;
    return rsa_key(algo, place);
}

CertificateSpec authority(std::string_view label, std::string_view subject, std::string_view issuer) {
    CertificateSpec spec;
    spec.subject = std::string(label) + " " + std::string(subject);
    spec.issuer = std::string(label) + " " + std::string(issuer);
    spec.not_before = kFrom;
    spec.not_after = kUntil;
    spec.ca = true;
    spec.digital_signature = false;
    spec.key_cert_sign = true;
    return spec;
}

}  // namespace

Bytes TestPki::chain_der() const { return concat({root.der(), intermediate.der(), leaf.der()}); }

Result<TestPki> make_test_pki(SignAlgo algo, SignAlgo issuer_algo, HashAlgo hash, std::string_view label,
                              const CertificateSpec* leaf) {
    PrivateKey root_key = TRY(key_for(issuer_algo, label, 0));
    PrivateKey intermediate_key = TRY(key_for(issuer_algo, label, 1));
    PrivateKey leaf_key = TRY(key_for(algo, label, 2));
    Certificate root = TRY(make_certificate(authority(label, "root", "root"), root_key.public_key(), root_key, hash));
    CertificateSpec middle = authority(label, "intermediate", "root");
    middle.serial = 2;
    Certificate intermediate = TRY(make_certificate(middle, intermediate_key.public_key(), root_key, hash));
    CertificateSpec end = leaf != nullptr ? *leaf : CertificateSpec{};
    end.subject = std::string(label) + " leaf";
    end.issuer = std::string(label) + " intermediate";
    end.serial = 3;
    if (end.not_before == UnixTime{}) end.not_before = kFrom;
    if (end.not_after == UnixTime{}) end.not_after = kUntil;
    Certificate certificate = TRY(make_certificate(end, leaf_key.public_key(), intermediate_key, hash));
    return TestPki{root_key, intermediate_key, leaf_key, root, intermediate, certificate};
}

}  // namespace assay::crypto
