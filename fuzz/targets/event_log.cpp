#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(event_log)
