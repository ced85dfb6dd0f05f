#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(opaque_data)
