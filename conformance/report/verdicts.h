// The report of a verifier that was run on the bundles.
#pragma once

#include "conformance/suites/verifier/suite.h"

namespace assay::report {

// For people: a table by group, each failure with what was wrong with the evidence and where, the commands
// that show it again, and what the verifier missed altogether.
std::string to_text(const cases::verifier::SuiteReport& report);
// {tool, format, verifier, seed, strict, exit_code, counts: {VERDICT: n}, results: [{id, title, group, shape,
// expected, check, file, field, source, dispute, answer, verdict, reason, words, repeat}]}.
std::string to_json(const cases::verifier::SuiteReport& report);
std::string to_junit(const cases::verifier::SuiteReport& report);

// The commands that write a bundle and show it to the verifier again.
std::string repeat(const cases::verifier::SuiteReport& report, const cases::verifier::Bundle& bundle);

}  // namespace assay::report
