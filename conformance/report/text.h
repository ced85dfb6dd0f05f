// A run for people: the summary, and one case with its bytes explained.
#pragma once

#include <string>

#include "conformance/report/details.h"

namespace assay::report {

// Results by version (or group) and verdict; then failures, harness errors, warnings, loose passes and what
// the profile excuses, a line each with its remarks below, what says the same at several versions as one;
// what was blocked by the same cause; waivers that have expired; what was not applicable for the same reason;
// then the remarks on the run, and how to repeat it. It contains no control characters.
std::string summary(const engine::RunReport& report, const Details& details = {});

// Of that, failures and harness errors, and the line that says what it came to.
std::string short_summary(const engine::RunReport& report);

// Everything about one result: what was demanded and by which clause, what came, each message of the case
// with each byte's meaning and an arrow at the field that a finding names, and how to repeat it.
// Of very long cases the messages in the middle are left out, which is said.
std::string case_text(const engine::RunReport& report, const engine::CaseResult& result,
                      const Details& details = {});

}  // namespace assay::report
