// Reference manifests: SWID tags (ISO/IEC 19770-2:2015) with golden measurements in the shape that NVIDIA
// gives them (TCG Reference Integrity Manifest Information Model 1.01), signed (rim_signature.h).
#pragma once

#include <map>

#include "stack/attest/chain.h"

namespace assay::attest {

inline constexpr std::string_view kSwidNamespace = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
inline constexpr std::string_view kHashNamespace = "http://www.w3.org/2001/04/xmlenc#sha384";

// What a manifest is about. The elements do not tell a driver from a VBIOS; their versions do: a VBIOS has
// five bytes in hexadecimal, "96.00.9F.00.01".
enum class RimKind : uint8_t { driver, vbios, switch_bios };
std::string_view name(RimKind kind);  // "driver-rim", "vbios-rim", "switch-bios-rim"

// A golden value with its alternatives, one of which a measurement must be.
struct Golden {
    bool active = false;
    std::vector<Bytes> alternatives;  // SHA-384, at least one
    std::string name;
};

struct Rim {
    std::string subject;  // "rim-0"
    std::string path;
    RimKind kind = RimKind::driver;
    std::string product;   // "GH100"
    std::string version;   // colloquialVersion: "550.90.07"
    std::string revision;  // "r1"
    std::string tag_id;
    std::string manufacturer;          // FirmwareManufacturerId, an IANA enterprise number
    std::map<uint8_t, Golden> values;  // by index, from 0; measurement i + 1 is held against value i
    Chain chain;                       // of the signer, as KeyInfo has it
    bool verified = false;             // the signature, and the chain that it stands on
};

// Alternatives of one value, and the last index that a measurement can have, less one.
inline constexpr size_t kMaxAlternatives = 64;
inline constexpr uint8_t kMaxGolden = 0xee;

// Makes every check of one manifest that needs nothing else: rim_form, rim_entity, rim_schema, rim_resource,
// rim_duplicate, rim_empty, those of its signature and of its signer's chain. nullopt when it cannot be read.
// What is read is the document itself, whose root the signature must cover.
std::optional<Rim> appraise_rim(Appraisal& appraisal, const std::string& subject, const File& file,
                                const Context& context);

// The kind of a manifest with this edition and colloquialVersion; nullopt when there is no such edition.
std::optional<RimKind> rim_kind(std::string_view edition, std::string_view version);

}  // namespace assay::attest
