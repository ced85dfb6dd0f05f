#include "stack/guest/manifests.h"

#include <map>

#include "stack/evidence/rim.h"

namespace assay::guest {

namespace {

// Components from this index on are the driver's.
constexpr uint8_t kDriver = 2;

using Golden = std::map<uint8_t, Bytes>;  // digests by the measurement's index

Golden golden_of(const std::vector<device::Component>& firmware, device::Mode mode) {
    constexpr auto kHash = crypto::HashAlgo::sha384;
    Golden golden{{device::kModeIndex, evidence::digest(kHash, Bytes{static_cast<uint8_t>(mode)})}};
    uint8_t index = 1;
    for (const device::Component& component : firmware) {
        golden[index++] = evidence::digest(kHash, component.measured());
    }
    return golden;
}

attest::File manifest(std::string path, const std::string& version, const Golden& golden) {
    std::map<size_t, size_t> resources;
    for (const auto& [index, digest] : golden) resources[index - 1U] = 1;
    evidence::RimForm form =
        evidence::genuine(evidence::RimOptions{.version = version, .resources = resources, .label = path});
    for (const auto& [index, digest] : golden) {
        form.resource(index - 1U).set(evidence::hash_attribute(0), to_hex(digest));
    }
    return {std::move(path), evidence::make(form).value()};
}

bool of_driver(uint8_t index) { return index >= kDriver && index != device::kModeIndex; }

}  // namespace

std::vector<attest::File> manifests_for(const std::vector<device::Component>& firmware, device::Mode mode) {
    Golden driver, vbios;
    for (const auto& [index, digest] : golden_of(firmware, mode)) {
        (of_driver(index) ? driver : vbios)[index] = digest;
    }
    return {manifest("driver.rim", device::driver_version(firmware), driver),
            manifest("vbios.rim", device::vbios_version(firmware), vbios)};
}

crypto::Certificate manifest_root() {
    return crypto::Certificate::parse(evidence::issue(evidence::rim_chain(evidence::Model::gh100, "").back()))
        .value();
}

}  // namespace assay::guest
