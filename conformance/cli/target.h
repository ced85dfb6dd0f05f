// The device that the user names.
#pragma once

#include "conformance/cli/commands.h"
#include "conformance/lab/reference.h"

namespace assay::cli {

// Opens it. Errors: Errc::bad_text for a URI that is none, Errc::io when it cannot be reached.
Result<std::unique_ptr<lab::Dut>> open_target(const TargetOptions& options,
                                              const lab::ReferenceOptions& reference);

// "2026-11-23", today.
std::string today();
crypto::UnixTime now();

}  // namespace assay::cli
