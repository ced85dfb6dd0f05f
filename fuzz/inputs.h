// The inputs that are kept in a folder, such as corpora/seeds/NAME.
#pragma once

#include <filesystem>
#include <vector>

#include "stack/base/bytes.h"

namespace assay::fuzz {

// Each file of the folder, in the order of their names; nothing where there is no folder. One that
// cannot be read, or is larger than 64 MiB, is left out.
std::vector<Bytes> read_inputs(const std::filesystem::path& folder);

}  // namespace assay::fuzz
