// Inputs for the target of the encrypted transfer path.
#pragma once

#include "fuzz/common/seeds.h"

namespace assay::fuzz {

void write_transfer_seeds(const WriteSeed& write);

}  // namespace assay::fuzz
