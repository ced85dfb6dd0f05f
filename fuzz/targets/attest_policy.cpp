#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(attest_policy)
