// The opaque fields of reports, and the identity of firmware.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "fuzz/evidence/oracles.h"
#include "stack/base/ranges.h"

namespace assay::fuzz {

using namespace evidence;

namespace {

enum class Content : uint8_t { anything, words, status, up_to_1, up_to_2 };

// What a field that a device has can be; those that no machine here shows are left out.
struct Known {
    uint16_t type;
    std::vector<size_t> sizes;
    Content content = Content::anything;
    bool needed = false;
};

std::vector<size_t> from_to(size_t from, size_t to, size_t step) {
    std::vector<size_t> all;
    for (size_t i = from; i <= to; i += step) all.push_back(i);
    return all;
}

const std::vector<Known>& known(const GpuForm& gpu) {
    using enum Content;
    static const std::vector<Known> gpus = {
        {opaque::driver_version, from_to(2, 32, 1), words, true},
        {opaque::gpu_info, {8}},
        {opaque::vbios_version, {8}, anything, true},
        {opaque::nvdec0_status, {1}, status, true},
        {opaque::counts, {256}, anything, true},
        {opaque::cpr_info, {4}},
        {opaque::board_id, {4}},
        {opaque::chip_sku, {4, 9}, words},
        {opaque::chip_sku_mod, {2, 5}, words},
        {opaque::project, {5}, words},
        {opaque::project_sku, {5}, words},
        {opaque::project_sku_mod, {2}},
        {opaque::fwid, {48}},
        {opaque::protected_pcie, {1}, status},
        {opaque::pdi, {144}},
        {opaque::sys_enable, {2}},
        {opaque::data_version, {2}, up_to_1},
        {opaque::feature_flag, {2}, up_to_2},
    };
    static const std::vector<Known> switches = {
        {opaque::vbios_version, {14}, words, true},
        {opaque::counts, from_to(4, 256, 4), anything, true},
        {opaque::fwid, {48}},
        {opaque::pdi, {8}},
        {opaque::disabled_ports, {2}},
        {opaque::position_id, {2}},
        {opaque::lock_status, {2}},
        {opaque::switch_gpu_pdis, {128}},
        {opaque::data_version, {2}, up_to_1},
    };
    return is_switch(gpu) ? switches : gpus;
}

const Known* known(const GpuForm& gpu, uint16_t type) {
    const auto found = std::ranges::find(known(gpu), type, &Known::type);
    return found == known(gpu).end() ? nullptr : &*found;
}

uint64_t little_endian(const Bytes& value) {
    uint64_t number = 0;
    for (size_t i = std::min<size_t>(value.size(), 8); i-- > 0;) number = number << 8 | value[i];
    return number;
}

// Letters, then only zeros.
bool is_words(const Bytes& value) {
    const auto end = std::ranges::find(value, 0);
    return end != value.begin() &&
           std::all_of(value.begin(), end, [](uint8_t byte) { return byte > ' ' && byte <= '~'; }) &&
           std::all_of(end, value.end(), [](uint8_t byte) { return byte == 0; });
}

bool has_meaning(Content content, const Bytes& value) {
    switch (content) {
        case Content::anything: return true;
        case Content::words: return is_words(value);
        case Content::status: return value == Bytes{opaque::kOn} || value == Bytes{opaque::kOff};
        case Content::up_to_1: return little_endian(value) <= 1;
        case Content::up_to_2: break;
    }
    return little_endian(value) <= 2;
}

template <class Holds>
bool each_gpu(const EvidenceView& view, Holds holds) {
    return std::ranges::all_of(view.machine.gpus, holds);
}
template <class Holds>
bool each_field(const EvidenceView& view, Holds holds) {
    return each_gpu(view, [&](const GpuForm& gpu) {
        return std::ranges::all_of(gpu.report.opaque,
                                   [&](const OpaqueForm& field) { return holds(gpu, field); });
    });
}

bool fields_are_known(const EvidenceView& view) {
    return each_field(
        view, [](const GpuForm& gpu, const OpaqueForm& field) { return known(gpu, field.type) != nullptr; });
}

bool fields_stand_once(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        std::set<uint16_t> seen;
        return std::ranges::all_of(gpu.report.opaque,
                                   [&](const OpaqueForm& field) { return seen.insert(field.type).second; });
    });
}

bool fields_have_a_value(const EvidenceView& view) {
    return each_field(view, [](const GpuForm& gpu, const OpaqueForm& field) {
        const Known* info = known(gpu, field.type);
        return info == nullptr ||
               (contains(info->sizes, field.value.size()) && has_meaning(info->content, field.value));
    });
}

bool needed_fields_are_there(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        return std::ranges::all_of(known(gpu), [&](const Known& info) {
            return !info.needed || field_of(gpu, info.type) != nullptr;
        });
    });
}

bool opaque_data_is_as_large_as_it_says(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        const ReportLayout at = layout(gpu.report);
        const size_t size = at.signature - at.opaque_length - 2;
        return gpu.report.opaque_tail.empty() &&
               gpu.report.opaque_length.value_or(static_cast<uint16_t>(size)) == size &&
               std::ranges::all_of(gpu.report.opaque, [](const OpaqueForm& field) {
                   const size_t has = field.value.size();
                   return field.length.value_or(static_cast<uint16_t>(has)) == has;
               });
    });
}

// One count for each index, from 1: how often something was measured there.
bool counts_fit_the_measurements(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        const OpaqueForm* counts = field_of(gpu, opaque::counts);
        if (counts == nullptr) return true;
        const auto values = measurements(gpu);
        for (size_t i = 0; 4 * i + 4 <= counts->value.size(); ++i) {
            const auto from = counts->value.begin() + static_cast<ptrdiff_t>(4 * i);
            const auto is_set = [](uint8_t byte) { return byte != 0; };
            const auto value = values.find(static_cast<uint8_t>(i + 1));
            const bool made = value != values.end() && std::ranges::any_of(value->second, is_set);
            if (std::any_of(from, from + 4, is_set) != made) return false;
        }
        return true;
    });
}

std::string model_in(const GpuForm& gpu) {
    if (gpu.chain.empty()) return {};
    for (const auto& [type, value] : gpu.chain[std::min<size_t>(1, gpu.chain.size() - 1)].subject) {
        if (type != "CN") continue;
        std::string model = value.substr(0, value.find(' '));
        std::erase(model, '_');
        return model;
    }
    return {};
}

bool certificates_are_of_the_model(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) { return model_in(gpu) == gpu.model; });
}

bool is_wanted(const EvidenceView& view) { return view.policy.value("fwid_required", true); }

bool leaves_name_their_firmware(const EvidenceView& view) {
    return each_gpu(view, [&](const GpuForm& gpu) {
        if (gpu.chain.empty()) return false;
        const auto named = [&](std::string_view oid) {
            return std::ranges::count(gpu.chain.front().more, oid, &Extension::oid);
        };
        const auto both = named(kOidCompositeDeviceId) + named(kOidTcbInfo);
        return both == 1 || (both == 0 && !is_wanted(view));
    });
}

// Switches do not.
bool reports_name_their_firmware(const EvidenceView& view) {
    return !is_wanted(view) || each_gpu(view, [](const GpuForm& gpu) {
        return is_switch(gpu) || field_of(gpu, opaque::fwid) != nullptr;
    });
}

bool firmware_is_the_same(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        const OpaqueForm* reported = field_of(gpu, opaque::fwid);
        const auto named = identity_of(gpu);
        return reported == nullptr || !named || reported->value == named->fwid;
    });
}

}  // namespace

bool is_switch(const GpuForm& gpu) { return gpu.model == name(Model::ls10); }

const OpaqueForm* field_of(const GpuForm& gpu, uint16_t type) {
    const auto found = std::ranges::find(gpu.report.opaque, type, &OpaqueForm::type);
    return found == gpu.report.opaque.end() ? nullptr : &*found;
}

std::string text_of(const GpuForm& gpu, uint16_t type) {
    const OpaqueForm* field = field_of(gpu, type);
    if (field == nullptr) return {};
    return {field->value.begin(), std::ranges::find(field->value, 0)};
}

std::optional<uint64_t> number_of(const GpuForm& gpu, uint16_t type) {
    const OpaqueForm* field = field_of(gpu, type);
    if (field == nullptr) return {};
    return little_endian(field->value);
}

std::string driver_version(const GpuForm& gpu) {
    return is_switch(gpu) ? std::string() : text_of(gpu, opaque::driver_version);
}

std::string vbios_version(const GpuForm& gpu) {
    if (is_switch(gpu)) return text_of(gpu, opaque::vbios_version);
    const OpaqueForm* field = field_of(gpu, opaque::vbios_version);
    if (field == nullptr || field->value.size() != 8) return {};
    const Bytes& v = field->value;
    return fmt::format("{:02X}.{:02X}.{:02X}.{:02X}.{:02X}", v[3], v[2], v[1], v[0], v[4]);
}

std::optional<Identity> identity_of(const GpuForm& gpu) {
    // The first FWID, { hashAlg SHA-384, digest }; before it in DiceTcbInfo the svn, [3].
    static constexpr uint8_t kFwid[] = {0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
                                        0x03, 0x04, 0x02, 0x02, 0x04, 0x30};
    if (gpu.chain.empty()) return {};
    for (const Extension& one : gpu.chain.front().more) {
        const bool tcb = one.oid == kOidTcbInfo;
        if (!tcb && one.oid != kOidCompositeDeviceId) continue;
        const auto found = std::ranges::search(one.value, kFwid);
        if (found.empty()) return {};
        Identity identity{{found.end(), found.end() + 48}, {}};
        for (size_t at = one.value[1] < 0x80 ? 2 : 1 + one.value[1] % 128U + 1;
             tcb && at + 2 < one.value.size(); at += 2U + one.value[at + 1])
            if (one.value[at] == 0x83) identity.svn = one.value[at + 2];
        return identity;
    }
    return {};
}

std::span<const Fact> field_facts() {
    static constexpr Fact kFacts[] = {
        {"opaque fields are known", fields_are_known},
        {"opaque fields stand once", fields_stand_once},
        {"opaque fields have length and value", fields_have_a_value},
        {"opaque fields that are needed are there", needed_fields_are_there},
        {"opaque data is as large as it says", opaque_data_is_as_large_as_it_says},
        {"counts fit the measurements", counts_fit_the_measurements},
        {"certificates are of the model that the evidence says", certificates_are_of_the_model},
        {"leaves name their firmware", leaves_name_their_firmware},
        {"reports name their firmware", reports_name_their_firmware},
        {"reports are signed by the firmware that they name", firmware_is_the_same},
    };
    return kFacts;
}

}  // namespace assay::fuzz
