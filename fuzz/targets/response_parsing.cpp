#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(response_parsing)
