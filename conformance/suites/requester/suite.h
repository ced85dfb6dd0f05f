// The cases for requesters, and a run of them.
#pragma once

#include <span>

#include "conformance/engine/suite.h"
#include "conformance/suites/requester/case_context.h"

namespace assay::cases::requester {

std::span<const RequesterCase> requester_cases();
// The role.
engine::Suite suite();

// Runs the cases that options.filter selects at each of options.versions.
engine::RunReport run(lab::RequesterDut& dut, const ResponderOptions& responder,
                      const engine::Requirements& requirements, const engine::RunOptions& options,
                      const engine::SuiteProgress& progress = {});

// One honest run, to see whether there is a requester at all. Errors: Errc::io when it cannot be started or
// does not connect, with what it printed.
Result<> probe(lab::RequesterDut& dut, const ResponderOptions& responder,
               std::span<const wire::Version> versions);

// What the requester does with an honest responder at one version: for each flow how far it goes and how it
// ends, a line each.
std::string scan(Subject& subject, wire::Version version);

}  // namespace assay::cases::requester
