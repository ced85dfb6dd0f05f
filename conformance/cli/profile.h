// Profiles that the user names.
#pragma once

#include <string>

#include "conformance/engine/profile_format.h"

namespace assay::cli {

struct Role;

// A profile, from a file or by the name of a built-in one, with what is wrong in it. Its globs must match
// cases of `role`, or of any role where it is null. Errors: Errc::bad_text when the file cannot be read.
Result<engine::CheckedProfile> checked_profile(const std::string& path, const Role* role = nullptr);

// The same for a run: an empty one without a path. Errors: also of a profile that cannot be used, with file,
// line and column of its first error.
Result<engine::Profile> read_profile(const std::string& path);

}  // namespace assay::cli
