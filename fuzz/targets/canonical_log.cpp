#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(canonical_log)
