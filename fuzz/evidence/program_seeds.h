// Seeds of verifier_program.
#pragma once

#include "fuzz/common/seeds.h"

namespace assay::fuzz {

void write_verifier_seeds(const WriteSeed& write);

}  // namespace assay::fuzz
