// What evidence must fulfil besides being genuine. Read from JSON (vectors/schemas/policy.schema.json).
#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stack/attest/snp_policy.h"
#include "stack/attest/tpm_policy.h"
#include "stack/wire/version.h"

namespace assay::attest {

enum class EvidenceKind : uint8_t { gpu, tpm, snp };
std::string_view name(EvidenceKind kind);

// What a GPU is set to. spt, mpt and ppcie: a single GPU passed through, several with protected NVLink,
// several with protected PCIe. devtools: confidential computing in name only, open to debuggers.
enum class GpuMode : uint8_t { spt, mpt, ppcie, devtools };
std::string_view name(GpuMode mode);

// Chains whose certificates need an OCSP response: all but the pinned root; of a device also not the leaf,
// which nobody but the device itself issued.
enum class Revocable : uint8_t { device, rim, tpm, amd };

struct OcspPolicy {
    // What an OCSP response's nonce must be: nothing; if it has one, the nonce of the verifier; there, and
    // that. In an answer to a request of the verifier's own it is that of the request, and another is never
    // ignored.
    enum class Nonce : uint8_t { ignored, matched, required };

    std::set<Revocable> require;
    Nonce nonce = Nonce::matched;
    bool next_update_required = true;
    // Of a response without nextUpdate, counted from its thisUpdate.
    std::chrono::seconds max_age = std::chrono::hours(24);
    bool allow_hold = false;
};

struct Policy {
    std::set<EvidenceKind> require;  // with none the policy is empty, and nothing is trusted
    bool composite = false;          // CPU and GPU evidence are bound together

    // Floors; a version that cannot be compared is below any.
    std::optional<wire::Version> spdm_version;
    std::string driver_version;  // decimal numbers between dots: "550.90.07"
    std::string vbios_version;   // hexadecimal: "96.00.9F.00.01"; of GPUs
    std::string switch_version;  // the same of switches
    std::string rim_revision;    // "r1"
    std::optional<uint64_t> svn;

    std::set<GpuMode> modes = {GpuMode::spt, GpuMode::mpt, GpuMode::ppcie};
    // GPUs with protected PCIe are shown with all GPUs and switches of their machine; else each for itself.
    bool ppcie_topology = true;
    bool report_padding = true;  // one zero byte behind a device's report is no more than warned of
    bool fwid_required = true;   // the leaf certificate and the report both name the firmware
    // Signers whose time has passed are good: of the manifests that still stand for what they said then.
    bool allow_expired_rims = false;

    // Known to be vulnerable. Versions as the report's, FWIDs in hexadecimal, manifests by tagId.
    std::set<std::string> denied_drivers;
    std::set<std::string> denied_vbios;
    std::set<std::string> denied_fwids;
    std::set<std::string> denied_rims;

    // Claims of every GPU by name, each with the values that it may have.
    std::map<std::string, std::vector<nlohmann::json>> claims;

    OcspPolicy ocsp;
    std::optional<TpmPolicy> tpm;
    std::optional<SnpPolicy> snp;

    bool empty() const { return require.empty(); }

    // Errors: Errc::bad_text naming the key.
    static Result<Policy> from_json(const nlohmann::json& json);
    static Result<Policy> parse(std::string_view text);
};

// -1, 0 or 1: versions made of numbers with something else between them, in this base (10 or 16), number by
// number; a missing one is 0. nullopt when there is no number, or one that is too large.
std::optional<int> compare_versions(std::string_view one, std::string_view other, int base);

}  // namespace assay::attest
