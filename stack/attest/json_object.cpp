#include "stack/attest/json_object.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::attest {

namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;

const json kNull;
const json kNoObject = json::object();
const json kNoArray = json::array();

std::unexpected<Error> wrong(std::string why) {
    return fail(Errc::bad_text, "JSON", Error::npos, std::move(why));
}

}  // namespace

Result<json> parse_json(std::string_view text) {
    std::vector<std::set<std::string>> keys;
    std::string fault;
    const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
        if (depth > kMaxDepth) fault = "it is nested too deep";
        if (event == json::parse_event_t::object_start) keys.emplace_back();
        if (event == json::parse_event_t::object_end) keys.pop_back();
        if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second &&
            fault.empty()) {
            fault = fmt::format("key \"{}\" stands twice", parsed.get_ref<const std::string&>());
        }
        return true;
    };
    json read = json::parse(text, watch, false);
    if (read.is_discarded()) return wrong("this is no JSON");
    if (!fault.empty()) return wrong(std::move(fault));
    return read;
}

JsonObject::JsonObject(const json& json, std::string where) : json_(&json), where_(std::move(where)) {
    if (json.is_object()) return;
    error_ = fmt::format("{} is no object", where_.empty() ? "this" : where_);
    json_ = &kNoObject;
}

std::string JsonObject::path(std::string_view key) const {
    return where_.empty() ? std::string(key) : fmt::format("{}.{}", where_, key);
}

void JsonObject::refuse(std::string_view key, std::string_view why) {
    if (error_.empty()) error_ = fmt::format("{} {}", path(key), why);
}

const json* JsonObject::find(std::string_view key) {
    asked_.emplace(key);
    const auto found = json_->find(key);
    return found == json_->end() ? nullptr : &*found;
}

bool JsonObject::has(std::string_view key) { return find(key) != nullptr; }

const json& JsonObject::value(std::string_view key) {
    const json* found = find(key);
    return found == nullptr ? kNull : *found;
}

std::string JsonObject::text(std::string_view key, std::string otherwise) {
    const json* found = find(key);
    if (found == nullptr) return otherwise;
    if (found->is_string()) return found->get<std::string>();
    refuse(key, "is no text");
    return otherwise;
}

bool JsonObject::flag(std::string_view key, bool otherwise) {
    const json* found = find(key);
    if (found == nullptr) return otherwise;
    if (found->is_boolean()) return found->get<bool>();
    refuse(key, "is neither true nor false");
    return otherwise;
}

uint64_t JsonObject::number(std::string_view key, uint64_t otherwise) {
    const json* found = find(key);
    if (found == nullptr) return otherwise;
    if (found->is_number_unsigned()) return found->get<uint64_t>();
    refuse(key, "is no whole number");
    return otherwise;
}

std::vector<std::string> JsonObject::texts(std::string_view key) {
    std::vector<std::string> all;
    for (const json& element : array(key)) {
        if (element.is_string()) {
            all.push_back(element.get<std::string>());
        } else {
            refuse(key, "holds something that is no text");
        }
    }
    return all;
}

const json& JsonObject::object(std::string_view key) {
    const json* found = find(key);
    if (found != nullptr && found->is_object()) return *found;
    if (found != nullptr) refuse(key, "is no object");
    return kNoObject;
}

const json& JsonObject::array(std::string_view key) {
    const json* found = find(key);
    if (found != nullptr && found->is_array()) return *found;
    if (found != nullptr) refuse(key, "is no list");
    return kNoArray;
}

size_t JsonObject::choice(std::string_view key, std::initializer_list<std::string_view> names,
                          size_t otherwise) {
    if (!has(key)) return otherwise;
    const auto* found = std::ranges::find(names, text(key));
    if (found != names.end()) return static_cast<size_t>(found - names.begin());
    refuse(key, fmt::format("is none of {}", fmt::join(names, ", ")));
    return otherwise;
}

Result<> JsonObject::finish() const {
    if (!error_.empty()) return wrong(error_);
    for (const auto& [key, ignored] : json_->items()) {
        if (!asked_.contains(key)) return wrong(fmt::format("{} is not known", path(key)));
    }
    return {};
}

}  // namespace assay::attest
