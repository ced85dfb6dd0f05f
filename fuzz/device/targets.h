// What each target of this folder does with an input: see fuzz/spdm/targets.h. Its programs have the form,
// and so the mutator, of those of the transfer path.
#pragma once

#include "fuzz/transfer/targets.h"

namespace assay::fuzz {

// A machine of guest, bus and GPU from power-on to the end: see program.cpp.
void device_program(ByteView input);

}  // namespace assay::fuzz
