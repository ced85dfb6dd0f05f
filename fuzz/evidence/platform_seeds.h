// Seeds of the targets that read the CPU's evidence: genuine ones, and each way of being wrong that the
// parsers see.
#pragma once

#include "fuzz/common/seeds.h"

namespace assay::fuzz {

void write_platform_seeds(const WriteSeed& write);

}  // namespace assay::fuzz
