// JSON that a person wrote, with the place of each value: what is wrong in it can be said by line and column.
#pragma once

#include <expected>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace assay::engine {

// In a text, from 1. A column is a character of UTF-8, and a tab is one.
struct Place {
    size_t line = 1;
    size_t column = 1;
    auto operator<=>(const Place&) const = default;
};

struct TextFault {
    Place place;
    std::string what;
};

// A value is named by its JSON pointer: "" the whole, "/waivers/0/case".
struct LocatedJson {
    nlohmann::json value;                 // of a key that occurs twice, the last
    std::map<std::string, Place> values;  // where each value begins
    std::map<std::string, Place> keys;    // where the key of each member begins, in its quotes
    std::vector<TextFault> repeated;      // keys that their object had before

    // Where a member's key is, or an element begins; that of the whole when there is no such value.
    Place at(const std::string& pointer) const;
};

// Lists and objects inside each other.
inline constexpr size_t kMostNested = 16;

// Fails with the first place that is no JSON, or where lists and objects are nested deeper than kMostNested.
std::expected<LocatedJson, TextFault> parse_located(std::string_view text);

}  // namespace assay::engine
