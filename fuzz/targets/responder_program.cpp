#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(responder_program)
ASSAY_FUZZ_PROGRAM(1)
