#include "stack/attest/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "stack/attest/json_object.h"

namespace assay::attest {

namespace {

using nlohmann::json;

constexpr std::string_view kKinds[] = {"gpu", "tpm", "snp"};
constexpr std::string_view kModes[] = {"spt", "mpt", "ppcie", "devtools"};
constexpr uint64_t kMostAge = 10ULL * 366 * 24 * 3600;  // in seconds
constexpr std::string_view kRevocable[] = {"device", "rim", "tpm", "amd"};

// A list of names of an enumeration.
template <class Enum, size_t N>
std::set<Enum> names_of(JsonObject& object, std::string_view key, const std::string_view (&names)[N],
                        std::set<Enum> otherwise = {}) {
    if (!object.has(key)) return otherwise;
    std::set<Enum> found;
    for (const std::string& text : object.texts(key)) {
        const auto* at = std::ranges::find(names, text);
        if (at == std::end(names)) {
            object.refuse(key,
                          fmt::format("holds \"{}\", which is none of {}", text, fmt::join(names, ", ")));
        } else {
            found.insert(static_cast<Enum>(at - names));
        }
    }
    return found;
}

std::set<std::string> set_of(JsonObject& object, std::string_view key) {
    std::vector<std::string> texts = object.texts(key);
    return {texts.begin(), texts.end()};
}

std::string floor_of(JsonObject& object, std::string_view key, int base) {
    std::string version = object.text(key);
    if (object.has(key) && !compare_versions(version, version, base)) object.refuse(key, "is no version");
    return version;
}

Result<OcspPolicy> ocsp_of(const json& value) {
    JsonObject object(value, "ocsp");
    OcspPolicy ocsp;
    ocsp.require = names_of<Revocable>(object, "require", kRevocable);
    ocsp.nonce = static_cast<OcspPolicy::Nonce>(
        object.choice("nonce", {"ignored", "matched", "required"}, static_cast<size_t>(ocsp.nonce)));
    ocsp.next_update_required = object.flag("next_update_required", ocsp.next_update_required);
    if (object.has("max_age")) {
        const uint64_t seconds = object.number("max_age", 0);
        if (seconds > kMostAge) object.refuse("max_age", "is more than ten years");
        ocsp.max_age = std::chrono::seconds(std::min(seconds, kMostAge));
    }
    ocsp.allow_hold = object.flag("allow_hold", ocsp.allow_hold);
    TRY(object.finish());
    return ocsp;
}

Result<> read_floors(Policy& policy, const json& value) {
    JsonObject object(value, "floors");
    if (object.has("spdm_version")) {
        policy.spdm_version = wire::version_from_name(object.text("spdm_version"));
        if (!policy.spdm_version) object.refuse("spdm_version", "is none of 1.0 to 1.4");
    }
    policy.driver_version = floor_of(object, "driver_version", 10);
    policy.vbios_version = floor_of(object, "vbios_version", 16);
    policy.switch_version = floor_of(object, "switch_version", 16);
    policy.rim_revision = floor_of(object, "rim_revision", 10);
    if (object.has("svn")) policy.svn = object.number("svn", 0);
    return object.finish();
}

Result<> read_denied(Policy& policy, const json& value) {
    JsonObject object(value, "denied");
    policy.denied_drivers = set_of(object, "driver");
    policy.denied_vbios = set_of(object, "vbios");
    policy.denied_fwids = set_of(object, "fwid");
    policy.denied_rims = set_of(object, "rim");
    return object.finish();
}

// The next number in `text` from `at` on. nullopt: there is none; an error: it is too large.
Result<std::optional<uint64_t>> next_number(std::string_view text, size_t& at, int base) {
    const auto digit = [base](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return base == 16 ? std::isxdigit(byte) != 0 : std::isdigit(byte) != 0;
    };
    while (at < text.size() && !digit(text[at])) ++at;
    if (at == text.size()) return std::nullopt;
    uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + at, end, value, base);
    if (error != std::errc()) return fail(Errc::out_of_range, "version");
    at = static_cast<size_t>(stop - text.data());
    return value;
}

Result<std::vector<uint64_t>> numbers(std::string_view text, int base) {
    std::vector<uint64_t> all;
    for (size_t at = 0;;) {
        const std::optional<uint64_t> number = TRY(next_number(text, at, base));
        if (!number) return all;
        all.push_back(*number);
    }
}

}  // namespace

std::string_view name(EvidenceKind kind) { return kKinds[static_cast<size_t>(kind)]; }
std::string_view name(GpuMode mode) { return kModes[static_cast<size_t>(mode)]; }

std::optional<int> compare_versions(std::string_view one, std::string_view other, int base) {
    auto left = numbers(one, base);
    auto right = numbers(other, base);
    if (!left || !right || left->empty() || right->empty()) return {};
    const size_t size = std::max(left->size(), right->size());
    left->resize(size);
    right->resize(size);
    const auto order = *left <=> *right;
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

Result<Policy> Policy::parse(std::string_view text) { return from_json(TRY(parse_json(text))); }

Result<Policy> Policy::from_json(const nlohmann::json& json) {
    JsonObject object(json, {});
    Policy policy;
    policy.require = names_of<EvidenceKind>(object, "require", kKinds);
    policy.composite = object.flag("composite", false);
    policy.modes = names_of<GpuMode>(object, "modes", kModes, policy.modes);
    policy.ppcie_topology = object.flag("ppcie_topology", policy.ppcie_topology);
    policy.report_padding = object.flag("report_padding", policy.report_padding);
    policy.fwid_required = object.flag("fwid_required", policy.fwid_required);
    policy.allow_expired_rims = object.flag("allow_expired_rims", policy.allow_expired_rims);
    for (const auto& [claim, allowed] : object.object("claims").items())
        policy.claims[claim] =
            allowed.is_array() ? allowed.get<std::vector<nlohmann::json>>() : std::vector{allowed};
    const nlohmann::json& floors = object.object("floors");
    const nlohmann::json& denied = object.object("denied");
    const nlohmann::json& ocsp = object.object("ocsp");
    const bool tpm = object.has("tpm");
    const bool snp = object.has("snp");
    TRY(object.finish());
    TRY(read_floors(policy, floors));
    TRY(read_denied(policy, denied));
    policy.ocsp = TRY(ocsp_of(ocsp));
    if (tpm) policy.tpm = TRY(TpmPolicy::from_json(object.value("tpm")));
    if (snp) policy.snp = TRY(SnpPolicy::from_json(object.value("snp")));
    return policy;
}

}  // namespace assay::attest
