#include "fuzz/evidence/oracles.h"

#include <algorithm>
#include <cctype>

namespace assay::fuzz {

using namespace evidence;

namespace {

Path path_of(const OwnedChain& owned, const Chain* roots) {
    Path path{.owner = owned.owner, .index = owned.index, .certificates = {}, .shown = owned.chain->size()};
    for (const CertificateForm& one : *owned.chain) path.certificates.push_back(&one);
    if (owned.chain->empty() || roots == nullptr) return path;
    const CertificateForm& last = owned.chain->back();
    path.rooted = std::ranges::any_of(*roots, [&](const auto& root) { return same_certificate(root, last); });
    if (path.rooted) return path;
    const auto issuer = std::ranges::find_if(*roots, [&](const auto& root) { return issued_by(last, root); });
    if (issuer == roots->end()) return path;
    path.certificates.push_back(&*issuer);
    path.rooted = true;
    return path;
}

// Whether there is such a file among the evidence.
bool is_there(const EvidenceCase& evidence_case, std::string_view path) {
    const Machine& machine = evidence_case.machine;
    if (path == "gpu-0/vca.bin") return !machine.gpus.empty() && machine.gpus.front().vca;
    if (path == "gpu-0/certificates.pem") return !machine.gpus.empty() && !machine.gpus.front().der;
    if (path.starts_with("gpu-0")) return !machine.gpus.empty();
    if (path.starts_with("tpm")) return machine.tpm.has_value();
    if (path.starts_with("snp")) return machine.snp.has_value();
    if (path.starts_with("rims")) return !machine.rims.empty();
    if (path.starts_with("ocsp")) return !evidence_case.ocsp_responses.empty();
    return true;
}

// Every bit of these is signed, or of the signature.
bool is_signed_whole(std::string_view path) {
    constexpr std::string_view kSigned[] = {"gpu-0/report.bin", "gpu-0/vca.bin", "tpm/quote.bin",
                                            "tpm/signature.bin", "snp/report.bin"};
    return std::ranges::find(kSigned, path) != std::end(kSigned);
}

}  // namespace

std::vector<Asked> EvidenceView::find_asked() const {
    std::vector<Asked> all;
    for (const Path& path : paths) {
        const Chain* pinned = roots(path.owner);
        for (size_t i = 0; i + 1 < path.certificates.size() && i < path.shown; ++i) {
            const CertificateForm& form = *path.certificates[i];
            const auto same = [&](const auto& root) { return same_certificate(root, form); };
            if (pinned != nullptr && std::ranges::any_of(*pinned, same)) continue;
            all.push_back({&form, path.certificates[i + 1], path.owner, i == 0});
        }
    }
    return all;
}

EvidenceView::EvidenceView(const EvidenceCase& from)
    : evidence_case(from), machine(from.machine), policy(from.machine.policy) {
    // The forms are only looked at.
    for (const OwnedChain& owned : chains(const_cast<Machine&>(machine)))
        paths.push_back(path_of(owned, roots(owned.owner)));
    asked = find_asked();
}

nlohmann::ordered_json EvidenceView::policy_part(const char* key) const {
    return policy.value(key, nlohmann::ordered_json::object());
}

const Chain* EvidenceView::roots(Owner owner) const {
    const auto found = machine.roots.find(std::string(root_kind(owner)));
    return found == machine.roots.end() ? nullptr : &found->second;
}

Ruling rule(const EvidenceCase& evidence_case) {
    Ruling ruling;
    const EvidenceView view(evidence_case);
    for (const auto& facts : {whole_facts(), chain_facts(), ocsp_facts(), report_facts(), field_facts(),
                              topology_facts(), manifest_facts(), tpm_facts(), snp_facts(), policy_facts()}) {
        for (const Fact& fact : facts)
            if (!fact.holds(view)) ruling.broken.push_back(fact.name);
    }
    bool changed = false;
    for (const auto& [path, bit] : evidence_case.changed_bits) {
        if (!is_there(evidence_case, path)) continue;
        (is_signed_whole(path) ? changed : ruling.unclear) = true;
    }
    if (changed) ruling.broken.emplace_back("what is signed is as it was signed");
    return ruling;
}

bool issued_by(const CertificateForm& child, const CertificateForm& issuer) {
    return child.issuer == issuer.subject && child.signer == issuer.key && !child.edit_after;
}

bool same_certificate(const CertificateForm& one, const CertificateForm& other) {
    if (&one == &other) return true;
    // To issue both costs more than all else here, and few are as like each other as that.
    return one.serial == other.serial && one.key == other.key && one.subject == other.subject &&
           issue(one) == issue(other);
}

std::vector<uint64_t> numbers_of(std::string_view version, int base) {
    std::vector<uint64_t> numbers;
    std::string digits;
    const auto take = [&] {
        if (!digits.empty()) numbers.push_back(std::strtoull(digits.c_str(), nullptr, base));
        digits.clear();
    };
    for (const char c : version) {
        const auto byte = static_cast<unsigned char>(c);
        if (base == 16 ? std::isxdigit(byte) != 0 : std::isdigit(byte) != 0) {
            digits += c;
        } else {
            take();
        }
    }
    take();
    return numbers;
}

bool at_least(std::string_view version, std::string_view floor, int base) {
    std::vector<uint64_t> has = numbers_of(version, base), least = numbers_of(floor, base);
    if (has.empty()) return false;
    has.resize(std::max(has.size(), least.size()));
    least.resize(has.size());
    return has >= least;
}

}  // namespace assay::fuzz
