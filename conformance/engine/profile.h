// What is known beforehand of a target: expected failures, each with its reason and an end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stack/base/result.h"
#include "stack/wire/version.h"

namespace assay::engine {

// "*" stands for any run of characters, "?" for one.
bool matches(std::string_view glob, std::string_view text);

// A failure that is expected.
struct Waiver {
    std::string cases;                    // a glob over case ids
    std::vector<wire::Version> versions;  // empty: all
    std::string reason;
    std::string expires;  // the last day, "2027-01-31"; empty: never
};

// Read from JSON:
//   {"name": "...", "versions": ["1.2"], "roots": ["root.pem"],
//    "waivers": [{"case": "GLOB", "versions": ["1.2"], "reason": "...", "expires": "2027-01-31"}]}
// All keys but a waiver's "case" and "reason" may be left out; any other key is an error.
struct Profile {
    std::string name;
    std::vector<wire::Version> versions;  // to run; empty: all that the target has
    std::vector<std::string> roots;       // PEM or DER files
    std::vector<Waiver> waivers;

    // Errors: Errc::bad_text naming the key and what is wrong with it.
    static Result<Profile> parse(std::string_view json);

    // The waiver for a case on a day ("2026-11-23"); null when there is none or it has expired.
    const Waiver* waiver(std::string_view case_id, wire::Version version, std::string_view today) const;
    // Waivers that have expired by that day.
    std::vector<const Waiver*> expired(std::string_view today) const;
};

}  // namespace assay::engine
