#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(tpm_quote)
