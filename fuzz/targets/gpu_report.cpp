#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(gpu_report)
