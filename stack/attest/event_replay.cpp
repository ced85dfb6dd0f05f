#include "stack/attest/event_replay.h"

#include <algorithm>

#include "stack/evidence/log_records.h"
#include "stack/wire/decode.h"

namespace assay::attest {

namespace {

bool is_digest_of(const LogEvent& found, Bank bank, ByteView data) {
    const auto digest = found.digests.find(bank);
    return digest != found.digests.end() && equal(bank_digest(bank, data).view(), digest->second);
}

// Whether a verifier with a defect refuses what shim measures.
bool is_strange(const LogEvent& found, const FaultConfig& switches) {
    constexpr uint32_t kShimRegister = 14;
    if (found.index == kShimRegister) return switches.has(Defect::log_mok_list);
    if (found.type != event_type::variable_authority || !switches.has(Defect::log_sbat)) return false;
    const Result<UefiVariable> variable = parse_uefi_variable(found.data);
    return !variable || variable->name != "db";
}

}  // namespace

Registers replay(const EventLog& log, const FaultConfig& switches) {
    const uint8_t locality = switches.has(Defect::log_startup_locality) ? 0 : log.startup_locality;
    const bool launches = !switches.has(Defect::log_launch_registers);
    Registers values;
    for (Bank bank : {Bank::sha1, Bank::sha256, Bank::sha384, Bank::sha512}) {
        for (uint32_t index = 0; index < kRegisterCount; ++index) {
            const bool zeros = !launches && index != 0;
            values[{bank, index}] = zeros ? reset_value(bank, 1, 0) : reset_value(bank, index, locality);
        }
    }
    for (const LogEvent& found : log.events) {
        const bool extends = found.type != event_type::no_action || switches.has(Defect::log_no_action);
        if (!extends || found.index >= kRegisterCount) continue;
        for (const auto& [bank, digest] : found.digests) {
            crypto::Digest& value = values[{bank, found.index}];
            value = extended(bank, value, digest);
        }
    }
    return values;
}

bool digest_follows_from_data(uint32_t type) {
    switch (type) {
        case event_type::separator:
        case event_type::action:
        case event_type::omit_boot_device_events:
        case event_type::variable_driver_config:
        case event_type::variable_boot:
        case event_type::variable_boot2:
        case event_type::variable_authority:
        case event_type::gpt:
        case event_type::efi_action: return true;
        default: return false;
    }
}

bool is_digest_of_data(const LogEvent& found, Bank bank) { return is_digest_of(found, bank, found.data); }

bool digest_follows(const LogEvent& found, Bank bank, const FaultConfig& switches) {
    if (is_strange(found, switches)) return false;
    const bool strict = found.type == event_type::crtm_version && switches.has(Defect::log_crtm_version);
    if (!(strict || digest_follows_from_data(found.type)) || !found.digests.contains(bank)) return true;
    if (is_digest_of_data(found, bank)) return true;
    if (switches.has(Defect::log_value_digest)) return false;
    if (found.type == event_type::variable_boot || found.type == event_type::variable_driver_config) {
        const Result<UefiVariable> variable = parse_uefi_variable(found.data);
        return variable && is_digest_of(found, bank, variable->value);
    }
    return found.type == event_type::variable_authority && !found.data.empty() &&
           is_digest_of(found, bank, found.data.first(found.data.size() - 1));
}

Result<UefiVariable> parse_uefi_variable(ByteView data) {
    auto read = TRY(wire::decode<evidence::UefiVariableData>(data, {}));
    UefiVariable variable{.vendor = std::move(read.vendor), .name = {}, .value = std::move(read.value)};
    for (const uint16_t character : read.name) {
        const bool printable = character >= 0x20 && character < 0x7f;
        variable.name += printable ? static_cast<char>(character) : '?';
    }
    return variable;
}

}  // namespace assay::attest
