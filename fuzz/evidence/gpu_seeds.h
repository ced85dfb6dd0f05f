// Seeds of the targets that read the GPU's evidence: a genuine machine's, and some ways of being wrong.
#pragma once

#include "fuzz/common/seeds.h"

namespace assay::fuzz {

void write_gpu_seeds(const WriteSeed& write);

}  // namespace assay::fuzz
