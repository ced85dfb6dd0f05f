#include "stack/attest/json_object.h"
#include "stack/attest/snp_policy.h"
#include "stack/attest/tpm_policy.h"

namespace assay::attest {

Result<TpmPolicy> TpmPolicy::from_json(const nlohmann::json& json) {
    JsonObject object(json, "tpm");
    TpmPolicy policy;
    policy.secure_boot = object.flag("secure_boot", policy.secure_boot);
    TRY(object.finish());
    return policy;
}

Result<SnpPolicy> SnpPolicy::from_json(const nlohmann::json& json) {
    JsonObject object(json, "snp");
    SnpPolicy policy;
    policy.allow_debug = object.flag("allow_debug", policy.allow_debug);
    policy.allow_migration = object.flag("allow_migration", policy.allow_migration);
    TRY(object.finish());
    return policy;
}

}  // namespace assay::attest
