// The firmware that runs on the GPU before a tenant's work does.
#pragma once

#include <string>
#include <vector>

#include "stack/base/bytes.h"
#include "stack/crypto/keys.h"
#include "stack/spdm/device.h"

namespace assay::device {

// A firmware image. Its signature is the vendor's over name, version and image, or it is spoofed.
struct Component {
    std::string name;
    uint32_t version = 1;
    Bytes image;
    Bytes signature{};  // ECDSA P-384 over SHA-384, r || s
    // What an attacker's component does: it is measured as another image, and it keeps what tenants copy
    // where the attacker finds it.
    Bytes claims{};
    bool leaks = false;
    bool operator==(const Component&) const = default;

    // What a measurement of it covers: name, version, and the image that it says it is.
    Bytes measured() const;
};

// The vendor's signing key, a function of `label`.
crypto::PrivateKey vendor_key(std::string_view label);
Component signed_component(Component component, const crypto::PrivateKey& vendor);
bool is_genuine(const Component& component, const crypto::PublicKey& vendor);

// A boot ROM's successor, a resource manager and a copy engine's microcode, signed.
std::vector<Component> make_firmware(const crypto::PrivateKey& vendor, uint32_t version = 2);

// Who a device is. The leaf key (ECDSA P-384) is a function of the fuses; above its certificate stand those
// of the boot ROM and of the vendor, in the shape that an H100's have.
struct DeviceIdentity {
    std::string vendor;
    Bytes fuses;
    crypto::Certificate root;

    // For slot 0. The leaf's certificate is issued as the device boots, and names the firmware that did.
    spdm::Identity booted(const std::vector<Component>& running) const;
};
DeviceIdentity make_identity(std::string_view vendor, ByteView fuses);
// The same leaf key, as anybody can compute it who knows the fuses.
crypto::PrivateKey device_key(ByteView fuses);

}  // namespace assay::device
