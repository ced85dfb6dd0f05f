#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(session_program)
ASSAY_FUZZ_SESSIONS(fixtures)
