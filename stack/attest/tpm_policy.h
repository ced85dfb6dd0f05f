// What is asked of a virtual TPM's quote and of the boot that it speaks of.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "stack/base/bytes.h"

namespace assay::attest {

struct TpmPolicy {
    // That the quote must select in a bank stronger than SHA-1, besides those that the rest of the policy
    // needs: 7 for secure_boot, 4 for boot_loaders, 0 for firmware, and those of systems.
    std::set<uint32_t> registers;
    // To whose value a log must lead if they are quoted, besides those that the log is asked about: 7 for
    // secure_boot, 4 for boot_loaders. Of any other the evidence may just give the value.
    std::set<uint32_t> explained = {0, 1, 2, 3, 4, 5, 6, 7};
    bool secure_boot = true;
    // Each program that is started as a boot loader must have one of these digests (of the PE image, as
    // Authenticode takes it). Empty, as below: any.
    std::vector<Bytes> boot_loaders;
    // The values that register 0 may have, into which the UEFI firmware is measured.
    std::vector<Bytes> firmware;
    // Values of the registers that the guest's operating system is measured into, by whatever loads it: GRUB
    // has 8 and 9, a unified kernel image 11 to 13. One of these sets must be there entirely.
    std::vector<std::map<uint32_t, Bytes>> systems;

    // All registers that the quote must select.
    std::set<uint32_t> needed() const;
    // All to whose value a log must lead, of those that are quoted.
    std::set<uint32_t> needs_explanation() const;

    // {"registers": [0, 7], "explained": [0, 7], "secure_boot": true, "boot_loaders": [HEX], "firmware":
    // [HEX], "systems": [{"9": HEX}]}, each optional. Errors: Errc::bad_text naming the key.
    static Result<TpmPolicy> from_json(const nlohmann::json& json);
};

}  // namespace assay::attest
