#include "stack/crypto/pki.h"

#include <map>
#include <mutex>

#include "stack/crypto/key_impl.h"

namespace assay::crypto {

namespace {

enum class Place : uint8_t { root, intermediate, leaf };

constexpr std::string_view label_of(Place place) {
    switch (place) {
        case Place::root: return "root";
        case Place::intermediate: return "intermediate";
        case Place::leaf: return "leaf";
    }
    return "";
}

constexpr UnixTime kNotBefore = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
constexpr UnixTime kNotAfter = std::chrono::sys_days(std::chrono::year(2120) / 1 / 1);

// One RSA key a size and place for the life of the process: making one can take seconds.
Result<PrivateKey> kept_rsa_key(SignAlgo algo, Place place) {
    static std::mutex mutex;
    static std::map<std::pair<size_t, Place>, PrivateKey> keys;
    const std::lock_guard lock(mutex);
    PrivateKey& key = keys[{signature_size(algo), place}];
    if (!key.valid()) key = TRY(PrivateKey::generate(algo));
    return key;
}

Result<PrivateKey> make_key(SignAlgo algo, Place place, std::string_view label) {
    if (is_rsa(algo)) return kept_rsa_key(algo, place);
    return PrivateKey::derive(algo, concat({as_bytes(label_of(place)), as_bytes(":"), as_bytes(label)}));
}

std::string common_name(Place place, std::string_view label) {
    return std::string(label) + " " + std::string(label_of(place));
}

CertificateSpec ca_spec(Place place, std::string_view label, uint64_t serial) {
    CertificateSpec spec;
    spec.subject = common_name(place, label);
    spec.issuer = common_name(Place::root, label);
    spec.serial = serial;
    spec.not_before = kNotBefore;
    spec.not_after = kNotAfter;
    spec.ca = true;
    spec.digital_signature = false;
    spec.key_cert_sign = true;
    return spec;
}

// The caller's leaf, with what it left at the default filled in.
CertificateSpec leaf_spec(const CertificateSpec* leaf, std::string_view label) {
    const CertificateSpec defaults;
    CertificateSpec spec = leaf == nullptr ? defaults : *leaf;
    if (spec.subject == defaults.subject) spec.subject = common_name(Place::leaf, label);
    if (spec.issuer == defaults.issuer) spec.issuer = common_name(Place::intermediate, label);
    if (spec.not_before == defaults.not_before) spec.not_before = kNotBefore;
    if (spec.not_after == defaults.not_after) spec.not_after = kNotAfter;
    if (spec.serial == defaults.serial) spec.serial = 3;
    return spec;
}

}  // namespace

Bytes TestPki::chain_der() const { return concat({root.der(), intermediate.der(), leaf.der()}); }

Result<TestPki> make_test_pki(SignAlgo algo, SignAlgo issuer_algo, HashAlgo hash, std::string_view label,
                              const CertificateSpec* leaf, const PrivateKey* known_leaf_key) {
    PrivateKey root_key = TRY(make_key(issuer_algo, Place::root, label));
    PrivateKey intermediate_key = TRY(make_key(issuer_algo, Place::intermediate, label));
    PrivateKey leaf_key =
        known_leaf_key != nullptr ? *known_leaf_key : TRY(make_key(algo, Place::leaf, label));
    Certificate root =
        TRY(make_certificate(ca_spec(Place::root, label, 1), root_key.public_key(), root_key, hash));
    Certificate intermediate = TRY(make_certificate(ca_spec(Place::intermediate, label, 2),
                                                    intermediate_key.public_key(), root_key, hash));
    Certificate last =
        TRY(make_certificate(leaf_spec(leaf, label), leaf_key.public_key(), intermediate_key, hash));
    return TestPki{std::move(root_key), std::move(intermediate_key), std::move(leaf_key),
                   std::move(root),     std::move(intermediate),     std::move(last)};
}

}  // namespace assay::crypto
