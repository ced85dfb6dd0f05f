// What is wrong with the runtime data of a guest, for which the processor vouches, and which names the TPM's
// key.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;
using nlohmann::ordered_json;

// What the processor vouched for before anything is exchanged.
void keep_vouched(Machine& machine) { machine.snp->report_data = report_data(machine); }

void changed(Machine& machine) {
    keep_vouched(machine);
    machine.runtime_data->edit = [](ordered_json& data) { data["vm-configuration"]["secure-boot"] = false; };
}
void no_keys(Machine& machine) {
    machine.runtime_data->edit = [](ordered_json& data) { data.erase("keys"); };
}
void key_of_another_kind(Machine& machine) {
    machine.runtime_data->edit = [](ordered_json& data) { data["keys"][0]["kty"] = "EC"; };
}
void key_without_modulus(Machine& machine) {
    machine.runtime_data->edit = [](ordered_json& data) { data["keys"][0]["n"] = "="; };
}

}  // namespace

std::span<const Edit> runtime_data_edits() {
    static constexpr Edit kEdits[] = {
        {"runtime/changed", changed},
        {"runtime/no-keys", no_keys},
        {"runtime/key-of-another-kind", key_of_another_kind},
        {"runtime/key-without-modulus", key_without_modulus},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
