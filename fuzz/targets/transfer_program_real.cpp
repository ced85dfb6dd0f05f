#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(transfer_program_real)
ASSAY_FUZZ_TRANSFERS
