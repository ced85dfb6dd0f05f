#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(record_open_real)
