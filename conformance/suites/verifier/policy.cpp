// Genuine evidence that the policy does not allow.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;
using nlohmann::ordered_json;

void empty(Machine& machine) { machine.policy = ordered_json::object(); }
void requires_nothing(Machine& machine) { machine.policy["require"] = ordered_json::array(); }
// Empty evidence against an empty policy: every rule holds of everything that there is.
void empty_both(Machine& machine) {
    machine.policy = ordered_json::object();
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) {
        evidence = {{"format", "assay-evidence/1"}};
    };
}
void no_policy(Machine& machine) {
    machine.edit_lists = [](ordered_json&, ordered_json& context) { context.erase("policy"); };
}

void spdm_version(Machine& machine) { machine.policy["floors"] = {{"spdm_version", "1.2"}}; }
void svn(Machine& machine) { machine.policy["floors"] = {{"svn", 2}}; }
void svn_unsaid(Machine& machine) { machine.policy["floors"] = {{"svn", 1}}; }

void denied_driver(Machine& machine) { machine.policy["denied"] = {{"driver", {hopper_firmware().driver}}}; }
void denied_vbios(Machine& machine) { machine.policy["denied"] = {{"vbios", {hopper_firmware().vbios}}}; }
void denied_fwid(Machine& machine) {
    machine.policy["denied"] = {{"fwid", {to_hex(machine.report().field(opaque::fwid)->value)}}};
}
void denied_manifest(Machine& machine) {
    machine.policy["denied"] = {{"rim", {machine.driver().root.get("tagId")}}};
}
void claim(Machine& machine) { machine.policy["claims"] = {{"hwmodel", "GB100 A01 GSP BROM"}}; }
void claim_missing(Machine& machine) { machine.policy["claims"] = {{"no-such-claim", true}}; }

void feature_flag(Machine& machine, uint8_t flag) {
    machine.report().field(opaque::feature_flag)->value = {flag, 0};
}
void mode_multiple(Machine& machine) {
    feature_flag(machine, 1);
    machine.policy["modes"] = {"spt"};
}
void mode_single(Machine& machine) {
    feature_flag(machine, 0);
    machine.policy["modes"] = {"mpt"};
}
void mode_pcie(Machine& machine) { machine.policy["modes"] = {"spt", "mpt"}; }
void mode_none(Machine& machine) { machine.policy["modes"] = ordered_json::array(); }

// DSP0274, DeviceMode: what a device can be in, and is: a debugger is at it.
void debugged(Machine& machine) {
    BlockForm mode;
    mode.index = 0xfe;
    mode.type = 0x85;
    mode.value = Bytes(16);
    mode.value[0] = mode.value[4] = mode.value[8] = mode.value[12] = 1;
    machine.report().blocks.push_back(mode);
}
void devtools(Machine& machine) { debugged(machine); }
void devtools_asked_for(Machine& machine) {
    debugged(machine);
    machine.policy["modes"] = {"spt", "devtools"};
}

}  // namespace

std::span<const Edit> policy_edits() {
    static constexpr Edit kEdits[] = {
        {"policy/empty", empty},
        {"policy/requires-nothing", requires_nothing},
        {"policy/empty-both", empty_both},
        {"policy/none", no_policy},
        {"policy/spdm-version", spdm_version},
        {"policy/svn", svn},
        {"policy/svn-unsaid", svn_unsaid},
        {"policy/denied-driver", denied_driver},
        {"policy/denied-vbios", denied_vbios},
        {"policy/denied-fwid", denied_fwid},
        {"policy/denied-manifest", denied_manifest},
        {"policy/claim", claim},
        {"policy/claim-missing", claim_missing},
        {"policy/mode-multiple", mode_multiple},
        {"policy/mode-single", mode_single},
        {"policy/mode-protected-pcie", mode_pcie},
        {"policy/mode-none", mode_none},
        {"policy/devtools", devtools},
        {"genuine/devtools-asked-for", devtools_asked_for},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
