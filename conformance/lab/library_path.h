// The keys and channels of an encrypted path in a shared library (assay_dut.h), in this process.
#pragma once

#include "conformance/lab/shared_library.h"
#include "conformance/lab/transfer_dut.h"

namespace assay::lab {

// Errors: Errc::io when the library cannot be loaded, or has no assay_path_get(), or one of another version,
// or when create() refuses the options; each with one line for the user.
Result<std::unique_ptr<PathTarget>> library_path(const std::string& path, const std::string& options);

}  // namespace assay::lab
