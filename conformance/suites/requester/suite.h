// The cases for requesters, and a run of them.
#pragma once

#include <span>

#include "conformance/engine/suite.h"
#include "conformance/suites/requester/case_context.h"

namespace assay::cases::requester {

std::span<const RequesterCase> requester_cases();
// The role.
engine::Suite suite();

// One honest run, to see whether there is a requester at all. Errors: Errc::io when it cannot be started or
// does not connect, with what it printed.
Result<> probe(Subject& subject, std::span<const wire::Version> versions);

// Runs the cases that options.selection selects at each of options.versions. A requester in this process that
// is asked for everything, all cases at all versions, is tried at one version with each fault.
engine::RunReport run(Subject& subject, const engine::Requirements& requirements,
                      const engine::RunOptions& options, const engine::RunControl& control = {});

// What the requester does with an honest responder: at each version and in each flow what it asks for, and
// how it ends, a line each.
std::string scan(Subject& subject, std::span<const wire::Version> versions);

}  // namespace assay::cases::requester
