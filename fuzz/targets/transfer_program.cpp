#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(transfer_program)
ASSAY_FUZZ_TRANSFERS
