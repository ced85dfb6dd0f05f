// Seeds of device_program.
#pragma once

#include "fuzz/common/seeds.h"

namespace assay::fuzz {

void write_device_seeds(const WriteSeed& write);

}  // namespace assay::fuzz
