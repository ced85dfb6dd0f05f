// What is wrong with the signature of a reference manifest: who made it, what it covers, how.
#include <fmt/format.h>

#include "conformance/suites/verifier/edits.h"
#include "stack/evidence/xml_signature.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

constexpr size_t kIndex = 9;

SignatureForm& signature(Machine& machine) { return machine.vbios().signature; }

// The firmware that runs is the attacker's, and so is the value in the manifest that is read.
const Bytes& spoofed() {
    static const Bytes value = other_digest("spoofed");
    return value;
}
void spoof(Machine& machine) {
    measure(machine, kIndex, spoofed());
    machine.vbios().resource(kIndex).set(hash_attribute(0), to_hex(spoofed()));
}

void two_signatures(Machine& machine) {
    machine.vbios().edit_after = [](std::string& text) {
        const size_t from = text.find("<ds:Signature ");
        const size_t end = text.find("</ds:Signature>") + 15;
        text.insert(end, text.substr(from, end - from));
    };
}
void no_signed_info(Machine& machine) {
    machine.vbios().edit_after = [](std::string& text) {
        const size_t from = text.find("<ds:SignedInfo>");
        text.erase(from, text.find("</ds:SignedInfo>") + 16 - from);
    };
}

// The attacker's document contains the whole genuine one, and the reference points at that.
void wrapped(Machine& machine) {
    RimForm inner = machine.vbios();
    inner.is_signed = false;
    inner.root.insert(inner.root.begin(), {"Id", "genuine"});
    const Bytes text = make(inner).value_or(Bytes{});
    spoof(machine);
    machine.vbios().more = std::string(text.begin(), text.end());
    signature(machine).reference_uri = "#genuine";
    signature(machine).covered_id = "genuine";
    signature(machine).transforms = {transform(kC14n11)};
}
// A second signature within what is signed: a verifier that searches the whole document finds it first.
void signature_inside(Machine& machine) {
    RimForm other = machine.vbios();
    const Bytes text = make(other).value_or(Bytes{});
    const std::string whole(text.begin(), text.end());
    const size_t from = whole.find("<ds:Signature ");
    machine.vbios().entity =
        fmt::format(R"(<ns0:Entity name="NVIDIA Corporation" role="tagCreator">{}</ns0:Entity>)",
                    whole.substr(from, whole.find("</ds:Signature>") + 15 - from));
}
// The signature is good for the document without its payload.
void xpath_transform(Machine& machine) {
    spoof(machine);
    SignatureForm& form = signature(machine);
    form.transforms = {
        transform(kEnveloped),
        transform(kXPath, "<ds:XPath>not(ancestor-or-self::*[local-name()='Payload'])</ds:XPath>"),
        transform(kC14n11)};
    form.covers = [](const std::string& text) {
        const size_t from = text.find("<ns0:Payload");
        constexpr std::string_view kEnd = "</ns0:Payload>";
        return text.substr(0, from) + text.substr(text.find(kEnd, from) + kEnd.size());
    };
}
void xslt_transform(Machine& machine) {
    signature(machine).transforms = {
        transform(kEnveloped),
        transform(kXslt,
                  "<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\">"
                  "<xsl:template match=\"/\"><golden/></xsl:template></xsl:stylesheet>"),
        transform(kC14n11)};
    signature(machine).covers = [](const std::string&) { return "<golden/>"; };
}
// The attacker signs; the document contains the chain of the rightful signer.
void stranger(Machine& machine) {
    spoof(machine);
    signature(machine).signer = {"a stranger"};
}
void stranger_key_value(Machine& machine) {
    // ECKeyValue of the attacker's key before the good chain: KeyInfo says twice who signed.
    stranger(machine);
    const ByteView spki = key(signature(machine).signer).public_key().spki();
    signature(machine).more_key_info = fmt::format(
        "<ds:KeyValue><dsig11:ECKeyValue "
        "xmlns:dsig11=\"http://www.w3.org/2009/xmldsig11#\"><dsig11:NamedCurve "
        "URI=\"urn:oid:1.3.132.0.34\"/><dsig11:PublicKey>{}</dsig11:PublicKey></dsig11:ECKeyValue></"
        "ds:KeyValue>",
        base64(spki.last(97)));
}
void stranger_x509_before(Machine& machine) {
    // In an X509Data of its own before the good one.
    stranger(machine);
    CertificateForm own = signature(machine).certificates.front();
    own.key = own.signer = signature(machine).signer;
    own.issuer = own.subject;
    signature(machine).more_key_info = fmt::format(
        "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>", base64(issue(own)));
}
void certificate_garbled(Machine& machine) {
    machine.vbios().edit_after = [](std::string& text) {
        text.replace(text.find("<ds:X509Certificate>") + 20, 8, "AAAAAAAA");
    };
}

void value_changed(Machine& machine) {
    machine.vbios().edit_after = [](std::string& text) {
        // A digit in the middle of a number, so that it stays one of its size.
        const size_t at = text.find("<ds:SignatureValue>") + 40;
        text[at] = text[at] == 'A' ? 'B' : 'A';
    };
}
void value_empty(Machine& machine) {
    machine.vbios().edit_after = [](std::string& text) {
        const size_t at = text.find("<ds:SignatureValue>") + 19;
        text.erase(at, text.find("</ds:SignatureValue>") - at);
    };
}
void content_changed(Machine& machine) {
    measure(machine, kIndex, spoofed());
    const std::string golden = machine.vbios().resource(kIndex).get(hash_attribute(0));
    machine.vbios().edit_after = [golden](std::string& text) {
        text.replace(text.find(golden), golden.size(), to_hex(spoofed()));
    };
}
void version_changed(Machine& machine) {
    // An older manifest that says it is for what runs.
    machine.vbios() = vbios_rim(older_firmware());
    machine.vbios().edit_after = [](std::string& text) {
        const std::string_view old = older_firmware().vbios;
        text.replace(text.find(old), old.size(), hopper_firmware().vbios);
    };
}
void digest_changed(Machine& machine) {
    machine.vbios().edit_after = [](std::string& text) {
        const size_t at = text.find("<ds:DigestValue>") + 20;
        text[at] = text[at] == 'A' ? 'B' : 'A';
    };
}

}  // namespace

std::span<const Edit> manifest_signature_edits() {
    static constexpr Edit kEdits[] = {
        {"rim/two-signatures", two_signatures},
        {"rim/signature-inside", signature_inside},
        {"rim/no-signed-info", no_signed_info},
        {"rim/wrapped", wrapped},
        {"rim/xpath-transform", xpath_transform},
        {"rim/xslt-transform", xslt_transform},
        {"rim/stranger-key-value", stranger_key_value},
        {"rim/stranger-before", stranger_x509_before},
        {"rim/certificate-garbled", certificate_garbled},
        {"rim/signature-changed", value_changed},
        {"rim/signature-empty", value_empty},
        {"rim/content-changed", content_changed},
        {"rim/version-changed", version_changed},
        {"rim/digest-changed", digest_changed},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
