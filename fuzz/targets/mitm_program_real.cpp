#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(mitm_program_real)
ASSAY_FUZZ_PROGRAM_IN(real_fixtures, 4)
