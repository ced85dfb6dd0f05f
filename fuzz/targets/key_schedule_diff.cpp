#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(key_schedule_diff)
