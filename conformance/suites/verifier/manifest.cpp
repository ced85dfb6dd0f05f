// What is wrong with a reference manifest but for its signature.
#include <fmt/format.h>

#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

void of_other_version(Machine& machine) { machine.rims[0] = driver_rim(older_firmware()); }
void vbios_of_other_version(Machine& machine) { machine.rims[1] = vbios_rim(older_firmware()); }
void of_other_product(Machine& machine) {
    Firmware firmware = hopper_firmware();
    firmware.model = Model::gb100;
    machine.rims[0] = driver_rim(firmware);
}

void deep(Machine& machine) {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += "<a>";
    replace(machine, "rims/0.xml", to_bytes(as_bytes(text)));
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

void other_root(Machine& machine) {
    machine.driver().edit_after = [](std::string& text) {
        for (const std::string_view tag : {"<SoftwareIdentity", "</SoftwareIdentity"})
            text.replace(text.find(tag), tag.size(), tag.starts_with("</") ? "</Tag" : "<Tag");
    };
}
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
void hash_short(Machine& machine) {
    resource(machine).set(hash_attribute(0), resource(machine).get(hash_attribute(0)).substr(0, 64));
}
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

}  // namespace

std::span<const Edit> manifest_edits() {
    static constexpr Edit kEdits[] = {
        {"rim/other-version", of_other_version},  {"rim/vbios-other-version", vbios_of_other_version},
        {"rim/other-product", of_other_product},  {"rim/deep", deep},
        {"rim/entity-bomb", entity_bomb},         {"rim/other-root", other_root},
        {"rim/no-payload", no_payload},           {"rim/two-payloads", two_payloads},
        {"rim/hash-short", hash_short},           {"rim/size-other", size_other},
        {"rim/type-other", type_other},           {"rim/active-lower-case", active_lower_case},
        {"rim/active-other", active_other},       {"rim/duplicate", duplicate},
        {"rim/duplicate-other", duplicate_other}, {"rim/all-inactive", all_inactive},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
