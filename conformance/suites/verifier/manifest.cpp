// What is wrong with a reference manifest but for its signature.
#include <fmt/format.h>

#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

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
}  // namespace

std::span<const Edit> manifest_edits() {
    static constexpr Edit kEdits[] = {
        {"rim/deep", deep},
        {"rim/entity-bomb", entity_bomb},
        {"rim/other-root", other_root},
        {"rim/no-payload", no_payload},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
