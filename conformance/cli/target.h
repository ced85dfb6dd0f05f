// The device that the user names.
#pragma once

#include "conformance/cli/commands.h"
#include "conformance/lab/reference.h"

namespace assay::cli {

// Opens it; `reference` is what the built-in one is like, but for its binding. Errors: Errc::bad_text for a
// URI that is none, Errc::io when it cannot be reached.
Result<std::unique_ptr<lab::Dut>> open_target(const TargetOptions& options, lab::ReferenceOptions reference);

// Resets a target that is gone, if the user said how, and waits for it. It may be back already, for another
// connection. False: it does not come.
bool revive(lab::Lab& lab, const ReviveOptions& options);

// "2026-11-23", today.
std::string today();
crypto::UnixTime now();

}  // namespace assay::cli
