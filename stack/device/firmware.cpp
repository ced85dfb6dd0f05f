#include "stack/device/firmware.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/writer.h"
#include "stack/crypto/provider.h"
#include "stack/device/report.h"
#include "stack/evidence/gpu.h"
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

std::string label_of(ByteView fuses) { return "device " + to_hex(fuses); }

// Leaf first. The same vendor has the same keys above the boot ROM.
evidence::Chain chain_of(std::string_view vendor, ByteView fuses, ByteView fwid) {
    evidence::Chain chain = evidence::device_chain(evidence::Model::gh100, label_of(fuses), fwid);
    for (size_t i = 2; i < chain.size(); ++i)
        chain[i].key.label = fmt::format("{}: {}", vendor, chain[i].key.label);
    evidence::relink(chain);
    return chain;
}

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

crypto::PrivateKey device_key(ByteView fuses) { return evidence::key({label_of(fuses)}); }

DeviceIdentity make_identity(std::string_view vendor, ByteView fuses) {
    const evidence::Chain chain = chain_of(vendor, fuses, {});
    return {std::string(vendor), to_bytes(fuses),
            crypto::Certificate::parse(evidence::issue(chain.back())).value()};
}

spdm::Identity DeviceIdentity::booted(const std::vector<Component>& running) const {
    evidence::Chain chain = chain_of(vendor, fuses, fwid_of(running));
    std::ranges::reverse(chain);
    return {to_bytes(root.der()), evidence::to_der(chain), device_key(fuses)};
}

}  // namespace assay::device
