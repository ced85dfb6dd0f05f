#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(snp_report)
