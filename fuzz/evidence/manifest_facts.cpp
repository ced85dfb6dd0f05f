// Reference manifests, and measurements against their golden values.
#include <algorithm>
#include <cctype>
#include <set>

#include "fuzz/evidence/oracles.h"
#include "stack/base/ranges.h"
#include "stack/evidence/xml_signature.h"

namespace assay::fuzz {

using namespace evidence;

namespace {

constexpr size_t kMaxIndex = 0xee, kMaxAlternatives = 64, kMaxWords = 256;
// With this decoder off, what would be loaded into it is not looked at.
constexpr size_t kDecoderGolden = 35;

template <class Holds>
bool each_rim(const EvidenceView& view, Holds holds) {
    return std::ranges::all_of(view.machine.rims, holds);
}

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text,
                               [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

std::optional<size_t> number(const std::string& text, size_t limit) {
    const bool digits = !text.empty() && text.size() < 7 &&
                        std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || (text.size() > 1 && text[0] == '0')) return {};
    const size_t value = std::stoul(text);
    return value <= limit ? std::optional(value) : std::nullopt;
}

std::string upper_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

enum class Component : uint8_t { driver, vbios, switch_bios, none };

// A VBIOS is distinguished from a driver by its version, five bytes in hexadecimal.
Component component_of(const RimForm& rim) {
    const std::string edition = rim.meta.get("edition"), version = rim.meta.get("colloquialVersion");
    if (edition == "SWITCH") return Component::switch_bios;
    if (edition != "GPU") return Component::none;
    std::string digits = version;
    std::erase(digits, '.');
    bool dots = version.size() == 14;
    for (size_t i = 2; i < version.size() && dots; i += 3) dots = version[i] == '.';
    return dots && digits.size() == 10 && is_hex(digits) ? Component::vbios : Component::driver;
}

bool signers_are_the_leaves(const EvidenceView& view) {
    return each_rim(view, [](const RimForm& rim) {
        const SignatureForm& form = rim.signature;
        return rim.is_signed && !form.certificates.empty() && form.signer == form.certificates.front().key &&
               form.more_key_info.empty();
    });
}

bool signatures_cover_what_is_read(const EvidenceView& view) {
    return each_rim(view, [](const RimForm& rim) {
        const SignatureForm& form = rim.signature;
        return form.reference_uri.empty() && form.covered_id.empty() && !form.covers &&
               form.more_references.empty() && form.more.empty() &&
               form.transforms == std::vector<std::string>{transform(kEnveloped), transform(kC14n11)};
    });
}

bool signatures_are_made_as_they_should_be(const EvidenceView& view) {
    return each_rim(view, [](const RimForm& rim) {
        const SignatureForm& form = rim.signature;
        return form.canonicalization == kC14n11 && form.method == kEcdsaSha384 &&
               form.digest_method == kDigestSha384 && form.digest == crypto::HashAlgo::sha384 &&
               form.hash == crypto::HashAlgo::sha384;
    });
}

bool manifests_have_what_they_need(const EvidenceView& view) {
    return each_rim(view, [](const RimForm& rim) {
        for (const char* flag : {"corpus", "patch", "supplemental"}) {
            const std::string value = rim.root.get(flag);
            if (!value.empty() && value != "false") return false;
        }
        for (const char* needed : {"colloquialVersion", "edition", "product", "revision"})
            if (rim.meta.get(needed).empty()) return false;
        const bool entity = !rim.entity.empty() || rim.more.contains("Entity");
        return rim.prolog.empty() && entity && !rim.root.get("tagId").empty() &&
               rim.meta.get("PayloadType") == "direct" && component_of(rim) != Component::none &&
               !rim.more.contains("Payload") && rim.more_payload.empty();
    });
}

bool is_written_well(const Attributes& row) {
    const auto count = number(row.get("alternatives"), kMaxAlternatives);
    if (!number(row.get("index"), kMaxIndex) || count.value_or(0) == 0) return false;
    std::set<std::string> names = {"type", "index", "active", "alternatives", "name", "size"};
    for (size_t i = 0; i < *count; ++i) {
        const std::string value = row.get(hash_attribute(i));
        if (value.size() != 96 || !is_hex(value)) return false;
        names.insert(hash_attribute(i));
    }
    const bool only = std::ranges::all_of(row, [&](const auto& one) { return names.contains(one.first); });
    const std::string title = row.get("name");
    return only && row.get("type") == "Measurement" && row.get("size") == "48" && !title.empty() &&
           title.size() <= kMaxWords && (row.get("active") == "True" || row.get("active") == "False");
}

bool golden_values_are_written_well(const EvidenceView& view) {
    return each_rim(view,
                    [](const RimForm& rim) { return std::ranges::all_of(rim.resources, is_written_well); });
}

bool golden_values_stand_once(const EvidenceView& view) {
    return each_rim(view, [](const RimForm& rim) {
        std::set<std::string> seen;
        return std::ranges::all_of(
            rim.resources, [&](const Attributes& row) { return seen.insert(row.get("index")).second; });
    });
}

bool manifests_have_a_golden_value(const EvidenceView& view) {
    return each_rim(view, [](const RimForm& rim) {
        return std::ranges::any_of(rim.resources,
                                   [](const Attributes& row) { return row.get("active") == "True"; });
    });
}

const RimForm* manifest_for(const Machine& machine, const GpuForm& gpu, Component component,
                            const std::string& version) {
    const auto fits = [&](const RimForm& rim) {
        return component_of(rim) == component && rim.meta.get("product") == gpu.model &&
               upper_case(rim.meta.get("colloquialVersion")) == upper_case(version);
    };
    const auto found = std::ranges::find_if(machine.rims, fits);
    return found == machine.rims.end() ? nullptr : &*found;
}

bool components_have_a_manifest(const EvidenceView& view) {
    return std::ranges::all_of(view.machine.gpus, [&](const GpuForm& gpu) {
        return manifests_of(view.machine, gpu).size() == manifests_needed(gpu);
    });
}

// An active golden value of a manifest that a device is held against.
struct Golden {
    const RimForm* rim;
    const Attributes* row;
    size_t index;
};

std::vector<Golden> goldens(const Machine& machine, const GpuForm& gpu) {
    std::vector<Golden> all;
    for (const RimForm* rim : manifests_of(machine, gpu)) {
        for (const Attributes& row : rim->resources) {
            const auto index = number(row.get("index"), kMaxIndex);
            if (row.get("active") == "True" && index) all.push_back({rim, &row, *index});
        }
    }
    return all;
}

bool is_compared(const GpuForm& gpu, const Golden& golden) {
    const bool decoder = component_of(*golden.rim) == Component::driver && golden.index == kDecoderGolden;
    return !decoder || number_of(gpu, opaque::nvdec0_status) != opaque::kOff;
}

bool one_manifest_speaks_of_an_index(const EvidenceView& view) {
    return std::ranges::all_of(view.machine.gpus, [&](const GpuForm& gpu) {
        std::set<size_t> seen;
        return std::ranges::all_of(goldens(view.machine, gpu),
                                   [&](const Golden& golden) { return seen.insert(golden.index).second; });
    });
}

template <class Holds>
bool each_golden(const EvidenceView& view, Holds holds) {
    return std::ranges::all_of(view.machine.gpus, [&](const GpuForm& gpu) {
        const auto values = measurements(gpu);
        return std::ranges::all_of(goldens(view.machine, gpu), [&](const Golden& golden) {
            if (!is_compared(gpu, golden)) return true;
            const auto value = values.find(static_cast<uint8_t>(golden.index + 1));
            return holds(golden, value == values.end() ? nullptr : &value->second);
        });
    });
}

bool golden_values_are_measured(const EvidenceView& view) {
    return each_golden(view, [](const Golden&, const Bytes* measured) { return measured != nullptr; });
}

bool measurements_are_golden(const EvidenceView& view) {
    return each_golden(view, [](const Golden& golden, const Bytes* measured) {
        if (measured == nullptr) return true;
        const size_t count = number(golden.row->get("alternatives"), kMaxAlternatives).value_or(0);
        for (size_t i = 0; i < count; ++i)
            if (upper_case(golden.row->get(hash_attribute(i))) == upper_case(to_hex(*measured))) return true;
        return false;
    });
}

}  // namespace

size_t manifests_needed(const GpuForm& gpu) { return is_switch(gpu) ? 1 : 2; }

std::vector<const RimForm*> manifests_of(const Machine& machine, const GpuForm& gpu) {
    std::vector<const RimForm*> found;
    if (is_switch(gpu)) {
        found = {manifest_for(machine, gpu, Component::switch_bios, vbios_version(gpu))};
    } else {
        found = {manifest_for(machine, gpu, Component::driver, driver_version(gpu)),
                 manifest_for(machine, gpu, Component::vbios, vbios_version(gpu))};
    }
    std::erase(found, nullptr);
    return found;
}

std::span<const Fact> manifest_facts() {
    static constexpr Fact kFacts[] = {
        {"manifests are signed by their leaves", signers_are_the_leaves},
        {"manifests' signatures cover what is read", signatures_cover_what_is_read},
        {"manifests are signed in the way that is allowed", signatures_are_made_as_they_should_be},
        {"manifests have what they need", manifests_have_what_they_need},
        {"golden values are written well", golden_values_are_written_well},
        {"golden values stand once", golden_values_stand_once},
        {"manifests have a golden value", manifests_have_a_golden_value},
        {"each component has a manifest", components_have_a_manifest},
        {"one manifest speaks of an index", one_manifest_speaks_of_an_index},
        {"golden values are measured", golden_values_are_measured},
        {"measurements are golden", measurements_are_golden},
    };
    return kFacts;
}

}  // namespace assay::fuzz
