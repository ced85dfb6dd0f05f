// A run for people: the summary, and one case with its bytes explained.
#pragma once

#include <string>

#include "conformance/report/details.h"

namespace assay::report {

// Results by version and verdict; then, one line each, failures, harness errors, warnings and loose passes,
// what the profile excuses, and what was blocked by the same cause; then how to repeat the run. It contains
// no control characters.
std::string summary(const engine::RunReport& report, const Details& details = {});

// Everything about one result: what was demanded and by which clause, what came, each message of the case
// with each byte's meaning and an arrow at the field that a finding names, and how to repeat it.
// Of very long cases the messages in the middle are left out, which is said.
std::string case_text(const engine::RunReport& report, const engine::CaseResult& result,
                      const Details& details = {});

}  // namespace assay::report
