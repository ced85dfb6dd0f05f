#include "stack/attest/chain.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/ranges.h"

namespace assay::attest {

namespace {

using crypto::Certificate;

constexpr std::string_view kAnyUsage = "2.5.29.37.0";
constexpr std::string_view kCodeSigning = "1.3.6.1.5.5.7.3.3";
constexpr std::string_view kOcspSigning = "1.3.6.1.5.5.7.3.9";
constexpr std::string_view kOcspNoCheck = "1.3.6.1.5.5.7.48.1.5";
// TCG EK credential profile, 3.2.16: tcg-kp-AIKCertificate, and tcg-kp-EKCertificate, which Google's cloud
// names in the certificates of attestation keys. An endorsement key's own certificate does not pass for one:
// whoever names the latter must say that the key is for signatures, and that one's is for keyEncipherment.
constexpr std::string_view kAikCertificate = "2.23.133.8.3";
constexpr std::string_view kEkCertificate = "2.23.133.8.1";
constexpr std::string_view kNameConstraints = "2.5.29.30";
constexpr std::string_view kPolicyConstraints = "2.5.29.36";
constexpr std::string_view kBasicConstraints = "2.5.29.19";
// The arc of TCG DICE's extensions, which a device's leaf bears, often critical.
constexpr std::string_view kDiceArc = "2.23.133.5.4.";

struct Need {
    bool key_usage;                        // must be there
    bool extended_key_usage;               // likewise
    std::vector<std::string_view> usages;  // one of which extendedKeyUsage names
};

Need need(Purpose purpose) {
    switch (purpose) {
        case Purpose::device: return {true, false, {crypto::kOidResponderAuth}};
        case Purpose::rim: return {true, false, {kCodeSigning}};
        case Purpose::tpm: return {false, false, {kAikCertificate, kEkCertificate}};
        case Purpose::amd: return {false, false, {kAnyUsage}};
        case Purpose::ocsp: break;
    }
    return {false, true, {kOcspSigning}};
}

// What is wrong, with which certificate, and in which field.
struct Fault {
    size_t index = 0;
    std::string what;
    std::optional<std::string_view> extension{};
};
using Found = std::optional<Fault>;

// The chain, and behind it the pinned root that issued its end, unless that end is pinned itself.
struct Path {
    Chain certificates;
    bool rooted = false;

    size_t size() const { return certificates.size(); }
    const Certificate& operator[](size_t i) const { return certificates[i]; }
    const Certificate& leaf() const { return certificates.front(); }
};

Path path_to_root(const Chain& leaf_first, std::span<const Certificate> roots, Signatures& signatures) {
    Path path{leaf_first};
    if (leaf_first.empty()) return path;
    const Certificate& last = leaf_first.back();
    const auto same = [&](const Certificate& root) { return equal(root.der(), last.der()); };
    if (std::ranges::any_of(roots, same)) {
        path.rooted = true;
        return path;
    }
    const auto issuer = std::ranges::find_if(
        roots, [&](const Certificate& root) { return signatures.issued_by(last, root); });
    if (issuer != roots.end()) {
        path.certificates.push_back(*issuer);
        path.rooted = true;
    }
    return path;
}

Found order(const Path& path, Signatures& signatures) {
    if (path.size() == 0) return Fault{0, "there is no certificate"};
    for (size_t i = 0; i + 1 < path.size(); ++i) {
        if (!signatures.issued_by(path[i], path[i + 1]))
            return Fault{i, fmt::format("it is not issued by the next one, {}", path[i + 1].subject())};
    }
    return {};
}

Found validity(const Path& path, const ChainDemands& demands) {
    for (size_t i = 0; i < path.size(); ++i) {
        if (demands.time < path[i].not_before()) return Fault{i, "it is not valid yet"};
        if (demands.time > path[i].not_after() && !demands.allow_expired) return Fault{i, "it is expired"};
    }
    return {};
}

// RFC 5280, 6.1.4 (k) to (n); self-issued certificates and the leaf do not count for the path's length.
Found authorities(const Path& path) {
    long below = 0;
    for (size_t i = 1; i < path.size(); ++i) {
        if (!crypto::is_authority(path[i])) return Fault{i, "it is no authority", kBasicConstraints};
        if (!crypto::key_usage(path[i], crypto::KeyUsage::key_cert_sign).value_or(true))
            return Fault{i, "its key may not sign certificates"};
        const long limit = crypto::path_length(path[i]).value_or(below);
        if (below > limit)
            return Fault{i, fmt::format("{} authorities stand below it and {} may", below, limit),
                         kBasicConstraints};
        if (!path[i].self_issued()) ++below;
    }
    return {};
}

// RFC 5280, 4.1.2.1: whoever bears extensions is of version 3, and without them there is nothing that a
// certificate may be held to. A pinned root is trusted as it is.
Found versions(const Path& path) {
    for (size_t i = 0; i < path.size() - (path.rooted ? 1 : 0); ++i) {
        const int version = crypto::version(path[i]);
        if (version != 3) return Fault{i, fmt::format("it is of version {}", version)};
    }
    return {};
}

// RFC 5280, 4.1.2.6: what it issues could not name its issuer.
Found subjects(const Path& path) {
    for (size_t i = 1; i < path.size(); ++i)
        if (path[i].subject().empty()) return Fault{i, "it is an authority without a subject"};
    return {};
}

// RFC 5280, 4.2.1.10 and 4.2.1.11: in authorities only, critical, so that nobody passes over them, and not
// empty.
Found constraints_form(const Path& path) {
    struct Kind {
        std::string_view oid, name;
    };
    constexpr Kind kKinds[] = {{kNameConstraints, "nameConstraints"},
                               {kPolicyConstraints, "policyConstraints"}};
    for (size_t i = 0; i < path.size(); ++i) {
        for (const Kind& kind : kKinds) {
            if (!crypto::extension(path[i], kind.oid)) continue;
            if (i == 0) return Fault{i, fmt::format("it is the leaf and has {}", kind.name), kind.oid};
            if (!crypto::is_critical(path[i], kind.oid))
                return Fault{i, fmt::format("its {} are not critical", kind.name), kind.oid};
        }
        if (crypto::extension(path[i], kNameConstraints) && !crypto::constrains_names(path[i]))
            return Fault{i, "its nameConstraints list no names", kNameConstraints};
    }
    return {};
}

// SPDM's and DICE's extensions are of devices: nobody looks at them in another certificate. That whoever
// signs OCSP responses is not to be asked for should not be critical, and may (RFC 6960, 4.2.2.2.1).
bool known_to(Purpose purpose, std::string_view oid) {
    if (purpose == Purpose::ocsp) return oid == kOcspNoCheck;
    return purpose == Purpose::device && (oid == crypto::kOidSpdmExtension || oid.starts_with(kDiceArc));
}

Found critical(const Path& path, Purpose purpose) {
    for (size_t i = 0; i < path.size(); ++i) {
        for (const std::string& oid : crypto::unknown_critical_extensions(path[i])) {
            if (!known_to(purpose, oid))
                return Fault{i, fmt::format("extension {} is critical and not known", oid)};
        }
    }
    return {};
}

// RFC 5280, 6.1.3 (b) and (c): self-issued authorities are not held to it.
Found names(const Path& path) {
    for (size_t authority = 1; authority < path.size(); ++authority) {
        for (size_t i = 0; i < authority; ++i) {
            if (i > 0 && path[i].self_issued()) continue;
            if (!crypto::names_permitted(path[i], path[authority]))
                return Fault{i, fmt::format("{} may not name it", path[authority].subject()),
                             kNameConstraints};
        }
    }
    return {};
}

Found algorithm(const Path& path, Purpose purpose) {
    for (size_t i = 0; i < path.size(); ++i) {
        if (!strong_key(path[i].public_key()))
            return Fault{i, "its key is of a kind or size that is not allowed"};
        if (path.rooted && i + 1 == path.size()) break;
        const auto algo = crypto::signed_with(path[i]);
        if (!algo || !allowed(purpose, *algo)) return Fault{i, "its signature's algorithm is not allowed"};
    }
    return {};
}

// RFC 5280, 4.2.1.9: a key of no authority may not sign certificates.
Found leaf_issues_nothing(const Path& path) {
    if (path.size() == 0) return {};
    if (crypto::is_authority(path.leaf())) return Fault{0, "it is an authority", kBasicConstraints};
    if (crypto::key_usage(path.leaf(), crypto::KeyUsage::key_cert_sign).value_or(false))
        return Fault{0, "its keyUsage has keyCertSign"};
    return {};
}

bool same_oid(std::string_view one, std::string_view other, const FaultConfig& switches) {
    if (switches.has(Defect::purpose_oid_last_byte))
        return one.substr(one.rfind('.') + 1) == other.substr(other.rfind('.') + 1);
    return one == other;
}

Found purpose_of_leaf(const Path& path, Purpose purpose, const FaultConfig& switches) {
    if (path.size() == 0) return {};
    const Need needed = need(purpose);
    const auto usages = crypto::extended_key_usage(path.leaf());
    const bool must_say = needed.key_usage || (usages && contains(*usages, kEkCertificate));
    const bool may_sign =
        crypto::key_usage(path.leaf(), crypto::KeyUsage::digital_signature).value_or(!must_say);
    if (!may_sign) return Fault{0, "its keyUsage does not have digitalSignature"};
    const auto named = [&](std::string_view usage) {
        return std::ranges::any_of(*usages,
                                   [&](const std::string& one) { return same_oid(one, usage, switches); });
    };
    const bool fits =
        usages ? named(kAnyUsage) || std::ranges::any_of(needed.usages, named) : !needed.extended_key_usage;
    if (!fits)
        return Fault{0,
                     fmt::format("its extendedKeyUsage does not name {}", fmt::join(needed.usages, " or "))};
    return {};
}

Bytes shown(const Certificate& certificate, const Fault& fault) {
    if (fault.extension) {
        if (auto content = crypto::extension(certificate, *fault.extension)) return *std::move(content);
    }
    return to_bytes(certificate.der());
}

// Makes one check of the chain.
bool demand(Appraisal& appraisal, Check check, const std::string& subject, const Path& path,
            const Found& found) {
    if (!found) return appraisal.demand(check, true, {.subject = subject, .field = "certificates"});
    if (found->index >= path.size())
        return appraisal.demand(check, false, {.subject = subject, .reason = found->what});
    const Certificate& certificate = path[found->index];
    const Bytes bytes = shown(certificate, *found);
    return appraisal.demand(check, false,
                            {.subject = subject,
                             .field = fmt::format("certificates[{}]", found->index),
                             .bytes = bytes,
                             .reason = fmt::format("{}: {}", certificate.subject(), found->what)});
}

}  // namespace

bool strong_key(const crypto::PublicKey& key) {
    using enum crypto::SignAlgo;
    constexpr crypto::SignAlgo kKeys[] = {rsassa_2048, rsassa_3072, rsassa_4096, rsapss_2048, rsapss_3072,
                                          rsapss_4096, ecdsa_p256,  ecdsa_p384,  ecdsa_p521};
    return std::ranges::any_of(kKeys, [&](crypto::SignAlgo algo) { return key.fits(algo); });
}

bool allowed(Purpose purpose, crypto::CertificateAlgo algo) {
    using enum crypto::CertificateAlgo;
    switch (purpose) {
        case Purpose::device:
        case Purpose::rim: return algo == ecdsa_sha384;
        case Purpose::amd: return algo == rsapss_sha384;
        case Purpose::tpm:
        case Purpose::ocsp: break;
    }
    return true;
}

std::optional<Chain> read_chain(Appraisal& appraisal, const std::string& subject, const File& file) {
    const std::string_view text(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
    const bool pem = text.find("-----BEGIN CERTIFICATE") != std::string_view::npos;
    crypto::CertificatePool& pool = appraisal.certificates();
    Result<Chain> chain = pem ? pool.read_pem(text) : pool.read_all(file.bytes);
    CheckSite site{.subject = subject, .field = file.path};
    if (!chain) {
        site.reason = chain.error().text();
        if (chain.error().offset < file.bytes.size()) {
            site.offset = chain.error().offset;
            site.bytes = ByteView(file.bytes).subspan(site.offset);
        }
        appraisal.demand(Check::cert_form, false, std::move(site));
        return {};
    }
    const auto unreadable = std::ranges::find_if_not(*chain, crypto::extensions_readable);
    const bool held = unreadable == chain->end();
    if (!held) {
        site.bytes = unreadable->der();
        site.reason = fmt::format("{}: an extension cannot be read", unreadable->subject());
    }
    if (!appraisal.demand(Check::cert_form, held, std::move(site))) return {};
    return *std::move(chain);
}

bool appraise_chain(Appraisal& appraisal, const std::string& subject, const Chain& leaf_first,
                    const ChainDemands& demands) {
    Signatures& signatures = appraisal.signatures();
    const Path path = path_to_root(leaf_first, demands.roots, signatures);
    const auto check = [&](Check which, const Found& found) {
        return demand(appraisal, which, subject, path, found);
    };
    bool held = check(Check::cert_order, order(path, signatures));
    const Fault unpinned{path.size() == 0 ? 0 : path.size() - 1, "neither it nor its issuer is pinned"};
    held &= check(Check::cert_root_pinned, path.rooted ? Found() : unpinned);
    held &= check(Check::cert_validity, validity(path, demands));
    held &= check(Check::cert_version, versions(path));
    held &= check(Check::cert_ca, authorities(path));
    held &= check(Check::cert_subject, subjects(path));
    held &= check(Check::cert_critical, critical(path, demands.purpose));
    held &= check(Check::cert_name_constraints, names(path));
    held &= check(Check::cert_constraints_form, constraints_form(path));
    held &= check(Check::cert_algorithm, algorithm(path, demands.purpose));
    held &= check(Check::cert_leaf, leaf_issues_nothing(path));
    held &= check(Check::cert_purpose, purpose_of_leaf(path, demands.purpose, appraisal.switches()));
    return held;
}

std::string fault_of_leaf(Appraisal& appraisal, const Chain& leaf_first, const ChainDemands& demands) {
    const Path path = path_to_root(leaf_first, demands.roots, appraisal.signatures());
    for (const Found& found : {validity(path, demands), versions(path), critical(path, demands.purpose),
                               names(path), constraints_form(path)}) {
        if (found && found->index == 0) return found->what;
    }
    return {};
}

}  // namespace assay::attest
