#include "stack/attest/tpm_policy.h"

#include <fmt/format.h>

#include "stack/attest/boot_state.h"
#include "stack/attest/json_object.h"

namespace assay::attest {

namespace {

std::vector<Bytes> digests(JsonObject& object, std::string_view key) {
    std::vector<Bytes> all;
    for (const std::string& text : object.texts(key)) {
        Result<Bytes> digest = from_hex(text);
        if (digest && !digest->empty()) {
            all.push_back(*std::move(digest));
        } else {
            object.refuse(key, "holds something that is no digest in hexadecimal");
        }
    }
    return all;
}

std::vector<std::map<uint32_t, Bytes>> system_values(JsonObject& object) {
    constexpr std::string_view kKey = "systems";
    std::vector<std::map<uint32_t, Bytes>> all;
    for (const nlohmann::json& element : object.array(kKey)) {
        std::map<uint32_t, Bytes> system;
        if (!element.is_object() || element.empty()) object.refuse(kKey, "holds something without registers");
        for (const auto& [key, value] : element.items()) {
            const auto index = register_index(key);
            const Result<Bytes> digest = from_hex(value.is_string() ? value.get<std::string>() : "-");
            if (!index || !digest || digest->empty()) {
                object.refuse(kKey, fmt::format("has a register {} that is none, or no digest of it", key));
                continue;
            }
            system[*index] = *digest;
        }
        all.push_back(std::move(system));
    }
    return all;
}

std::set<uint32_t> register_list(JsonObject& object, std::string_view key,
                                 std::set<uint32_t> otherwise = {}) {
    if (!object.has(key)) return otherwise;
    std::set<uint32_t> all;
    for (const nlohmann::json& index : object.array(key)) {
        if (index.is_number_unsigned() && index.get<uint64_t>() < kRegisterCount) {
            all.insert(index.get<uint32_t>());
        } else {
            object.refuse(key, "holds something that is no register");
        }
    }
    return all;
}

}  // namespace

std::set<uint32_t> TpmPolicy::needed() const {
    std::set<uint32_t> all = registers;
    if (secure_boot) all.insert(kSecureBootRegister);
    if (!boot_loaders.empty()) all.insert(kLoaderRegister);
    if (!firmware.empty()) all.insert(kFirmwareRegister);
    for (const auto& system : systems) {
        for (const auto& [index, ignored] : system) all.insert(index);
    }
    return all;
}

std::set<uint32_t> TpmPolicy::needs_explanation() const {
    std::set<uint32_t> all = explained;
    if (secure_boot) all.insert(kSecureBootRegister);
    if (!boot_loaders.empty()) all.insert(kLoaderRegister);
    return all;
}

Result<TpmPolicy> TpmPolicy::from_json(const nlohmann::json& json) {
    JsonObject object(json, "tpm");
    TpmPolicy policy;
    policy.registers = register_list(object, "registers");
    policy.explained = register_list(object, "explained", policy.explained);
    policy.secure_boot = object.flag("secure_boot", policy.secure_boot);
    policy.boot_loaders = digests(object, "boot_loaders");
    policy.firmware = digests(object, "firmware");
    policy.systems = system_values(object);
    TRY(object.finish());
    return policy;
}

}  // namespace assay::attest
