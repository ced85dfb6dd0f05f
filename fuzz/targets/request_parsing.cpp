#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(request_parsing)
