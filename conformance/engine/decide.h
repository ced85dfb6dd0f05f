// From what a case found to the verdict of a run: how much a rule weighs, and what the profile expects.
#pragma once

#include "conformance/engine/runner.h"

namespace assay::engine {

// Fills in verdict, reason and findings. A rule that is weak in itself or weakly known gives a warning that
// says why, unless it is a must that serves the threat model; notes make a pass a loose one; a waiver of the
// profile comes last.
void decide(CaseResult& result, const CheckResult& judgement, std::span<const Finding> notes,
            const Requirements& requirements, const RunOptions& options);

// A failure or warning that the profile expects that day is waived; a pass where it expects one is
// unexpected. A role without versions has nullopt.
void apply_profile(std::string_view id, std::optional<wire::Version> version, const RunOptions& options,
                   Verdict& verdict, std::string& reason);

}  // namespace assay::engine
