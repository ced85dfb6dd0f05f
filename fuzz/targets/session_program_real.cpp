#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(session_program_real)
ASSAY_FUZZ_SESSIONS(real_fixtures)
