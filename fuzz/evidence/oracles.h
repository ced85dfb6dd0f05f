// What makes evidence genuine, said over the forms that it is made from. Nothing here reads its bytes, and
// nothing is shared with stack/attest, which does.
#pragma once

#include <optional>
#include <span>

#include "fuzz/evidence/evidence_case.h"

namespace assay::fuzz {

// A chain as it is shown, and behind it the root that was brought, if that issued its end.
struct Path {
    Owner owner = Owner::device;
    size_t index = 0;  // of the device or manifest
    std::vector<const evidence::CertificateForm*> certificates;
    size_t shown = 0;
    bool rooted = false;

    const evidence::CertificateForm& leaf() const { return *certificates.front(); }
};

// A certificate for which there may be an OCSP response, with its issuer.
struct Asked {
    const evidence::CertificateForm* subject;
    const evidence::CertificateForm* issuer;
    Owner owner;
    bool leaf;
};

// An evidence case as the facts see it. The case is settled, and outlives it.
struct EvidenceView {
    explicit EvidenceView(const EvidenceCase& from);

    const EvidenceCase& evidence_case;
    const evidence::Machine& machine;
    const nlohmann::ordered_json& policy;
    std::vector<Path> paths;
    std::vector<Asked> asked;

    // A part of the policy; an empty object when it is not there.
    nlohmann::ordered_json policy_part(const char* key) const;
    const evidence::Chain* roots(Owner owner) const;

   private:
    std::vector<Asked> find_asked() const;
};

// Something that is true of everything genuine.
struct Fact {
    std::string_view name;
    bool (*holds)(const EvidenceView& view);
};
std::span<const Fact> whole_facts();
std::span<const Fact> chain_facts();
std::span<const Fact> ocsp_facts();
std::span<const Fact> report_facts();
std::span<const Fact> field_facts();
std::span<const Fact> topology_facts();
std::span<const Fact> manifest_facts();
std::span<const Fact> tpm_facts();
std::span<const Fact> snp_facts();
std::span<const Fact> policy_facts();

struct Ruling {
    std::vector<std::string_view> broken;  // names of facts
    // Bytes were changed of which only who reads them knows whether it matters: nothing is said.
    bool unclear = false;

    bool genuine() const { return broken.empty() && !unclear; }
};
Ruling rule(const EvidenceCase& evidence_case);

// What several files of facts ask.

// Whether it says that the other issued it, and is signed by the other's key.
bool issued_by(const evidence::CertificateForm& child, const evidence::CertificateForm& issuer);
bool same_certificate(const evidence::CertificateForm& one, const evidence::CertificateForm& other);

bool is_switch(const evidence::GpuForm& gpu);
const evidence::OpaqueForm* field_of(const evidence::GpuForm& gpu, uint16_t type);
// The text or number of a field; empty when it is not there.
std::string text_of(const evidence::GpuForm& gpu, uint16_t type);
std::optional<uint64_t> number_of(const evidence::GpuForm& gpu, uint16_t type);
std::string driver_version(const evidence::GpuForm& gpu);
std::string vbios_version(const evidence::GpuForm& gpu);
// What is measured at each index.
std::map<uint8_t, Bytes> measurements(const evidence::GpuForm& gpu);
bool is_debugged(const evidence::GpuForm& gpu);
// What a GPU is set to, as policies name it. A switch has none unless it is debugged.
std::string mode_of(const evidence::GpuForm& gpu);

// What the leaf says of its firmware (TCG DICE).
struct Identity {
    Bytes fwid;
    std::optional<uint64_t> svn;
};
std::optional<Identity> identity_of(const evidence::GpuForm& gpu);

// The manifests of what runs on a device: of several that fit the first.
std::vector<const evidence::RimForm*> manifests_of(const evidence::Machine& machine,
                                                   const evidence::GpuForm& gpu);
size_t manifests_needed(const evidence::GpuForm& gpu);

// The numbers in a version, in this base.
std::vector<uint64_t> numbers_of(std::string_view version, int base);
bool at_least(std::string_view version, std::string_view floor, int base);

}  // namespace assay::fuzz
