#include "stack/evidence/xml_signature.h"

#include <fmt/format.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <openssl/evp.h>

#include "stack/base/owner.h"

namespace assay::evidence {

namespace {

inline void release_text(xmlChar* text) { xmlFree(text); }

using DocumentPtr = Owner<xmlDoc, xmlFreeDoc>;
using OutputPtr = Owner<xmlOutputBuffer, xmlOutputBufferClose>;

// Entities are left as they are, so that a document that has them can be signed for what it says.
Result<DocumentPtr> parsed(const std::string& text) {
    DocumentPtr document(
        xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE));
    if (document == nullptr) return fail(Errc::bad_text, "manifest", Error::npos, "cannot be signed: no XML");
    return document;
}

std::string_view text_of(const xmlChar* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

using Wanted = std::function<bool(xmlNode*)>;

// The first element, in the order of the document, that is wanted.
xmlNode* find_element(xmlNode* from, const Wanted& wanted) {
    for (xmlNode* node = from; node != nullptr; node = node->next) {
        if (node->type != XML_ELEMENT_NODE) continue;
        if (wanted(node)) return node;
        if (xmlNode* inside = find_element(node->children, wanted)) return inside;
    }
    return nullptr;
}

// A node of a namespace is not one of the tree: it belongs to its parent.
int lies_within(void* apex, xmlNode* node, xmlNode* parent) {
    for (xmlNode* at = node->type == XML_NAMESPACE_DECL ? parent : node; at != nullptr; at = at->parent) {
        if (at == apex) return 1;
    }
    return 0;
}

// Of the subtree, as it stands in its document; of all without one.
Result<std::string> canonical_subtree(xmlDoc* document, xmlNode* apex) {
    OutputPtr out(xmlAllocOutputBuffer(nullptr));
    if (out == nullptr || xmlC14NExecute(document, apex == nullptr ? nullptr : lies_within, apex,
                                         XML_C14N_1_1, nullptr, 0, out.get()) < 0) {
        return fail(Errc::bad_text, "manifest", Error::npos, "has no canonical form");
    }
    return std::string(reinterpret_cast<const char*>(xmlOutputBufferGetContent(out.get())),
                       xmlOutputBufferGetSize(out.get()));
}

Result<std::string> canonical_wanted(const std::string& text, const Wanted& wanted) {
    const DocumentPtr document = TRY(parsed(text));
    xmlNode* found = find_element(xmlDocGetRootElement(document.get()), wanted);
    if (found == nullptr) return fail(Errc::bad_text, "manifest", Error::npos, "has no such element");
    return canonical_subtree(document.get(), found);
}

Result<std::string> covered(const std::string& document, const SignatureForm& form) {
    if (form.covered_id.empty()) return canonical(form.covers ? form.covers(document) : document);
    return canonical_wanted(document, [&](xmlNode* node) {
        const Owner<xmlChar, release_text> id(xmlGetProp(node, BAD_CAST "Id"));
        return text_of(id.get()) == form.covered_id;
    });
}

std::string signed_info(const SignatureForm& form, const std::string& digest_value) {
    std::string transforms;
    for (const std::string& one : form.transforms) transforms += one;
    if (!transforms.empty()) transforms = fmt::format("<ds:Transforms>{}</ds:Transforms>", transforms);
    return fmt::format(
        "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{}\"/><ds:SignatureMethod Algorithm=\"{}\"/>"
        "<ds:Reference URI=\"{}\">{}<ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{}</ds:DigestValue>"
        "</ds:Reference>{}</ds:SignedInfo>",
        form.canonicalization, form.method, form.reference_uri, transforms, form.digest_method, digest_value,
        form.more_references);
}

std::string key_info(const SignatureForm& form) {
    std::string certificates;
    for (const CertificateForm& one : form.certificates) {
        certificates += fmt::format("<ds:X509Certificate>{}</ds:X509Certificate>", base64(issue(one)));
    }
    if (!certificates.empty()) certificates = fmt::format("<ds:X509Data>{}</ds:X509Data>", certificates);
    return form.more_key_info + certificates;
}

}  // namespace

std::string transform(std::string_view algorithm, std::string_view inside) {
    if (inside.empty()) return fmt::format("<ds:Transform Algorithm=\"{}\"/>", algorithm);
    return fmt::format("<ds:Transform Algorithm=\"{}\">{}</ds:Transform>", algorithm, inside);
}

std::string base64(ByteView bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<uint8_t*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<size_t>(size));
    return text;
}

Result<std::string> canonical(const std::string& document) {
    const DocumentPtr read = TRY(parsed(document));
    return canonical_subtree(read.get(), nullptr);
}

Result<std::string> canonical_element(const std::string& document, std::string_view name) {
    return canonical_wanted(document, [&](xmlNode* node) { return text_of(node->name) == name; });
}

Result<std::string> enveloped(const std::string& head, const std::string& tail, const SignatureForm& form) {
    const std::string content = TRY(covered(head + tail, form));
    const std::string info = signed_info(form, base64(digest(form.digest, as_bytes(content))));
    auto whole = [&](const std::string& value) {
        return fmt::format(
            "{}<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{}<ds:SignatureValue>{}"
            "</ds:SignatureValue><ds:KeyInfo>{}</ds:KeyInfo>{}</ds:Signature>{}",
            head, info, value, key_info(form), form.more, tail);
    };
    const std::string what = TRY(canonical_element(whole(""), "SignedInfo"));
    return whole(base64(sign(form.signer, form.hash, as_bytes(what))));
}

}  // namespace assay::evidence
