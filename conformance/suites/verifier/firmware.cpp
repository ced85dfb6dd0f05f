// Firmware that is not what the manifests say, or older than it should be.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

constexpr size_t kVbiosIndex = 9;

// Genuine firmware of another version, whose manifest is also in the bundle.
void other_version(Machine& machine) {
    machine.rims.push_back(vbios_rim(older_firmware()));
    measure(machine, kVbiosIndex, measurement(older_firmware().vbios, kVbiosIndex));
}
void shifted(Machine& machine) {
    // Every measurement under the index before its own: a manifest counts from 0, SPDM from 1.
    std::vector<BlockForm>& blocks = machine.report().blocks;
    for (size_t i = 0; i + 1 < blocks.size(); ++i) std::swap(blocks[i].value, blocks[i + 1].value);
    OpaqueForm& counts = *machine.report().field(opaque::counts);
    counts.value = measurement_counts(machine.report(), 64);
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

}  // namespace

std::span<const Edit> firmware_edits() {
    static constexpr Edit kEdits[] = {
        {"firmware/other-version", other_version},
        {"firmware/shifted", shifted},
        {"rollback/driver", driver_old},
        {"rollback/vbios", vbios_old},
        {"rollback/driver-in-digits", driver_old_in_digits},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
