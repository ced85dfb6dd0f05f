#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(verifier_program)
ASSAY_FUZZ_VERIFIERS
