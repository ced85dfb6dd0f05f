// The form of a profile's file, described once: what reads it, what checks it and what writes a new one go by
// these tables, and vectors/schemas/profiles.schema.json says the same.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/engine/located_json.h"
#include "conformance/engine/profile.h"

namespace assay::engine {

// What the value of a key must be.
enum class ProfileValue : uint8_t {
    comment,      // a string or a list of strings, which nothing reads
    text,         // a string; not empty where the key is required
    day,          // "2027-01-31", a day of the calendar
    versions,     // a list of "1.0" to "1.4"
    cases,        // a glob over case ids
    requirement,  // a glob over requirement ids
    error_code,   // the name of an ErrorCode: "UnexpectedRequest"
    waivers,      // a list of objects with waiver_keys()
    answers,      // a list of objects with answer_keys()
};

struct ProfileKey {
    std::string_view name;
    ProfileValue value;
    bool required;
    std::string_view meaning;  // as help and schema have it
};

std::span<const ProfileKey> profile_keys();
std::span<const ProfileKey> waiver_keys();
std::span<const ProfileKey> answer_keys();

struct ProfileFault {
    Place place;
    std::string where;     // "profile", "waivers[0]"
    std::string what;      // "\"reason\" is missing"
    bool warning = false;  // the profile can be used all the same

    // "3:5: waivers[0]: \"reason\" is missing".
    std::string text() const;
};

// What a profile is checked against besides its form.
struct ProfileContext {
    std::vector<std::string> cases{};  // the ids that there are; empty: globs over them are not looked up
    std::string today{};               // "2026-11-23"; empty: no waiver has expired
};

struct CheckedProfile {
    Profile profile;                   // as far as it could be read
    std::vector<ProfileFault> faults;  // in the order of the text

    // Faults that are no warnings.
    size_t errors() const;
};

// Finds every fault of a profile. Errors are what parse() refuses: no JSON, a key or version or error code
// that is unknown, a value of another type, a key that is missing, a key or entry that is there twice, a day
// that is in no calendar, a glob that matches no case or no requirement. A waiver that has expired is a
// warning.
CheckedProfile check_profile(std::string_view json, const ProfileContext& context = {});

}  // namespace assay::engine
