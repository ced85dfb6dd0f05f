// What `assay --version` says.
#pragma once

#include <string>

namespace assay::cli {

// The version and the commit, the compiler and OpenSSL, and the formats of what the program writes: a line
// each.
std::string version_text();

}  // namespace assay::cli
