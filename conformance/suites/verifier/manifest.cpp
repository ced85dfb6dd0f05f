// What is wrong with a reference manifest but for its signature.
#include <fmt/format.h>

#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

void driver_missing(Machine& machine) { machine.rims.erase(machine.rims.begin()); }
void vbios_missing(Machine& machine) { machine.rims.pop_back(); }
void none(Machine& machine) { machine.rims.clear(); }
void of_other_version(Machine& machine) { machine.rims[0] = driver_rim(older_firmware()); }
void vbios_of_other_version(Machine& machine) { machine.rims[1] = vbios_rim(older_firmware()); }
void of_other_product(Machine& machine) {
    Firmware firmware = hopper_firmware();
    firmware.model = Model::gb100;
    machine.rims[0] = driver_rim(firmware);
}
// The values are those of what runs.
void version_only(Machine& machine) {
    machine.driver().meta.set("colloquialVersion", older_firmware().driver);
}
void edition(Machine& machine) { machine.vbios().meta.set("edition", "SWITCH"); }
void product(Machine& machine) { machine.vbios().meta.set("product", "GH200"); }

void empty(Machine& machine) { cut(machine, "rims/0.xml", 0); }
void cut_short(Machine& machine) { cut(machine, "rims/0.xml", 9000); }
void binary(Machine& machine) { replace(machine, "rims/0.xml", Bytes(4096, 0x80)); }
void json(Machine& machine) { replace(machine, "rims/0.xml", to_bytes(as_bytes(R"({"rim": "PD94"})"))); }
void deep(Machine& machine) {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "<a>";
    replace(machine, "rims/0.xml", to_bytes(as_bytes(text)));
}

void doctype(Machine& machine) { machine.driver().prolog = "<!DOCTYPE SoftwareIdentity>\n"; }
void entity(Machine& machine) {
    machine.driver().prolog = "<!DOCTYPE SoftwareIdentity [<!ENTITY v \"550.90.07\">]>\n";
    machine.driver().meta.set("colloquialVersion", "&v;");
}
// 10^9 characters for a parser that expands entities. Written over a signed document: it is parsed before any
// signature is checked.
void entity_bomb(Machine& machine) {
    std::string text = "<?xml version=\"1.0\"?>\n<!DOCTYPE bomb [\n<!ENTITY a0 \"golden\">\n";
    for (int i = 1; i < 10; ++i) {
        text += fmt::format("<!ENTITY a{} \"", i);
        for (int times = 0; times < 10; ++times) text += fmt::format("&a{};", i - 1);
        text += "\">\n";
    }
    text += "]>\n<SoftwareIdentity>&a9;</SoftwareIdentity>\n";
    replace(machine, "rims/0.xml", to_bytes(as_bytes(text)));
}
void external_entity(Machine& machine) {
    const std::string text =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>\n"
        "<SoftwareIdentity>&x;</SoftwareIdentity>\n";
    replace(machine, "rims/0.xml", to_bytes(as_bytes(text)));
}

void other_root(Machine& machine) {
    machine.driver().edit_after = [](std::string& text) {
        for (const std::string_view tag : {"<SoftwareIdentity", "</SoftwareIdentity"})
            text.replace(text.find(tag), tag.size(), tag.starts_with("</") ? "</Tag" : "<Tag");
    };
}
void other_namespace(Machine& machine) {
    machine.driver().root.set("xmlns", "http://example.org/swid");
    machine.driver().root.set("xmlns:ns0", "http://example.org/swid");
}
void supplemental(Machine& machine) { machine.driver().root.set("supplemental", "true"); }
void payload_type(Machine& machine) { machine.driver().meta.set("PayloadType", "indirect"); }
void no_meta(Machine& machine) { machine.driver().meta.clear(); }
void no_payload(Machine& machine) {
    machine.driver().edit_before = [](std::string& text) {
        const size_t at = text.find("    <ns0:Payload");
        text.erase(at, text.rfind("</ns0:Payload>\n") + 15 - at);
    };
}
// The second one has the values of the firmware that runs.
std::string payload(size_t index, const Bytes& value) {
    return fmt::format(
        "    <ns0:Payload>\n        <ns0:Resource type=\"Measurement\" index=\"{}\" active=\"True\" "
        "alternatives=\"1\" ns2:Hash0=\"{}\" name=\"Measurement_{}\" size=\"48\"/>\n    </ns0:Payload>\n",
        index, to_hex(value), index);
}
void two_payloads(Machine& machine) { machine.vbios().more = payload(9, other_digest("spoofed")); }

Attributes& resource(Machine& machine) { return machine.vbios().resource(9); }
void index_text(Machine& machine) { resource(machine).set("index", "nine"); }
void index_negative(Machine& machine) { resource(machine).set("index", "-9"); }
void index_large(Machine& machine) { machine.vbios().resource(63).set("index", "4294967305"); }
void index_missing(Machine& machine) { resource(machine).drop("index"); }
void alternatives_zero(Machine& machine) { resource(machine).set("alternatives", "0"); }
void alternatives_more(Machine& machine) { resource(machine).set("alternatives", "2"); }
void alternatives_text(Machine& machine) { resource(machine).set("alternatives", "one"); }
void hash_short(Machine& machine) {
    resource(machine).set(hash_attribute(0), resource(machine).get(hash_attribute(0)).substr(0, 64));
}
void hash_text(Machine& machine) { resource(machine).set(hash_attribute(0), std::string(96, 'x')); }
void hash_missing(Machine& machine) { resource(machine).drop(hash_attribute(0)); }
void size_other(Machine& machine) { resource(machine).set("size", "32"); }
void type_other(Machine& machine) { resource(machine).set("type", "Comment"); }
// Spoofed firmware whose golden value stands there as active "true": one verifier takes that for inactive.
void active_lower_case(Machine& machine) {
    resource(machine).set("active", "true");
    measure(machine, 9, other_digest("spoofed"));
}
// As above, with what one verifier takes for active and the other not.
void active_other(Machine& machine) { resource(machine).set("active", "maybe"); }

void duplicate(Machine& machine) { machine.vbios().resources[60] = resource(machine); }
void duplicate_other(Machine& machine) {
    // The later of two is the spoofed one.
    Attributes second = resource(machine);
    second.set(hash_attribute(0), to_hex(other_digest("spoofed")));
    machine.vbios().resources[60] = second;
    measure(machine, 9, other_digest("spoofed"));
}
void all_inactive(Machine& machine) {
    for (Attributes& row : machine.vbios().resources) row.set("active", "False");
}
void no_resources(Machine& machine) { machine.vbios().resources.clear(); }
void conflict(Machine& machine) { machine.driver().resource(9) = resource(machine); }
void older_revision(Machine& machine) {
    machine.driver().meta.set("revision", "r0");
    machine.policy["floors"] = {{"rim_revision", "r1"}};
}

}  // namespace

std::span<const Edit> manifest_edits() {
    static constexpr Edit kEdits[] = {
        {"rim/driver-missing", driver_missing},
        {"rim/vbios-missing", vbios_missing},
        {"rim/none", none},
        {"rim/other-version", of_other_version},
        {"rim/vbios-other-version", vbios_of_other_version},
        {"rim/version-only", version_only},
        {"rim/other-product", of_other_product},
        {"rim/edition", edition},
        {"rim/product", product},
        {"rim/empty", empty},
        {"rim/cut", cut_short},
        {"rim/binary", binary},
        {"rim/json", json},
        {"rim/deep", deep},
        {"rim/doctype", doctype},
        {"rim/entity", entity},
        {"rim/entity-bomb", entity_bomb},
        {"rim/external-entity", external_entity},
        {"rim/other-root", other_root},
        {"rim/other-namespace", other_namespace},
        {"rim/supplemental", supplemental},
        {"rim/payload-type", payload_type},
        {"rim/no-meta", no_meta},
        {"rim/no-payload", no_payload},
        {"rim/two-payloads", two_payloads},
        {"rim/index-text", index_text},
        {"rim/index-negative", index_negative},
        {"rim/index-large", index_large},
        {"rim/index-missing", index_missing},
        {"rim/alternatives-zero", alternatives_zero},
        {"rim/alternatives-more", alternatives_more},
        {"rim/alternatives-text", alternatives_text},
        {"rim/hash-short", hash_short},
        {"rim/hash-text", hash_text},
        {"rim/hash-missing", hash_missing},
        {"rim/size-other", size_other},
        {"rim/type-other", type_other},
        {"rim/active-lower-case", active_lower_case},
        {"rim/active-other", active_other},
        {"rim/duplicate", duplicate},
        {"rim/duplicate-other", duplicate_other},
        {"rim/all-inactive", all_inactive},
        {"rim/no-resources", no_resources},
        {"rim/conflict", conflict},
        {"rollback/manifest", older_revision},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
