// Firmware that is not what the manifests say.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

void shifted(Machine& machine) {
    // Every measurement under the index before its own: a manifest counts from 0, SPDM from 1.
    std::vector<BlockForm>& blocks = machine.report().blocks;
    for (size_t i = 0; i + 1 < blocks.size(); ++i) std::swap(blocks[i].value, blocks[i + 1].value);
    OpaqueForm& counts = *machine.report().field(opaque::counts);
    counts.value = measurement_counts(machine.report(), 64);
}

}  // namespace

std::span<const Edit> firmware_edits() {
    static constexpr Edit kEdits[] = {
        {"firmware/shifted", shifted},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
