// What the report of a verifier says for people: of each bundle, and of all.
#pragma once

#include <span>

#include "conformance/suites/verifier/suite.h"

namespace assay::cases::verifier {

// The commands that write a bundle and show it to the verifier of that name again.
std::string repeat(const std::string& verifier, uint64_t seed, const Bundle& bundle);

// What was wrong with the evidence and where, who demands that it is refused, and what the verifier said: a
// line each.
std::vector<std::string> remarks_on(const Outcome& outcome, const std::string& repeat);

// What the verifier missed altogether, and how much that is, as paragraphs.
std::vector<std::string> remarks_on(std::span<const engine::CaseResult> results);

}  // namespace assay::cases::verifier
