#include "conformance/engine/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/engine/requirement_files.h"
#include "stack/base/ranges.h"

namespace assay::engine {

namespace {

using Json = nlohmann::json;

std::unexpected<Error> wrong(const std::string& where, std::string_view what) {
    return fail(Errc::bad_text, "profile", Error::npos, fmt::format("{}: {}", where, what));
}

Result<> known_keys(const Json& object, const std::string& where,
                    std::initializer_list<std::string_view> keys) {
    if (!object.is_object()) return wrong(where, "must be an object");
    for (const auto& [key, value] : object.items()) {
        if (std::ranges::find(keys, key) != keys.end()) continue;
        return wrong(where, fmt::format("there is no key \"{}\"; known are {}", key, fmt::join(keys, ", ")));
    }
    return {};
}

Result<std::string> text(const Json& object, const std::string& where, const char* key, bool required) {
    if (!object.contains(key)) {
        if (required) return wrong(where, fmt::format("\"{}\" is missing", key));
        return std::string();
    }
    if (!object[key].is_string()) return wrong(where, fmt::format("\"{}\" must be a string", key));
    return object[key].get<std::string>();
}

Result<std::vector<std::string>> texts(const Json& object, const std::string& where, const char* key) {
    std::vector<std::string> list;
    if (!object.contains(key)) return list;
    if (!object[key].is_array()) return wrong(where, fmt::format("\"{}\" must be a list of strings", key));
    for (const Json& item : object[key]) {
        if (!item.is_string()) return wrong(where, fmt::format("\"{}\" must be a list of strings", key));
        list.push_back(item.get<std::string>());
    }
    return list;
}

Result<std::vector<wire::Version>> versions(const Json& object, const std::string& where) {
    std::vector<wire::Version> list;
    for (const std::string& name : TRY(texts(object, where, "versions"))) {
        auto version = wire::version_from_name(name);
        if (!version) return wrong(where, fmt::format("\"{}\" is none of the versions 1.0 to 1.4", name));
        list.push_back(*version);
    }
    return list;
}

bool is_day(std::string_view day) {
    constexpr std::string_view kForm = "0000-00-00";
    if (day.size() != kForm.size()) return false;
    for (size_t i = 0; i < day.size(); ++i) {
        bool digit = day[i] >= '0' && day[i] <= '9';
        if (kForm[i] == '0' ? !digit : day[i] != kForm[i]) return false;
    }
    return true;
}

Result<Waiver> read_waiver(const Json& object, const std::string& where) {
    TRY(known_keys(object, where, {"case", "versions", "reason", "expires"}));
    Waiver waiver;
    waiver.cases = TRY(text(object, where, "case", true));
    waiver.reason = TRY(text(object, where, "reason", true));
    waiver.expires = TRY(text(object, where, "expires", false));
    waiver.versions = TRY(versions(object, where));
    if (waiver.reason.empty()) return wrong(where, "\"reason\" must say why");
    if (!waiver.expires.empty() && !is_day(waiver.expires))
        return wrong(where, "\"expires\" must be a day, as 2027-01-31");
    return waiver;
}

Result<wire::ErrorCode> error_code(const Json& object, const std::string& where, const char* key) {
    const std::string name = TRY(text(object, where, key, true));
    if (auto code = wire::error_from_name(name)) return *code;
    return wrong(where, fmt::format("\"{}\" is no error code, as UnexpectedRequest", name));
}

Result<OtherAnswer> read_answer(const Json& object, const std::string& where) {
    TRY(known_keys(object, where, {"requirement", "versions", "instead_of", "answer", "source"}));
    OtherAnswer other;
    other.requirements = TRY(text(object, where, "requirement", true));
    other.versions = TRY(versions(object, where));
    other.instead_of = TRY(error_code(object, where, "instead_of"));
    other.answer = TRY(error_code(object, where, "answer"));
    other.source = TRY(text(object, where, "source", true));
    if (other.source.empty()) return wrong(where, "\"source\" must say who asks for it");
    return other;
}

// The entries of a list that may be missing.
template <class T>
Result<std::vector<T>> entries(const Json& root, const char* key,
                               Result<T> (*read)(const Json& object, const std::string& where)) {
    std::vector<T> list;
    if (!root.contains(key)) return list;
    if (!root[key].is_array()) return wrong("profile", fmt::format("\"{}\" must be a list", key));
    for (const Json& item : root[key])
        list.push_back(TRY(read(item, fmt::format("{}[{}]", key, list.size()))));
    return list;
}

}  // namespace

bool matches(std::string_view glob, std::string_view text) {
    // Goes back to the last star when what follows it does not fit.
    size_t g = 0, t = 0, star = std::string_view::npos, from = 0;
    while (t < text.size()) {
        if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
            ++g, ++t;
        } else if (g < glob.size() && glob[g] == '*') {
            star = g++;
            from = t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*') ++g;
    return g == glob.size();
}

Result<Profile> Profile::parse(std::string_view json) {
    Json root = Json::parse(json, nullptr, false);
    if (root.is_discarded()) return wrong("profile", "is no JSON");
    TRY(known_keys(root, "profile", {"name", "versions", "roots", "waivers", "answers"}));
    Profile profile;
    profile.name = TRY(text(root, "profile", "name", false));
    profile.versions = TRY(assay::engine::versions(root, "profile"));
    profile.roots = TRY(texts(root, "profile", "roots"));
    profile.waivers = TRY(entries(root, "waivers", read_waiver));
    profile.answers = TRY(entries(root, "answers", read_answer));
    return profile;
}

const Waiver* Profile::waiver(std::string_view case_id, wire::Version version, std::string_view today) const {
    for (const Waiver& waiver : waivers) {
        bool in_time = waiver.expires.empty() || today <= waiver.expires;
        bool in_version = waiver.versions.empty() || contains(waiver.versions, version);
        if (in_time && in_version && matches(waiver.cases, case_id)) return &waiver;
    }
    return nullptr;
}

const OtherAnswer* Profile::other_answer(std::string_view requirement, wire::Version version,
                                         wire::ErrorCode code,
                                         std::span<const wire::ErrorCode> allowed) const {
    for (const OtherAnswer& other : answers) {
        bool in_version = other.versions.empty() || contains(other.versions, version);
        if (in_version && other.answer == code && contains(allowed, other.instead_of) &&
            matches(other.requirements, requirement))
            return &other;
    }
    return nullptr;
}

std::optional<std::string_view> Profile::built_in(std::string_view name) {
    for (const EmbeddedFile& file : profile_files()) {
        if (file.path == fmt::format("vectors/profiles/{}.json", name)) return file.text;
    }
    return std::nullopt;
}

std::vector<const Waiver*> Profile::expired(std::string_view today) const {
    std::vector<const Waiver*> list;
    for (const Waiver& waiver : waivers) {
        if (!waiver.expires.empty() && today > waiver.expires) list.push_back(&waiver);
    }
    return list;
}

}  // namespace assay::engine
