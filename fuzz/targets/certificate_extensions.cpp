#include "fuzz/targets/entry.h"

ASSAY_FUZZ_ENTRY(certificate_extensions)
