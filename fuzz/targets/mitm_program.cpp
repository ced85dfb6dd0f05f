#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(mitm_program)
ASSAY_FUZZ_PROGRAM(4)
