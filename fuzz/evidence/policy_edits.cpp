// What the policy asks for. It stays one that can be read.
#include <algorithm>

#include "fuzz/evidence/edits.h"

namespace assay::fuzz::edits {

using namespace evidence;
using nlohmann::ordered_json;

namespace {

// The names whose bits are set.
template <size_t N>
ordered_json some_of(const char* const (&names)[N], uint8_t bits) {
    auto list = ordered_json::array();
    for (size_t i = 0; i < N; ++i)
        if ((bits >> i & 1) != 0) list.push_back(names[i]);
    return list;
}

std::string text_of(const Machine& machine, uint16_t type) {
    if (machine.gpus.empty()) return {};
    for (const OpaqueForm& field : machine.gpus.front().report.opaque)
        if (field.type == type)
            return type == opaque::fwid ? to_hex(field.value)
                                        : std::string(reinterpret_cast<const char*>(field.value.data()),
                                                      field.value.size() - (field.value.empty() ? 0 : 1));
    return {};
}

}  // namespace

// c: which kinds.
void policy_require(EvidenceCase& evidence_case, const VerifierStep& step) {
    constexpr const char* kKinds[] = {"gpu", "tpm", "snp"};
    evidence_case.machine.policy["require"] = some_of(kKinds, step.c);
}

// b: which; c: whether.
void policy_flag(EvidenceCase& evidence_case, const VerifierStep& step) {
    constexpr const char* kFlags[] = {"fwid_required", "allow_expired_rims", "composite"};
    evidence_case.machine.policy[chosen(kFlags, step.b)] = step.c % 2 == 1;
}

// b: of what; c: which.
void policy_floor(EvidenceCase& evidence_case, const VerifierStep& step) {
    ordered_json& floors = evidence_case.machine.policy["floors"];
    constexpr const char* kSpdm[] = {"1.0", "1.1", "1.2", "1.3"};
    constexpr const char* kDrivers[] = {"535.86.09",   "550.90.07",  "550.90.7",
                                        "550.90.07.1", "550.144.03", "576"};
    constexpr const char* kVbios[] = {"96.00.5E.00.01", "96.00.9F.00.01", "96.00.9f.0.1",
                                      "96.00.A0.00.00", "97.00.88.00.0A", "A0"};
    constexpr const char* kRevisions[] = {"r0", "r1", "r2", "r10"};
    switch (step.b % 6) {
        case 0: floors["spdm_version"] = chosen(kSpdm, step.c); break;
        case 1: floors["driver_version"] = chosen(kDrivers, step.c); break;
        case 2: floors["vbios_version"] = chosen(kVbios, step.c); break;
        case 3: floors["switch_version"] = chosen(kVbios, step.c); break;
        case 4: floors["rim_revision"] = chosen(kRevisions, step.c); break;
        default: floors["svn"] = step.c % 4; break;
    }
}

// c: which.
void policy_modes(EvidenceCase& evidence_case, const VerifierStep& step) {
    constexpr const char* kModes[] = {"spt", "mpt", "ppcie", "devtools"};
    evidence_case.machine.policy["modes"] = some_of(kModes, step.c);
}

// b: of what; c: whether it is what runs.
void policy_denied(EvidenceCase& evidence_case, const VerifierStep& step) {
    ordered_json& denied = evidence_case.machine.policy["denied"];
    constexpr const char* kLists[] = {"driver", "vbios", "fwid", "rim"};
    constexpr const char* kVbios[] = {"96.00.9F.00.01", "96.00.9f.00.01", "97.00.88.00.0A", "96.10.55.00.01"};
    std::string value = "1.2.3";
    switch (step.c % 2 == 0 ? step.b % 4 : 4) {
        case 0: value = text_of(evidence_case.machine, opaque::driver_version); break;
        case 1: value = chosen(kVbios, step.c / 2); break;
        case 2: value = text_of(evidence_case.machine, opaque::fwid); break;
        case 3:
            if (const RimForm* rim = chosen(evidence_case.machine.rims, step.c / 2))
                value = rim->root.get("tagId");
            break;
        default: break;
    }
    // What is no text of JSON can be on no list.
    const bool printable = std::ranges::all_of(value, [](char c) { return c > ' ' && c <= '~'; });
    denied[chosen(kLists, step.b)] = {printable ? value : "1.2.3"};
}

// c: which.
void policy_claims(EvidenceCase& evidence_case, const VerifierStep& step) {
    ordered_json& claims = evidence_case.machine.policy["claims"];
    constexpr const char* kTitles[] = {"GH100 A01 GSP BROM", "GB100 A01 GSP BROM", "LS_10 A01 FSP BROM"};
    if (step.c % 4 == 3) claims["no-such-claim"] = true;
    if (step.c % 4 == 2) claims["hwmodel"] = {kTitles[0], kTitles[1], kTitles[2]};
    if (step.c % 4 == 1) claims["hwmodel"] = chosen(kTitles, step.b);
    if (step.c % 4 == 0) claims = ordered_json::object();
}

// b: what of nonces and times; c: on which chains, and with bit 7 also responses for the TPM's.
void policy_ocsp(EvidenceCase& evidence_case, const VerifierStep& step) {
    constexpr const char* kChains[] = {"device", "rim", "tpm", "amd"};
    constexpr const char* kNonces[] = {"ignored", "matched", "required"};
    ordered_json& ocsp = evidence_case.machine.policy["ocsp"];
    ocsp["require"] = some_of(kChains, step.c);
    ocsp["nonce"] = chosen(kNonces, step.b % 4 == 3 ? 1 : step.b % 4);
    ocsp["next_update_required"] = (step.b & 4) == 0;
    ocsp["allow_hold"] = (step.b & 8) != 0;
    if ((step.c & 0x80) == 0) return;
    evidence_case.ocsp_edits.emplace_back([](const Machine& machine, std::vector<OcspForm>& responses) {
        for (size_t i = 0; machine.tpm && i + 1 < machine.tpm->chain.size(); ++i)
            responses.push_back(genuine(machine.tpm->chain[i], machine.tpm->chain[i + 1], machine.time));
    });
}

// b: which; c: how.
void policy_tpm(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    ordered_json& tpm = evidence_case.machine.policy["tpm"];
    const PcrValues values = replay(evidence_case.machine.tpm->log);
    const auto index = static_cast<uint32_t>(step.b % 24);
    const std::string value = to_hex(step.c / 8 % 2 == 0 ? values.at(index) : Bytes(32, 0x99));
    switch (step.c % 7) {
        case 0: tpm["registers"] = {index}; break;
        case 1: tpm["secure_boot"] = step.b % 2 == 0; break;
        case 2:
            tpm["boot_loaders"] = {to_hex(boot_digest("shim 15.8")), to_hex(boot_digest("bootkit")),
                                   to_hex(boot_digest("GRUB 2.12"))};
            break;
        case 3: tpm["boot_loaders"] = ordered_json::array(); break;
        case 4: tpm["firmware"] = {to_hex(values.at(0)), value}; break;
        case 5:
            tpm["systems"] = ordered_json::array({ordered_json::object({{std::to_string(index), value}})});
            break;
        default: evidence_case.machine.policy.erase("tpm"); break;
    }
}

// b: to what; c: which.
void policy_snp(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.snp) return;
    ordered_json& snp = evidence_case.machine.policy["snp"];
    constexpr const char* kComponents[] = {"bootloader", "tee", "snp", "microcode", "fmc"};
    constexpr const char* kFlags[] = {"allow_debug", "allow_rollback", "chip_id_required",
                                      "platform_info_known"};
    switch (step.c % 7) {
        case 0: snp[chosen(kFlags, step.b / 2)] = step.b % 2 == 1; break;
        case 1: snp["allow_migration"] = step.b % 2 == 1; break;
        case 2: snp["tcb"][chosen(kComponents, step.c / 8)] = step.b; break;
        case 3: snp["vmpl"] = step.b % 4 == 3 ? ordered_json::array() : ordered_json{step.b % 4}; break;
        case 4:
            snp["measurements"] = {
                to_hex(step.b % 2 == 0 ? evidence_case.machine.snp->measurement : Bytes(48, 1))};
            break;
        case 5: snp["guest_svn"] = step.b % 4; break;
        default: evidence_case.machine.policy.erase("snp"); break;
    }
}

}  // namespace assay::fuzz::edits
