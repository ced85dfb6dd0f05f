// What each target of this folder does with an input: see fuzz/spdm/targets.h.
#pragma once

#include "fuzz/common/mutate.h"

namespace assay::fuzz {

// Two ends of the encrypted transfer path and a hostile memory between them: see program.cpp.
void transfer_program(ByteView input);
void transfer_program_real(ByteView input);

extern const Mutator kTransferMutator;

}  // namespace assay::fuzz
