#include "stack/attest/tpm_policy.h"

#include <fmt/format.h>

#include <charconv>

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

std::optional<uint32_t> register_index(std::string_view text) {
    uint32_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || end != text.data() + text.size() || index >= kRegisterCount)
        return std::nullopt;
    return index;
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

Result<TpmPolicy> TpmPolicy::from_json(const nlohmann::json& json) {
    JsonObject object(json, "tpm");
    TpmPolicy policy;
    for (const nlohmann::json& index : object.array("registers")) {
        if (index.is_number_unsigned() && index.get<uint64_t>() < kRegisterCount) {
            policy.registers.insert(index.get<uint32_t>());
        } else {
            object.refuse("registers", "holds something that is no register");
        }
    }
    policy.secure_boot = object.flag("secure_boot", policy.secure_boot);
    policy.boot_loaders = digests(object, "boot_loaders");
    policy.firmware = digests(object, "firmware");
    policy.systems = system_values(object);
    TRY(object.finish());
    return policy;
}

}  // namespace assay::attest
