// What is asked of a SEV-SNP report.
#pragma once

#include <optional>
#include <vector>

#include "stack/base/bytes.h"

namespace assay::attest {

struct SnpPolicy {
    bool allow_debug = false;
    bool allow_migration = false;
};

}  // namespace assay::attest
