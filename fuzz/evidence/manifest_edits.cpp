// `a` chooses the manifest, `b` mostly the golden value.
#include <algorithm>

#include "fuzz/evidence/edits.h"
#include "stack/evidence/xml_signature.h"

namespace assay::fuzz::edits {

using namespace evidence;

namespace {

RimForm* rim_of(EvidenceCase& evidence_case, const VerifierStep& step) {
    return chosen(evidence_case.machine.rims, step.a);
}

Attributes* golden_of(EvidenceCase& evidence_case, const VerifierStep& step) {
    RimForm* rim = rim_of(evidence_case, step);
    return rim == nullptr ? nullptr : chosen(rim->resources, step.b);
}

// What that index measures on some device, in hexadecimal; empty when nothing does.
std::string measured_at(const Machine& machine, const Attributes& row, uint8_t device) {
    if (machine.gpus.empty()) return {};
    for (const BlockForm& block : machine.gpus[device % machine.gpus.size()].report.blocks)
        if (std::to_string(block.index - 1) == row.get("index")) return to_hex(block.value);
    return {};
}

std::string upper_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
    return text;
}

Attributes golden_row(size_t index, const std::string& active, const Bytes& value) {
    Attributes row;
    row.set("type", "Measurement");
    row.set("index", std::to_string(index));
    row.set("active", active);
    row.set("alternatives", "1");
    row.set(hash_attribute(0), to_hex(value));
    row.set("name", "Measurement_" + std::to_string(index));
    row.set("size", "48");
    return row;
}

void set_or_drop(Attributes& attributes, std::string_view name, const std::string& value) {
    if (value.empty()) return attributes.drop(name);
    attributes.set(name, value);
}

}  // namespace

// c: to what.
void golden_value(EvidenceCase& evidence_case, const VerifierStep& step) {
    Attributes* row = golden_of(evidence_case, step);
    if (row == nullptr) return;
    const std::string attribute = hash_attribute(step.c / 8 % 4);
    const std::string value = row->get(attribute);
    if (value.empty()) return;
    const std::string measured = measured_at(evidence_case.machine, *row, step.c / 32);
    switch (step.c % 5) {
        case 0: row->set(attribute, to_hex(other_digest("spoofed"))); break;
        case 1: row->set(attribute, upper_case(value)); break;
        case 2: row->set(attribute, measured.empty() ? value : measured); break;
        case 3: row->set(attribute, std::string(96, '0')); break;
        default: row->set(attribute, value.substr(0, value.size() / 2)); break;
    }
}

// c: what it says.
void golden_active(EvidenceCase& evidence_case, const VerifierStep& step) {
    static const std::string kStates[] = {"False", "True", "true", "maybe", ""};
    if (Attributes* row = golden_of(evidence_case, step)) row->set("active", chosen(kStates, step.c));
}

// c: how.
void golden_alternatives(EvidenceCase& evidence_case, const VerifierStep& step) {
    Attributes* row = golden_of(evidence_case, step);
    if (row == nullptr) return;
    static const std::string kCounts[] = {"0", "1", "2", "4", "01", "one", "65", ""};
    const size_t count = std::min(std::strtoul(row->get("alternatives").c_str(), nullptr, 10), 8UL);
    switch (step.c % 5) {
        case 0: row->set("alternatives", chosen(kCounts, step.c / 8)); break;
        case 1: row->set(hash_attribute(count), to_hex(other_digest("one more"))); break;
        case 2:
            row->set("alternatives", std::to_string(count + 1));
            row->set(hash_attribute(count), to_hex(other_digest("one more")));
            break;
        case 3: {
            const std::string first = row->get(hash_attribute(0)), last = row->get(hash_attribute(count - 1));
            if (count < 2) break;
            row->set(hash_attribute(0), last);
            row->set(hash_attribute(count - 1), first);
            break;
        }
        default: row->drop(hash_attribute(step.c / 8 % 4)); break;
    }
}

// c: for which.
void golden_index(EvidenceCase& evidence_case, const VerifierStep& step) {
    static const std::string kIndexes[] = {"0",   "9",   "25", "60", "63",   "64",
                                           "238", "239", "-1", "09", "nine", ""};
    if (Attributes* row = golden_of(evidence_case, step)) row->set("index", chosen(kIndexes, step.c));
}

// c: what.
void golden_attribute(EvidenceCase& evidence_case, const VerifierStep& step) {
    Attributes* row = golden_of(evidence_case, step);
    if (row == nullptr) return;
    switch (step.c % 8) {
        case 0: row->set("type", "Comment"); break;
        case 1: row->set("size", "32"); break;
        case 2: row->set("name", ""); break;
        case 3: row->set("note", "further"); break;
        case 4: row->drop("name"); break;
        case 5: row->drop("index"); break;
        case 6: row->set("name", "Another name"); break;
        default: std::ranges::reverse(*row); break;
    }
}

// b: for which index; c: whether it counts, and what it says.
void golden_spare(EvidenceCase& evidence_case, const VerifierStep& step) {
    RimForm* rim = rim_of(evidence_case, step);
    if (rim == nullptr) return;
    Attributes row = golden_row(64 + step.b % 16, step.c % 2 == 0 ? "False" : "True", other_digest("spare"));
    const std::string measured = measured_at(evidence_case.machine, row, step.c / 4);
    if ((step.c & 2) != 0 && !measured.empty()) row.set(hash_attribute(0), measured);
    rim->resources.push_back(std::move(row));
}

// c: whether all go.
void golden_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    RimForm* rim = rim_of(evidence_case, step);
    if (rim == nullptr) return;
    if (step.c == 0xff) return rim->resources.clear();
    erase_one(rim->resources, step.b);
}

// b, c: which.
void golden_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (RimForm* rim = rim_of(evidence_case, step)) swap_two(rim->resources, step.b, step.c);
}

// b: what of it; c: what it says.
void manifest_meta(EvidenceCase& evidence_case, const VerifierStep& step) {
    RimForm* rim = rim_of(evidence_case, step);
    if (rim == nullptr) return;
    static const std::string kVersions[] = {"550.90.07", "96.00.9F.00.01", "96.00.9f.00.01", "575.32", "1",
                                            ""};
    static const std::string kEditions[] = {"GPU", "SWITCH", "CPU", ""};
    static const std::string kProducts[] = {"GH100", "GB100", "LS10", "GH200", ""};
    static const std::string kRevisions[] = {"r1", "r0", "r2", "r10", ""};
    static const std::string kTypes[] = {"direct", "indirect", ""};
    switch (step.b % 6) {
        case 0: set_or_drop(rim->meta, "colloquialVersion", chosen(kVersions, step.c)); break;
        case 1: set_or_drop(rim->meta, "edition", chosen(kEditions, step.c)); break;
        case 2: set_or_drop(rim->meta, "product", chosen(kProducts, step.c)); break;
        case 3: set_or_drop(rim->meta, "revision", chosen(kRevisions, step.c)); break;
        case 4: set_or_drop(rim->meta, "PayloadType", chosen(kTypes, step.c)); break;
        default: rim->meta.set("ns1:PlatformModel", "Another model"); break;
    }
}

// b: what of it; c: what it says.
void manifest_root(EvidenceCase& evidence_case, const VerifierStep& step) {
    RimForm* rim = rim_of(evidence_case, step);
    if (rim == nullptr) return;
    static const std::string kFlags[] = {"false", "true", "maybe", ""};
    switch (step.b % 7) {
        case 0: set_or_drop(rim->root, "corpus", chosen(kFlags, step.c)); break;
        case 1: set_or_drop(rim->root, "patch", chosen(kFlags, step.c)); break;
        case 2: set_or_drop(rim->root, "supplemental", chosen(kFlags, step.c)); break;
        case 3: set_or_drop(rim->root, "tagId", step.c % 2 == 0 ? "another-tag" : ""); break;
        case 4: rim->root.set("version", "2.0"); break;
        case 5: rim->prolog = step.c % 2 == 0 ? "<!DOCTYPE SoftwareIdentity>\n" : ""; break;
        default: rim->root.set("Id", "signed"); break;
    }
}

// c: which.
void manifest_more(EvidenceCase& evidence_case, const VerifierStep& step) {
    RimForm* rim = rim_of(evidence_case, step);
    if (rim == nullptr) return;
    switch (step.c % 6) {
        case 0: rim->more = "    <ns0:Entity name=\"NVIDIA\" role=\"licensor\"/>\n"; break;
        case 1: rim->more = "    <ns0:Payload></ns0:Payload>\n"; break;
        case 2: rim->more = "    <!-- a word beside -->\n"; break;
        case 3: rim->more_payload = "        <ns0:Directory name=\"further\"/>\n"; break;
        case 4: rim->entity.clear(); break;
        default: rim->payload_prefix = ""; break;
    }
}

void manifest_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    erase_one(evidence_case.machine.rims, step.a);
}

// c: whether it stands at the end.
void manifest_twice(EvidenceCase& evidence_case, const VerifierStep& step) {
    const RimForm* rim = rim_of(evidence_case, step);
    if (rim == nullptr) return;
    RimForm second = *rim;
    insert_after(evidence_case.machine.rims, step.a, std::move(second), step.c % 2 == 1);
}

// a, b: which.
void manifest_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    swap_two(evidence_case.machine.rims, step.a, step.b);
}

// c: of which firmware and component.
void manifest_spare(EvidenceCase& evidence_case, const VerifierStep& step) {
    static const Firmware kOthers[] = {{Model::gh100, "535.86.09", "96.00.5E.00.01"},
                                       {Model::gb100, "575.32", "97.00.88.00.0A"},
                                       {Model::gh100, "550.144.03", "96.00.A0.00.00"}};
    const Firmware& firmware = chosen(kOthers, step.b);
    evidence_case.machine.rims.push_back(step.c % 2 == 0 ? driver_rim(firmware) : vbios_rim(firmware));
}

// b: of which certificate; c: who.
void manifest_signer(EvidenceCase& evidence_case, const VerifierStep& step) {
    RimForm* rim = rim_of(evidence_case, step);
    if (rim == nullptr) return;
    SignatureForm& signature = rim->signature;
    const CertificateForm* certificate = chosen(signature.certificates, step.b);
    const GpuForm* gpu = chosen(evidence_case.machine.gpus, step.b);
    switch (step.c % 5) {
        case 0: signature.signer = stranger(crypto::SignAlgo::ecdsa_p384); break;
        case 1:
            if (certificate != nullptr) signature.signer = certificate->key;
            break;
        case 2: signature.signer = chosen(evidence_case.machine.rims, step.a + 1)->signature.signer; break;
        case 3:
            if (gpu == nullptr) break;
            signature.certificates = gpu->chain;
            signature.signer = gpu->chain.front().key;
            break;
        default: rim->is_signed = false; break;
    }
}

// c: how.
void manifest_method(EvidenceCase& evidence_case, const VerifierStep& step) {
    RimForm* rim = rim_of(evidence_case, step);
    if (rim == nullptr) return;
    SignatureForm& form = rim->signature;
    switch (step.c % 9) {
        case 0: form.transforms.clear(); break;
        case 1: form.transforms.push_back(transform("http://www.w3.org/2000/09/xmldsig#base64")); break;
        case 2:
            form.digest_method = "http://www.w3.org/2001/04/xmlenc#sha256";
            form.digest = crypto::HashAlgo::sha256;
            break;
        case 3:
            form.method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
            form.hash = crypto::HashAlgo::sha256;
            break;
        case 4: form.method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha384"; break;
        case 5: form.canonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"; break;
        case 6: form.hash = crypto::HashAlgo::sha256; break;
        case 7: form.digest = crypto::HashAlgo::sha256; break;
        default: std::ranges::reverse(form.transforms); break;
    }
}

// c: what. In two of them there is an unsigned addition beside the signature.
void manifest_covered(EvidenceCase& evidence_case, const VerifierStep& step) {
    RimForm* rim = rim_of(evidence_case, step);
    if (rim == nullptr) return;
    SignatureForm& form = rim->signature;
    switch (step.c % 6) {
        case 0:
            rim->more = "    <ns0:Entity Id=\"signed\" name=\"NVIDIA\" role=\"licensor\"/>\n";
            form.reference_uri = "#signed";
            form.covered_id = "signed";
            break;
        case 1: form.reference_uri = "#xpointer(/)"; break;
        case 2: form.covers = [](const std::string&) { return "<SoftwareIdentity/>"; }; break;
        case 3: form.more = "<ds:Object><ns0:Payload/></ds:Object>"; break;
        case 4: form.more_key_info = "<ds:KeyName>another key</ds:KeyName>"; break;
        default:
            form.more_references = "<ds:Reference URI=\"#none\"><ds:DigestMethod Algorithm=\"" +
                                   std::string(kDigestSha384) +
                                   "\"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>";
            break;
    }
}

}  // namespace assay::fuzz::edits
