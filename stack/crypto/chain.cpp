// The rules a chain is held against, each on its own.
#include <algorithm>

#include "stack/crypto/openssl_raii.h"
#include "stack/crypto/x509.h"

namespace assay::crypto {

namespace {

X509* x509(const Certificate& certificate) { return certificate.impl().x509.get(); }

bool issued(const Certificate& issuer, const Certificate& subject) {
    if (X509_NAME_cmp(X509_get_subject_name(x509(issuer)), X509_get_issuer_name(x509(subject))) != 0) return false;
    bool verified = X509_verify(x509(subject), issuer.public_key().impl().key.get()) == 1;
    if (!verified) ossl::last_error(Errc::bad_cert, "Certificate");
    return verified;
}

bool order_holds(const std::vector<Certificate>& chain) {
    for (size_t i = 1; i < chain.size(); ++i) {
        if (!issued(chain[i - 1], chain[i])) return false;
    }
    return !chain.empty();
}

bool root_holds(const std::vector<Certificate>& chain, const ChainPolicy& policy) {
    return !chain.empty() && std::ranges::any_of(policy.roots, [&](const Certificate& root) {
        return equal(root.der(), chain.front().der()) || issued(root, chain.front());
    });
}

bool validity_holds(const std::vector<Certificate>& chain, const ChainPolicy& policy) {
    return std::ranges::all_of(chain, [&](const Certificate& certificate) {
        return certificate.not_before() <= policy.time && policy.time <= certificate.not_after();
    });
}

// RFC 5280, 4.2.1.9 and 6.1.4: CA bit, keyCertSign, and no more intermediates below than pathLen allows.
bool ca_holds(const std::vector<Certificate>& chain) {
    for (size_t i = 0; i + 1 < chain.size(); ++i) {
        uint32_t extension_flags = X509_get_extension_flags(x509(chain[i]));
        if ((extension_flags & EXFLAG_CA) == 0 || (extension_flags & EXFLAG_INVALID) != 0) return false;
        if ((extension_flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(x509(chain[i])) & KU_KEY_CERT_SIGN) == 0) {
            return false;
        }
        long path_length = X509_get_pathlen(x509(chain[i]));
        size_t below = chain.size() - 2 - i;
        if (path_length >= 0 && below > static_cast<size_t>(path_length)) return false;
    }
    return true;
}

bool has_constraints(const Certificate& leaf) {
    return X509_get_ext_by_NID(x509(leaf), NID_basic_constraints, -1) >= 0;
}

bool names_only_other_role(const Certificate& leaf, ChainPolicy::Role role) {
    using Eku = std::unique_ptr<EXTENDED_KEY_USAGE, ossl::Deleter<EXTENDED_KEY_USAGE_free>>;
    Eku usages(static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(x509(leaf), NID_ext_key_usage, nullptr, nullptr)));
    if (!usages) return false;
    bool responder = role == ChainPolicy::Role::responder;
    std::string_view own = responder ? kOidResponderAuth : kOidRequesterAuth;
    std::string_view other = responder ? kOidRequesterAuth : kOidResponderAuth;
    bool names_own = false;
    bool names_other = false;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
        char text[80] = {};
        OBJ_obj2txt(text, sizeof text, sk_ASN1_OBJECT_value(usages.get(), i), 1);
        names_own |= text == own;
        names_other |= text == other;
    }
    return names_other && !names_own;
}

// The DER of an object identifier, to be looked for in an extension's content.
Bytes oid_der(std::string_view dotted) {
    ossl::Object object(OBJ_txt2obj(std::string(dotted).c_str(), 1));
    uint8_t* out = nullptr;
    int size = i2d_ASN1_OBJECT(object.get(), &out);
    Bytes der(out, out + (size < 0 ? 0 : size));
    OPENSSL_free(out);
    return der;
}

bool has_hardware_identity(const Certificate& leaf) {
    static const Bytes kIdentity = oid_der(kOidHardwareIdentity);
    ossl::Object extension(OBJ_txt2obj(std::string(kOidSpdmExtension).c_str(), 1));
    int at = X509_get_ext_by_OBJ(x509(leaf), extension.get(), -1);
    if (at < 0) return false;
    const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(X509_get_ext(x509(leaf), at));
    ByteView content(ASN1_STRING_get0_data(data), static_cast<size_t>(ASN1_STRING_length(data)));
    return !std::ranges::search(content, kIdentity).empty();
}

}  // namespace

std::string_view name(ChainRule rule) {
    constexpr std::string_view kNames[kChainRuleCount] = {
        "order",       "root",           "validity",  "ca",          "leaf_key", "leaf_not_ca", "leaf_constraints",
        "leaf_key_usage", "leaf_role", "leaf_hardware_id", "leaf_version"};
    return kNames[static_cast<size_t>(rule)];
}

std::vector<ChainRule> chain_violations(const std::vector<Certificate>& chain, const ChainPolicy& policy) {
    std::vector<ChainRule> violated;
    auto demand = [&](ChainRule rule, bool holds) {
        if (!holds) violated.push_back(rule);
    };
    demand(ChainRule::order, order_holds(chain));
    demand(ChainRule::root, root_holds(chain, policy));
    if (chain.empty()) return violated;
    const Certificate& leaf = chain.back();
    uint32_t extension_flags = X509_get_extension_flags(x509(leaf));
    demand(ChainRule::validity, validity_holds(chain, policy));
    demand(ChainRule::ca, ca_holds(chain));
    demand(ChainRule::leaf_key, leaf.public_key().fits(policy.leaf_algo));
    demand(ChainRule::leaf_not_ca, (extension_flags & EXFLAG_CA) == 0 || !has_constraints(leaf));
    demand(ChainRule::leaf_constraints, !policy.basic_constraints_required || has_constraints(leaf));
    demand(ChainRule::leaf_key_usage, (extension_flags & EXFLAG_KUSAGE) != 0 &&
                                          (X509_get_key_usage(x509(leaf)) & KU_DIGITAL_SIGNATURE) != 0);
    demand(ChainRule::leaf_role, !names_only_other_role(leaf, policy.role));
    demand(ChainRule::leaf_hardware_id, !policy.alias_cert || !has_hardware_identity(leaf));
    demand(ChainRule::leaf_version, X509_get_version(x509(leaf)) == X509_VERSION_3);
    return violated;
}

}  // namespace assay::crypto
