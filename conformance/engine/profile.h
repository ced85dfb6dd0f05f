// What is known beforehand of a target: expected failures, each with its reason and an end, and answers that
// another specification asks of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stack/base/result.h"
#include "stack/wire/codes.h"
#include "stack/wire/version.h"

namespace assay::engine {

// "*" stands for any run of characters, "?" for one.
bool matches(std::string_view glob, std::string_view text);

// A failure that is expected.
struct Waiver {
    std::string cases;                    // a glob over case ids
    std::vector<wire::Version> versions;  // empty: all
    std::string reason;
    std::string expires;  // the last day, "2027-01-31"
};

// An error code that another specification asks for where DSP0274 would have its own.
struct OtherAnswer {
    std::string requirements;             // a glob over requirement ids
    std::vector<wire::Version> versions;  // empty: all
    wire::ErrorCode instead_of = wire::ErrorCode::unexpected_request;
    wire::ErrorCode answer = wire::ErrorCode::request_resynch;
    std::string source;  // document and section
};

// The keys of its JSON are those of profile_format.h.
struct Profile {
    std::string name;
    std::vector<wire::Version> versions;  // to run; empty: all that the target has
    std::vector<Waiver> waivers;
    std::vector<OtherAnswer> answers;

    // Errors: Errc::bad_text with line, column, key and what is wrong with it: the first error of
    // check_profile(), without a look at the cases that there are.
    static Result<Profile> parse(std::string_view json);
    // The text of a profile of vectors/profiles, by its name ("ocp"); nullopt when there is none.
    static std::optional<std::string_view> built_in(std::string_view name);

    // The waiver for a case on a day ("2026-11-23"); null when there is none or it has expired.
    const Waiver* waiver(std::string_view case_id, wire::Version version, std::string_view today) const;
    // The row that allows an error code where one of `allowed` is due; null when there is none.
    const OtherAnswer* other_answer(std::string_view requirement, wire::Version version, wire::ErrorCode code,
                                    std::span<const wire::ErrorCode> allowed) const;
    // Waivers that have expired by that day.
    std::vector<const Waiver*> expired(std::string_view today) const;
};

}  // namespace assay::engine
