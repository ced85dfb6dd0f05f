// Reference manifests as their elements: SWID tags (ISO 19770-2:2015) with golden measurements, and the XML
// signature around them, each part of which can be given a wrong value before or after signing.
#pragma once

#include "stack/evidence/gpu.h"

namespace assay::evidence {

// Attributes of an element, with their prefixes, in the order in which they are written.
struct Attributes : std::vector<std::pair<std::string, std::string>> {
    using vector::vector;
    void set(std::string_view name, std::string value);
    void drop(std::string_view name);
    std::string get(std::string_view name) const;
};

struct SignatureForm {
    std::string canonicalization, method, digest_method, reference_uri;
    std::vector<std::string> transforms;  // each a whole <ds:Transform …/>
    std::string more_references;          // after the one
    crypto::HashAlgo digest = crypto::HashAlgo::sha384, hash = crypto::HashAlgo::sha384;
    KeyName signer;
    Chain certificates;         // in KeyInfo, leaf first; empty leaves X509Data out
    std::string more_key_info;  // before X509Data
    std::string more;           // after KeyInfo: an Object
    // What the digest covers, of the document without its signature, as XML; all of it without this.
    std::function<std::string(const std::string&)> covers;
    // An element by its attribute Id instead, as it stands in the document.
    std::string covered_id;
};

struct RimForm {
    std::string prolog;  // before the root element
    Attributes root, meta;
    std::string entity = R"(<ns0:Entity name="NVIDIA Corporation" role="softwareCreator tagCreator"/>)";
    std::vector<Attributes> resources;
    std::string payload_prefix = "ns0:";
    std::string more_payload;  // after the resources
    std::string more;          // after the payload
    SignatureForm signature;
    bool is_signed = true;
    std::function<void(std::string&)> edit_before;  // on the document without its signature
    std::function<void(std::string&)> edit_after;   // on the whole

    Attributes& resource(size_t index) { return resources[index]; }
};

struct RimOptions {
    Model model = Model::gh100;
    std::string version;                 // colloquialVersion
    std::map<size_t, size_t> resources;  // active ones, with the number of alternatives
    std::string revision = "r1";
    std::string label;  // of the signer
};
RimForm genuine(const RimOptions& options);
// The driver's and the VBIOS's.
RimForm driver_rim(const Firmware& firmware);
RimForm vbios_rim(const Firmware& firmware);
// Four certificates, leaf first, the root the same for all.
Chain rim_chain(Model model, std::string_view label);

// The attribute of a golden value: "ns2:Hash0".
std::string hash_attribute(size_t which);

// Errors: Errc::bad_text when the document that is to be signed is no XML.
Result<Bytes> make(const RimForm& form);

}  // namespace assay::evidence
