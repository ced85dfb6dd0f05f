// What is asked of a virtual TPM's quote and of the boot that it speaks of.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "stack/base/bytes.h"

namespace assay::attest {

struct TpmPolicy {
    std::vector<uint8_t> registers;  // that the quote must select
    bool secure_boot = true;

    // Errors: Errc::bad_text naming the key.
    static Result<TpmPolicy> from_json(const nlohmann::json& json);
};

}  // namespace assay::attest
