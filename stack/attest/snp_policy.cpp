#include "stack/attest/snp_policy.h"

#include <limits>

#include "stack/attest/json_object.h"

namespace assay::attest {

namespace {

constexpr size_t kMeasurementSize = 48;
constexpr uint64_t kLevels = 4;

uint8_t component(JsonObject& object, std::string_view key) {
    const uint64_t value = object.number(key, 0);
    if (value > std::numeric_limits<uint8_t>::max()) object.refuse(key, "is more than 255");
    return static_cast<uint8_t>(value);
}

Result<Tcb> tcb_from(const nlohmann::json& json) {
    JsonObject object(json, "snp.tcb");
    Tcb tcb;
    tcb.fmc = component(object, "fmc");
    tcb.bootloader = component(object, "bootloader");
    tcb.tee = component(object, "tee");
    tcb.snp = component(object, "snp");
    tcb.microcode = component(object, "microcode");
    TRY(object.finish());
    return tcb;
}

}  // namespace

Result<SnpPolicy> SnpPolicy::from_json(const nlohmann::json& json) {
    JsonObject object(json, "snp");
    SnpPolicy policy;
    policy.allow_debug = object.flag("allow_debug", policy.allow_debug);
    policy.allow_migration = object.flag("allow_migration", policy.allow_migration);
    policy.allow_rollback = object.flag("allow_rollback", policy.allow_rollback);
    policy.chip_id_required = object.flag("chip_id_required", policy.chip_id_required);
    policy.platform_info_known = object.flag("platform_info_known", policy.platform_info_known);
    policy.tcb = TRY(tcb_from(object.object("tcb")));
    for (const nlohmann::json& level : object.array("vmpl")) {
        if (level.is_number_unsigned() && level.get<uint64_t>() < kLevels) {
            policy.vmpl.insert(level.get<uint32_t>());
        } else {
            object.refuse("vmpl", "holds something that is no privilege level");
        }
    }
    for (const std::string& text : object.texts("measurements")) {
        Result<Bytes> measurement = from_hex(text);
        if (measurement && measurement->size() == kMeasurementSize) {
            policy.measurements.push_back(*std::move(measurement));
        } else {
            object.refuse("measurements", "holds something that is not 48 bytes in hexadecimal");
        }
    }
    const uint64_t guest_svn = object.number("guest_svn", 0);
    if (guest_svn > std::numeric_limits<uint32_t>::max()) object.refuse("guest_svn", "is more than 32 bits");
    policy.guest_svn = static_cast<uint32_t>(guest_svn);
    TRY(object.finish());
    return policy;
}

}  // namespace assay::attest
