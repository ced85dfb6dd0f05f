#include "stack/attest/boot_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "stack/attest/event_replay.h"

namespace assay::attest {

namespace {

// EFI_GLOBAL_VARIABLE, 8be4df61-93ca-11d2-aa0d-00e098032b8c.
constexpr std::array<uint8_t, 16> kGlobalVariable = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
                                                     0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
constexpr std::array<uint8_t, 4> kZeros = {0, 0, 0, 0};
constexpr std::array<uint8_t, 4> kOnes = {0xff, 0xff, 0xff, 0xff};
// What the firmware measures instead when it failed.
constexpr std::array<uint8_t, 4> kError = {1, 0, 0, 0};

std::vector<const LogEvent*> measured_into(const EventLog& log, uint32_t index) {
    std::vector<const LogEvent*> events;
    for (const LogEvent& found : log.events) {
        if (found.index == index && found.type != event_type::no_action) events.push_back(&found);
    }
    return events;
}

// The digests of separators, computed once a log.
class Separators {
   public:
    explicit Separators(Bank bank) : bank_(bank) {
        for (ByteView data : {ByteView(kZeros), ByteView(kOnes), ByteView(kError)})
            digests_.push_back(bank_digest(bank, data));
    }
    bool is_one(const LogEvent& found) const {
        const auto digest = found.digests.find(bank_);
        if (found.type == event_type::separator || digest == found.digests.end()) return true;
        return std::ranges::any_of(digests_,
                                   [&](const auto& one) { return equal(one.view(), digest->second); });
    }

   private:
    Bank bank_;
    std::vector<crypto::Digest> digests_;
};

bool is_boot_loader(uint32_t type) {
    return type == event_type::ipl || type == event_type::ipl_partition_data;
}

bool is_firmware(uint32_t type) {
    switch (type) {
        case event_type::crtm_contents:
        case event_type::crtm_version:
        case event_type::platform_firmware_blob:
        case event_type::platform_firmware_blob2:
        case event_type::hcrtm: return true;
        default: return false;
    }
}

bool may_follow(const LogEvent& found, const FaultConfig& switches) {
    const bool open = !switches.has(Defect::log_closed_registers);
    switch (found.index) {
        case kFirmwareRegister: return open && !is_firmware(found.type) && !is_boot_loader(found.type);
        case 4:
        case 5: return true;
        case kSecureBootRegister: return found.type != event_type::variable_driver_config;
        default: return open && !is_boot_loader(found.type);
    }
}

// Whether nothing but a separator has four bytes in this register.
bool tells_by_digest(uint32_t index, const FaultConfig& switches) {
    const bool here = index == kLoaderRegister || index == kSecureBootRegister;
    return here ? !switches.has(Defect::log_separator_by_type) : switches.has(Defect::log_error_by_digest);
}

bool is_text(ByteView data) {
    return !data.empty() &&
           std::ranges::all_of(data, [](uint8_t byte) { return byte >= 0x20 && byte < 0x7f; });
}

// Where the separator of one register is not as it should be, but for that there is none.
struct Separation {
    bool there = false;
    std::optional<LogFault> fault{};
};

std::string printable(ByteView utf16) {
    std::string text;
    for (size_t i = 0; i + 1 < utf16.size(); i += 2) {
        if (utf16[i] == 0 && utf16[i + 1] == 0) break;
        const bool ascii = utf16[i + 1] == 0 && utf16[i] >= 0x20 && utf16[i] < 0x7f;
        text += ascii ? static_cast<char>(utf16[i]) : '?';
    }
    return text;
}

Separation separation(const EventLog& log, Bank bank, uint32_t index, const FaultConfig& switches) {
    const Separators separators(bank);
    Separation state;
    const auto wrong = [&](const LogEvent& found, std::string reason) {
        state.fault = LogFault{found.offset, fmt::format("register {}: {}", index, reason)};
        return state;
    };
    for (const LogEvent* found : measured_into(log, index)) {
        const bool is_one = found->type == event_type::separator;
        if (is_one || (tells_by_digest(index, switches) && separators.is_one(*found))) {
            if (state.there) return wrong(*found, "a second separator");
            if (!is_one) return wrong(*found, "a separator that says it is " + event_name(found->type));
            if (!equal(found->data, kZeros) && !equal(found->data, kOnes))
                return wrong(*found, "a separator of an error, or of none that is defined");
            state.there = true;
        } else if (state.there && !may_follow(*found, switches)) {
            return wrong(*found, event_name(found->type) + " after the separator");
        }
    }
    return state;
}

}  // namespace

std::optional<LogFault> separator_fault(const EventLog& log, const std::set<Register>& registers,
                                        const FaultConfig& switches) {
    std::vector<uint32_t> without;
    bool separates = false;
    for (uint32_t index = 0; index < kSeparatorRegisters; ++index) {
        const auto bank = switches.has(Defect::log_sha1_separators) ? strongest_bank(registers, index)
                                                                    : any_bank(registers, index);
        if (!bank) continue;
        Separation state = separation(log, *bank, index, switches);
        if (state.fault) return std::move(state.fault);
        if (!state.there) without.push_back(index);
        separates = separates || (state.there && index != kSecureBootRegister);
    }
    const auto missing = std::ranges::find_if(
        without, [&](uint32_t index) { return separates || index == kSecureBootRegister; });
    if (missing == without.end()) return std::nullopt;
    return LogFault{log.size, fmt::format("register {}: no separator", *missing)};
}

SecureBoot secure_boot(const EventLog& log, Bank bank) {
    const Separators separators(bank);
    SecureBoot state;
    for (const LogEvent* found : measured_into(log, kSecureBootRegister)) {
        if (separators.is_one(*found)) break;
        if (found->type != event_type::variable_driver_config) continue;
        const Result<UefiVariable> variable = parse_uefi_variable(found->data);
        if (!variable || variable->name != "SecureBoot" || !equal(variable->vendor, kGlobalVariable))
            continue;
        if (state.offset) return {false, found->offset, "the variable SecureBoot stands twice"};
        state.offset = found->offset;
        state.on = variable->value.size() == 1 && variable->value[0] == 1 && is_digest_of_data(*found, bank);
        if (!state.on) state.reason = fmt::format("SecureBoot is {}", to_hex(variable->value));
    }
    if (!state.offset) state.reason = "the variable SecureBoot was not measured";
    return state;
}

std::vector<const LogEvent*> boot_loaders(const EventLog& log, Bank bank, const FaultConfig& switches) {
    std::vector<const LogEvent*> loaders;
    for (const LogEvent* found : measured_into(log, kLoaderRegister)) {
        const bool words = found->type == event_type::action || found->type == event_type::efi_action ||
                           found->type == event_type::omit_boot_device_events;
        const bool harmless = found->type == event_type::separator ||
                              (words && (is_text(found->data) || switches.has(Defect::log_action_loader)));
        if (!harmless || !is_digest_of_data(*found, bank)) loaders.push_back(found);
    }
    return loaders;
}

std::string firmware_version(const EventLog& log, Bank bank) {
    const Separators separators(bank);
    for (const LogEvent* found : measured_into(log, kFirmwareRegister)) {
        if (separators.is_one(*found)) break;
        if (found->type == event_type::crtm_version)
            return is_digest_of_data(*found, bank) ? printable(found->data) : std::string();
    }
    return {};
}

}  // namespace assay::attest
