#include "stack/attest/rim_signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/attest/xml_verify.h"
#include "stack/base/ranges.h"

namespace assay::attest {

namespace {

constexpr std::string_view kC14n11 = "http://www.w3.org/2006/12/xml-c14n11";
constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
constexpr std::string_view kEcdsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
constexpr std::string_view kSha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
constexpr size_t kMaxCertificateText = size_t{64} << 10;

bool has_children(const XmlElement& element, std::initializer_list<std::string_view> names) {
    const auto children = element.children();
    return std::ranges::equal(children, names, [](const XmlElement& child, std::string_view name) {
        return child.is(kSignatureNamespace, name);
    });
}

// The one child with that name, if there is any.
std::optional<XmlElement> child(const std::optional<XmlElement>& of, std::string_view name) {
    if (!of) return {};
    const auto found = of->children(kSignatureNamespace, name);
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::string algorithm(const std::optional<XmlElement>& element) {
    return element ? element->attribute("Algorithm").value_or("") : "";
}

// The signature's parts, as far as they are there.
struct Parts {
    explicit Parts(XmlElement element)
        : signature(element),
          info(child(signature, "SignedInfo")),
          reference(child(info, "Reference")),
          key_info(child(signature, "KeyInfo")) {}

    std::optional<XmlElement> signature;
    std::optional<XmlElement> info;
    std::optional<XmlElement> reference;
    std::optional<XmlElement> key_info;
};

bool good_form(const Parts& parts) {
    if (!parts.info || !parts.reference) return false;
    return has_children(*parts.signature, {"SignedInfo", "SignatureValue", "KeyInfo"}) &&
           has_children(*parts.info, {"CanonicalizationMethod", "SignatureMethod", "Reference"}) &&
           (has_children(*parts.reference, {"Transforms", "DigestMethod", "DigestValue"}) ||
            has_children(*parts.reference, {"DigestMethod", "DigestValue"}));
}

std::vector<std::string> transforms(const Parts& parts) {
    std::vector<std::string> names;
    const auto list = child(parts.reference, "Transforms");
    if (!list) return names;
    for (const XmlElement& one : list->children()) {
        names.push_back(one.is(kSignatureNamespace, "Transform") && one.children().empty() ? algorithm(one)
                                                                                           : "another");
    }
    return names;
}

// Certificates in X509Data, as a file of PEM would have them.
std::string certificates(const Parts& parts) {
    std::string pem;
    if (!parts.key_info) return pem;
    for (const XmlElement& one : parts.key_info->descendants(kSignatureNamespace, "X509Certificate")) {
        std::string text = one.text();
        std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
        if (text.size() > kMaxCertificateText) text.resize(kMaxCertificateText);
        pem += "-----BEGIN CERTIFICATE-----\n";
        for (size_t at = 0; at < text.size(); at += 64) pem += text.substr(at, 64) + "\n";
        pem += "-----END CERTIFICATE-----\n";
    }
    return pem;
}

// Whether the key can be nothing but the leaf's.
bool only_certificates(const Parts& parts) {
    if (!parts.key_info || !has_children(*parts.key_info, {"X509Data"})) return false;
    const auto inside = parts.key_info->children().front().children();
    return !inside.empty() && std::ranges::all_of(inside, [](const XmlElement& one) {
        return one.is(kSignatureNamespace, "X509Certificate");
    });
}

// Makes the checks of one manifest's signature.
class Signature {
   public:
    Signature(Appraisal& appraisal, Rim& rim, const XmlDocument& document)
        : appraisal_(appraisal), rim_(rim), document_(document) {}

    void appraise(const Context& context) {
        const XmlElement root = XmlElement::root(document_);
        const auto all = root.descendants(kSignatureNamespace, "Signature");
        const auto own = root.children(kSignatureNamespace, "Signature");
        const bool one = all.size() == 1 && own.size() == 1;
        if (own.empty()) {
            demand(Check::rim_signature_form, false, "Signature", {}, "the root has none");
            return;
        }
        const Parts parts(own.front());
        bool readable = demand(
            Check::rim_signature_form, one && good_form(parts), "Signature", {},
            one ? "it is not made of one reference and one key" : fmt::format("there are {}", all.size()));
        readable &= reference(parts);
        readable &= method(parts);
        const bool chained = chain(parts, context);
        const bool only = demand(Check::rim_signer, only_certificates(parts), "KeyInfo", {},
                                 "it holds something else than one X509Data of certificates");
        if (!readable || rim_.chain.empty()) return;
        const bool good = verify_enveloped(document_, *parts.signature, rim_.chain.front());
        const bool verified =
            demand(Check::rim_signature, good, "SignatureValue", as_bytes(signature_value(parts)), {});
        rim_.verified = verified && chained && only;
    }

   private:
    bool reference(const Parts& parts) {
        const auto uri = parts.reference ? parts.reference->attribute("URI") : std::nullopt;
        bool held = demand(Check::rim_reference, uri == "", "Reference URI", as_bytes(uri.value_or("")),
                           uri ? "it is not the whole document" : "it is missing");
        const std::vector<std::string> used = transforms(parts);
        const bool exact = used == std::vector<std::string>{std::string(kEnveloped), std::string(kC14n11)};
        held &= demand(Check::rim_transform, exact, "Transforms",
                       as_bytes(fmt::format("{}", fmt::join(used, " "))),
                       "they are not those of an enveloped signature and C14N 1.1");
        return held;
    }

    bool method(const Parts& parts) {
        const std::string used[] = {algorithm(child(parts.info, "CanonicalizationMethod")),
                                    algorithm(child(parts.info, "SignatureMethod")),
                                    algorithm(child(parts.reference, "DigestMethod"))};
        const std::string_view good[] = {kC14n11, kEcdsaSha384, kSha384};
        const auto* wrong = std::ranges::mismatch(used, good).in1;
        const bool held = wrong == std::end(used);
        return demand(Check::rim_algorithm, held, "SignedInfo", as_bytes(held ? used[1] : *wrong), {});
    }

    bool chain(const Parts& parts, const Context& context) {
        const std::string pem = certificates(parts);
        auto read = read_chain(appraisal_, rim_.subject, {rim_.path + " KeyInfo", to_bytes(as_bytes(pem))});
        if (!read) return false;
        rim_.chain = *std::move(read);
        return appraise_chain(appraisal_, rim_.subject, rim_.chain,
                              {.purpose = Purpose::rim,
                               .roots = context.roots.rim,
                               .time = context.time,
                               .allow_expired = context.policy.allow_expired_rims});
    }

    static std::string signature_value(const Parts& parts) {
        const auto value = child(parts.signature, "SignatureValue");
        return value ? value->text() : std::string();
    }

    bool demand(Check check, bool held, std::string field, ByteView bytes, std::string reason) {
        return appraisal_.demand(check, held,
                                 {.subject = rim_.subject,
                                  .field = std::move(field),
                                  .bytes = bytes,
                                  .reason = held ? std::string() : std::move(reason)});
    }

    Appraisal& appraisal_;
    Rim& rim_;
    const XmlDocument& document_;
};

}  // namespace

void appraise_rim_signature(Appraisal& appraisal, Rim& rim, const XmlDocument& document,
                            const Context& context) {
    Signature(appraisal, rim, document).appraise(context);
}

}  // namespace assay::attest
