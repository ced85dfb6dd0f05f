// Each rule is checked by a function of its own. X509_verify_cert is not used: it stops at the first
// violation, and it adds purposes and security levels of its own, so that a verdict would not name one rule.
// The tests compare the rules with it.
#include <algorithm>

#include "stack/base/ranges.h"
#include "stack/crypto/certificate_facts.h"
#include "stack/crypto/certificate_impl.h"
#include "stack/crypto/der.h"

namespace assay::crypto {

namespace {

using Chain = std::vector<Certificate>;

bool order_holds(const Chain& chain) {
    for (size_t i = 1; i < chain.size(); ++i) {
        if (!issued_by(chain[i], chain[i - 1])) return false;
    }
    return !chain.empty();
}

bool root_holds(const Chain& chain, const ChainPolicy& policy) {
    return !chain.empty() && std::ranges::any_of(policy.roots, [&](const Certificate& root) {
        return equal(root.der(), chain.front().der()) || issued_by(chain.front(), root);
    });
}

bool validity_holds(const Chain& chain, const ChainPolicy& policy) {
    return std::ranges::all_of(chain, [&](const Certificate& certificate) {
        return certificate.not_before() <= policy.time && policy.time <= certificate.not_after();
    });
}

// The arc of TCG DICE's extensions, whose evidence about firmware alias certificates bear, often critical.
constexpr std::string_view kDiceArc = "2.23.133.5.4.";

// Extensions that the callers of these rules understand.
bool known_here(std::string_view oid) { return oid == kOidSpdmExtension || oid.starts_with(kDiceArc); }

// RFC 5280, 4.2: a critical extension that is not understood refuses the certificate.
bool extensions_understood(const Certificate& certificate) {
    return extensions_readable(certificate) &&
           std::ranges::all_of(unknown_critical_extensions(certificate), known_here);
}

// RFC 5280, 6.1.3 (b) and (c): the names of what stands below `at`, self-issued authorities excepted.
bool permits_all_below(const Chain& chain, size_t at) {
    for (size_t i = at + 1; i < chain.size(); ++i) {
        const bool is_leaf = i + 1 == chain.size();
        if ((is_leaf || !chain[i].self_issued()) && !names_permitted(chain[i], chain[at])) return false;
    }
    return true;
}

// RFC 5280, 6.1.4 (k) to (n): a CA certificate; keyCertSign if there is a keyUsage; no more certificates
// below than pathLenConstraint allows, self-issued ones and the leaf not counted.
bool ca_holds(const Chain& chain) {
    long below = 0;
    for (size_t i = chain.size() - 1; i-- > 0;) {
        const Certificate& certificate = chain[i];
        if ((extension_flags(certificate) & EXFLAG_CA) == 0 || !extensions_understood(certificate))
            return false;
        if (!key_usage(certificate, KeyUsage::key_cert_sign).value_or(true)) return false;
        if (below > path_length(certificate).value_or(below)) return false;
        if (!permits_all_below(chain, i)) return false;
        if (!certificate.self_issued()) ++below;
    }
    return true;
}

bool role_holds(const Certificate& leaf, ChainPolicy::Role role) {
    const auto usages = extended_key_usage(leaf);
    if (!usages) return true;  // absent is good; unreadable or given twice is not
    const bool responder = role == ChainPolicy::Role::responder;
    const bool own = contains(*usages, responder ? kOidResponderAuth : kOidRequesterAuth);
    const bool other = contains(*usages, responder ? kOidRequesterAuth : kOidResponderAuth);
    return own || (!other && !usages->empty());
}

// Whether the SPDM extension, a SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER, definition OPTIONAL }, names the
// hardware identity. One that cannot be read might, so it counts.
bool names_hardware_identity(ByteView extension) {
    Reader outer(extension);
    Result<DerElement> list = read_der(outer);
    if (!list || list->tag != kDerSequence || !outer.empty()) return true;
    static constexpr uint8_t kHardwareIdentity[] = {0x2b, 0x06, 0x01, 0x04, 0x01,
                                                    0x83, 0x1c, 0x82, 0x12, 0x02};
    for (Reader entries(list->content); !entries.empty();) {
        Result<DerElement> entry = read_der(entries);
        if (!entry || entry->tag != kDerSequence) return true;
        Reader fields(entry->content);
        Result<DerElement> oid = read_der(fields);
        if (!oid || oid->tag != kDerOid || equal(oid->content, kHardwareIdentity)) return true;
    }
    return false;
}

bool hardware_id_holds(const Certificate& leaf) {
    X509* x509 = handle(leaf);
    for (int i = 0; i < X509_get_ext_count(x509); ++i) {
        X509_EXTENSION* extension = X509_get_ext(x509, i);
        if (dotted(X509_EXTENSION_get_object(extension)) != kOidSpdmExtension) continue;
        const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(extension);
        const ByteView content(ASN1_STRING_get0_data(data), static_cast<size_t>(ASN1_STRING_length(data)));
        if (names_hardware_identity(content)) return false;
    }
    return true;
}

bool version_holds(const Certificate& leaf) {
    return X509_get_version(handle(leaf)) == X509_VERSION_3 && extensions_understood(leaf);
}

bool holds(ChainRule rule, const Chain& chain, const ChainPolicy& policy) {
    if (rule == ChainRule::order) return order_holds(chain);
    if (rule == ChainRule::root) return root_holds(chain, policy);
    if (chain.empty()) return true;
    const Certificate& leaf = chain.back();
    switch (rule) {
        case ChainRule::order:
        case ChainRule::root: break;
        case ChainRule::validity: return validity_holds(chain, policy);
        case ChainRule::ca: return ca_holds(chain);
        case ChainRule::leaf_key: return leaf.public_key().fits(policy.leaf_algo);
        case ChainRule::leaf_not_ca: return (extension_flags(leaf) & EXFLAG_CA) == 0;
        case ChainRule::leaf_constraints:
            return !policy.basic_constraints_required || (extension_flags(leaf) & EXFLAG_BCONS) != 0;
        case ChainRule::leaf_key_usage: return key_usage(leaf, KeyUsage::digital_signature).value_or(false);
        case ChainRule::leaf_role: return role_holds(leaf, policy.role);
        case ChainRule::leaf_hardware_id: return !policy.alias_cert || hardware_id_holds(leaf);
        case ChainRule::leaf_version: return version_holds(leaf);
    }
    return false;
}

}  // namespace

std::string_view name(ChainRule rule) {
    switch (rule) {
        case ChainRule::order: return "order";
        case ChainRule::root: return "root";
        case ChainRule::validity: return "validity";
        case ChainRule::ca: return "ca";
        case ChainRule::leaf_key: return "leaf_key";
        case ChainRule::leaf_not_ca: return "leaf_not_ca";
        case ChainRule::leaf_constraints: return "leaf_constraints";
        case ChainRule::leaf_key_usage: return "leaf_key_usage";
        case ChainRule::leaf_role: return "leaf_role";
        case ChainRule::leaf_hardware_id: return "leaf_hardware_id";
        case ChainRule::leaf_version: return "leaf_version";
    }
    return "unknown";
}

std::vector<ChainRule> chain_violations(const std::vector<Certificate>& chain, const ChainPolicy& policy) {
    std::vector<ChainRule> violated;
    for (size_t i = 0; i < kChainRuleCount; ++i) {
        const auto rule = static_cast<ChainRule>(i);
        if (!holds(rule, chain, policy)) violated.push_back(rule);
    }
    return violated;
}

}  // namespace assay::crypto
