// Firmware that is not what the manifests say, or older than it should be.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

constexpr size_t kVbiosIndex = 9, kDriverIndex = 25;

void vbios_spoofed(Machine& machine) { measure(machine, kVbiosIndex, other_digest("spoofed")); }
void driver_spoofed(Machine& machine) { measure(machine, kDriverIndex, other_digest("spoofed")); }
void one_bit(Machine& machine) {
    Bytes value = machine.report().blocks[kVbiosIndex].value;
    flip_last(value);
    measure(machine, kVbiosIndex, value);
}
void last_index(Machine& machine) { measure(machine, 40, other_digest("spoofed")); }
void zero(Machine& machine) { measure(machine, kVbiosIndex, Bytes(48)); }
void switch_spoofed(Machine& machine) { measure(machine, 30, other_digest("spoofed")); }

// The driver's manifest has a value for it too, which is not active.
void inactive(Machine& machine) {
    const Bytes spoofed = other_digest("spoofed");
    machine.driver().resource(kVbiosIndex).set(hash_attribute(0), to_hex(spoofed));
    measure(machine, kVbiosIndex, spoofed);
}

// Genuine firmware of another version, whose manifest is also in the bundle.
void other_version(Machine& machine) {
    machine.rims.push_back(vbios_rim(older_firmware()));
    measure(machine, kVbiosIndex, measurement(older_firmware().vbios, kVbiosIndex));
}
void swapped(Machine& machine) {
    std::vector<BlockForm>& blocks = machine.report().blocks;
    std::swap(blocks[kVbiosIndex].value, blocks[kVbiosIndex + 1].value);
}
void alternative_of_other(Machine& machine) {
    measure(machine, 23, measurement(hopper_firmware().driver, 24, 1));
}
// Hash1 of an index that has one alternative: written in the manifest, and not counted.
void beyond_alternatives(Machine& machine) {
    const Bytes spoofed = other_digest("spoofed");
    machine.driver().resource(kDriverIndex).set(hash_attribute(1), to_hex(spoofed));
    measure(machine, kDriverIndex, spoofed);
}
// The first half is that of the golden value.
void prefix(Machine& machine) {
    Bytes value = machine.report().blocks[kVbiosIndex].value;
    std::fill(value.begin() + 24, value.end(), 0);
    measure(machine, kVbiosIndex, value);
}
void shifted(Machine& machine) {
    // Every measurement under the index before its own: a manifest counts from 0, SPDM from 1.
    std::vector<BlockForm>& blocks = machine.report().blocks;
    for (size_t i = 0; i + 1 < blocks.size(); ++i) std::swap(blocks[i].value, blocks[i + 1].value);
    OpaqueForm& counts = *machine.report().field(opaque::counts);
    counts.value = measurement_counts(machine.report(), 64);
}

void drop_block(Machine& machine, size_t index) {
    std::vector<BlockForm>& blocks = machine.report().blocks;
    blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(index));
}
void missing(Machine& machine) {
    drop_block(machine, kVbiosIndex);
    Bytes& counts = machine.report().field(opaque::counts)->value;
    counts[kVbiosIndex * 4] = 0;
}
void missing_all(Machine& machine) {
    machine.report().blocks.clear();
    machine.report().field(opaque::counts)->value = Bytes(256);
}
void switch_missing(Machine& machine) {
    drop_block(machine, 30);
    machine.report().field(opaque::counts)->value = measurement_counts(machine.report(), 26);
}

// Another GPU's of the four: the first is genuine.
void third_of_four(Machine& machine) {
    machine.report(2).blocks[kDriverIndex].value = other_digest("spoofed");
}

// What is old and genuine, beside its own manifests.
void reinstall(Machine& machine, const Firmware& firmware) {
    GpuOptions options;
    options.firmware = firmware;
    options.label = machine.gpu().chain.front().key.label;
    options.nonce = machine.nonce;
    machine.gpus = {evidence::genuine(options)};
    machine.rims = {driver_rim(firmware), vbios_rim(firmware)};
}
void driver_old(Machine& machine) {
    reinstall(machine, {Model::gh100, older_firmware().driver, hopper_firmware().vbios});
    machine.policy["floors"] = {{"driver_version", hopper_firmware().driver}};
}
void vbios_old(Machine& machine) {
    reinstall(machine, {Model::gh100, hopper_firmware().driver, older_firmware().vbios});
    machine.policy["floors"] = {{"vbios_version", hopper_firmware().vbios}};
}
// 9 is less than 10, and "9" is not less than "10".
void driver_old_in_digits(Machine& machine) {
    reinstall(machine, {Model::gh100, "550.90.07", hopper_firmware().vbios});
    machine.policy["floors"] = {{"driver_version", "550.144.03"}};
}
void vbios_old_in_hex(Machine& machine) { machine.policy["floors"] = {{"vbios_version", "96.00.A0.00.00"}}; }
void switch_old(Machine& machine) { machine.policy["floors"] = {{"switch_version", "96.10.73.00.01"}}; }

}  // namespace

std::span<const Edit> firmware_edits() {
    static constexpr Edit kEdits[] = {
        {"firmware/vbios-spoofed", vbios_spoofed},
        {"firmware/driver-spoofed", driver_spoofed},
        {"firmware/one-bit", one_bit},
        {"firmware/last-index", last_index},
        {"firmware/zero", zero},
        {"firmware/switch-spoofed", switch_spoofed},
        {"firmware/inactive-value", inactive},
        {"firmware/other-version", other_version},
        {"firmware/swapped", swapped},
        {"firmware/alternative-of-other", alternative_of_other},
        {"firmware/beyond-alternatives", beyond_alternatives},
        {"firmware/prefix", prefix},
        {"firmware/shifted", shifted},
        {"firmware/third-of-four", third_of_four},
        {"firmware/missing", missing},
        {"firmware/missing-all", missing_all},
        {"firmware/switch-missing", switch_missing},
        {"rollback/driver", driver_old},
        {"rollback/vbios", vbios_old},
        {"rollback/driver-in-digits", driver_old_in_digits},
        {"rollback/vbios-in-hex", vbios_old_in_hex},
        {"rollback/switch", switch_old},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
