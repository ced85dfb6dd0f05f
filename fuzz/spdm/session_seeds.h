// Inputs for the targets that know sessions.
#pragma once

#include "fuzz/common/seeds.h"

namespace assay::fuzz {

void write_session_seeds(const WriteSeed& write);

}  // namespace assay::fuzz
