#include "stack/device/firmware.h"

#include "stack/base/writer.h"
#include "stack/crypto/provider.h"
#include "stack/spdm/signing.h"

namespace assay::device {

namespace {

constexpr auto kAlgo = crypto::SignAlgo::ecdsa_p384;
constexpr auto kHash = crypto::HashAlgo::sha384;
// As SPDM 1.1 signs: the digest itself, without a prefix.
constexpr spdm::Suite kSuite{.sign = kAlgo, .hash = kHash, .version = wire::Version::v1_1};

Bytes described(const Component& component, ByteView image) {
    Writer writer;
    writer.bytes(as_bytes(component.name)).u8(0).u32(component.version).bytes(image);
    return to_bytes(writer.view());
}

crypto::Digest digest_of(const Component& component) {
    auto hash = crypto::openssl_provider().new_hash(kHash);
    hash->update(described(component, component.image));
    return hash->digest();
}

// Of a certificate that never ends.
constexpr crypto::UnixTime kFrom = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
constexpr crypto::UnixTime kUntil = std::chrono::sys_days(std::chrono::year(2120) / 1 / 1);

}  // namespace

Bytes Component::measured() const { return described(*this, claims.empty() ? image : claims); }

crypto::PrivateKey vendor_key(std::string_view label) {
    return crypto::PrivateKey::derive(kAlgo, as_bytes(label)).value();
}

Component signed_component(Component component, const crypto::PrivateKey& vendor) {
    component.signature =
        spdm::sign_transcript(crypto::openssl_provider(), kSuite, vendor, {}, digest_of(component)).value();
    return component;
}

bool is_genuine(const Component& component, const crypto::PublicKey& vendor) {
    return spdm::verify_transcript(crypto::openssl_provider(), kSuite, vendor, {}, digest_of(component),
                                   component.signature)
        .has_value();
}

std::vector<Component> make_firmware(const crypto::PrivateKey& vendor, uint32_t version) {
    std::vector<Component> components;
    for (std::string_view name : {"root of trust", "resource manager", "copy engine"}) {
        std::string image = "Assay model firmware: " + std::string(name);
        components.push_back(signed_component(
            {.name = std::string(name), .version = version, .image = to_bytes(as_bytes(image))}, vendor));
    }
    return components;
}

crypto::PrivateKey device_key(ByteView fuses) { return crypto::PrivateKey::derive(kAlgo, fuses).value(); }

DeviceIdentity make_identity(std::string_view vendor, ByteView fuses) {
    // Signatures of Ed25519 are a function of what is signed: the same vendor has the same root.
    const auto root_key = crypto::PrivateKey::derive(crypto::SignAlgo::ed25519, as_bytes(vendor)).value();
    const crypto::PrivateKey key = device_key(fuses);
    const std::string root_name = std::string(vendor) + " root";
    const crypto::CertificateSpec root_spec{.subject = root_name,
                                            .issuer = root_name,
                                            .not_before = kFrom,
                                            .not_after = kUntil,
                                            .ca = true,
                                            .path_length = std::nullopt,
                                            .digital_signature = false,
                                            .key_cert_sign = true,
                                            .eku = {},
                                            .extensions = {}};
    const crypto::CertificateSpec leaf_spec{.subject = std::string(vendor) + " GPU",
                                            .issuer = root_name,
                                            .serial = 2,
                                            .not_before = kFrom,
                                            .not_after = kUntil,
                                            .path_length = std::nullopt,
                                            .eku = {},
                                            .extensions = {}};
    auto root = crypto::make_certificate(root_spec, root_key.public_key(), root_key, kHash).value();
    auto leaf = crypto::make_certificate(leaf_spec, key.public_key(), root_key, kHash).value();
    return {{to_bytes(root.der()), concat({root.der(), leaf.der()}), key}, root};
}

}  // namespace assay::device
