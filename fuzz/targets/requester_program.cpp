#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(requester_program)
ASSAY_FUZZ_PROGRAM(1)
