// What a case comes to.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "stack/base/result.h"

namespace assay::engine {

enum class Verdict : uint8_t {
    pass,
    loose_pass,      // the right refusal, with another code than the preferred one
    warning,         // against a "should", or a rule whose evidence is not strong enough for a failure
    not_applicable,  // the device does not claim what the case needs
    waived,          // a failure that the profile expects
    fail,
    unexpected_pass,  // the profile expects a failure that did not come
    blocked,          // a precondition failed; the finding names the case that shows why
    dead,             // no answer where one was due, or gone afterwards
    harness_error,    // a defect of this program
};
inline constexpr size_t kVerdictCount = 10;

// "loose pass" and so on.
std::string_view name(Verdict verdict);
// fail, unexpected_pass, dead.
bool is_failure(Verdict verdict);

// One observation that decides a verdict.
struct Finding {
    static constexpr size_t npos = static_cast<size_t>(-1);

    Verdict verdict = Verdict::fail;
    std::string requirement;  // an id of vectors/requirements, or empty
    std::string expected;
    std::string got;
    size_t exchange = npos;  // index into the case's exchanges
    std::string field;       // the path of the field it is about, if it is about one

    Finding() = default;
    // An error from the lab: dead when the target is gone; a defect of the harness when this program failed
    // (Errc::internal); blocked when a step that comes before what is judged was refused (Errc::refused) or
    // when the lab cannot take it (Errc::state, Errc::unsupported); else a failure: what the target sent
    // cannot be read.
    Finding(const Error& error);  // NOLINT(google-explicit-constructor): TRY passes the lab's errors on
    Finding(Verdict verdict, std::string requirement, std::string expected, std::string got)
        : verdict(verdict),
          requirement(std::move(requirement)),
          expected(std::move(expected)),
          got(std::move(got)) {}
};

// What a case returns: nothing, or the finding that ended it.
using CheckResult = std::expected<void, Finding>;

}  // namespace assay::engine
