#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(device_program)
ASSAY_FUZZ_TRANSFERS
