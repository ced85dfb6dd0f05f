#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(framing_doe)
