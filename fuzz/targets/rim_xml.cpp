#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(rim_xml)
