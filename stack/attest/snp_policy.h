// What is asked of a SEV-SNP report.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "stack/base/bytes.h"

namespace assay::attest {

struct SnpPolicy {
    bool allow_debug = false;
    bool allow_migration = false;

    // Errors: Errc::bad_text naming the key.
    static Result<SnpPolicy> from_json(const nlohmann::json& json);
};

}  // namespace assay::attest
