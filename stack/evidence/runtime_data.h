// Runtime data of a guest on Azure: JSON that names keys of the virtual TPM, and for which the processor
// vouches.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "stack/evidence/keys.h"

namespace assay::evidence {

struct RuntimeDataForm {
    // By the "kid" that each has; all of RSA with 2048 bits.
    std::vector<std::pair<std::string, KeyName>> keys;
    std::function<void(nlohmann::ordered_json&)> edit;
    std::function<void(Bytes&)> edit_after;  // on the file
};
Bytes make(const RuntimeDataForm& form);

// With that attestation key ("HCLAkPub") and an encryption key of its own ("HCLEkPub").
RuntimeDataForm runtime_data(const KeyName& attestation_key);

}  // namespace assay::evidence
