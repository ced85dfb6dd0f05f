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

bool has_digest_of(const LogEvent& found, Bank bank, ByteView data) {
    const auto digest = found.digests.find(bank);
    return digest != found.digests.end() && equal(bank_digest(bank, data).view(), digest->second);
}

std::vector<const LogEvent*> measured_into(const EventLog& log, uint32_t index) {
    std::vector<const LogEvent*> events;
    for (const LogEvent& found : log.events) {
        if (found.index == index && found.type != event::kNoAction) events.push_back(&found);
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
        if (found.type == event::kSeparator || digest == found.digests.end()) return true;
        return std::ranges::any_of(digests_,
                                   [&](const auto& one) { return equal(one.view(), digest->second); });
    }

   private:
    Bank bank_;
    std::vector<crypto::Digest> digests_;
};

bool may_follow(const LogEvent& found) {
    switch (found.index) {
        case 4:
        case 5: return true;
        case kSecureBootRegister: return found.type != event::kVariableDriverConfig;
        default: return false;
    }
}

std::string printable(ByteView utf16) {
    std::string text;
    for (size_t i = 0; i + 1 < utf16.size(); i += 2) {
        if (utf16[i] == 0 && utf16[i + 1] == 0) break;
        const bool ascii = utf16[i + 1] == 0 && utf16[i] >= 0x20 && utf16[i] < 0x7f;
        text += ascii ? static_cast<char>(utf16[i]) : '?';
    }
    return text;
}

}  // namespace

std::optional<LogFault> separator_fault(const EventLog& log, Bank bank, uint32_t index) {
    const Separators separators(bank);
    const LogEvent* separator = nullptr;
    for (const LogEvent* found : measured_into(log, index)) {
        if (separators.is_one(*found)) {
            if (separator != nullptr) return LogFault{found->offset, "a second separator"};
            if (found->type != event::kSeparator)
                return LogFault{found->offset, "a separator that says it is " + event_name(found->type)};
            if (!equal(found->data, kZeros) && !equal(found->data, kOnes))
                return LogFault{found->offset, "a separator of an error, or of none that is defined"};
            separator = found;
        } else if (separator != nullptr && !may_follow(*found)) {
            return LogFault{found->offset, event_name(found->type) + " after the separator"};
        }
    }
    if (separator == nullptr) return LogFault{log.size, "no separator"};
    return std::nullopt;
}

SecureBoot secure_boot(const EventLog& log, Bank bank) {
    const Separators separators(bank);
    SecureBoot state;
    for (const LogEvent* found : measured_into(log, kSecureBootRegister)) {
        if (separators.is_one(*found)) break;
        if (found->type != event::kVariableDriverConfig) continue;
        const Result<UefiVariable> variable = parse_uefi_variable(found->data);
        if (!variable || variable->name != "SecureBoot" || !equal(variable->vendor, kGlobalVariable))
            continue;
        if (state.offset) return {false, found->offset, "the variable SecureBoot stands twice"};
        state.offset = found->offset;
        state.on = variable->value.size() == 1 && variable->value[0] == 1 &&
                   has_digest_of(*found, bank, found->data);
        if (!state.on) state.reason = fmt::format("SecureBoot is {}", to_hex(variable->value));
    }
    if (!state.offset) state.reason = "the variable SecureBoot was not measured";
    return state;
}

std::vector<const LogEvent*> boot_loaders(const EventLog& log, Bank bank) {
    std::vector<const LogEvent*> loaders;
    for (const LogEvent* found : measured_into(log, kLoaderRegister)) {
        const bool follows =
            digest_follows_from_data(found->type) && has_digest_of(*found, bank, found->data);
        if (!follows) loaders.push_back(found);
    }
    return loaders;
}

std::string firmware_version(const EventLog& log) {
    for (const LogEvent* found : measured_into(log, kFirmwareRegister)) {
        if (found->type == event::kCrtmVersion) return printable(found->data);
    }
    return {};
}

}  // namespace assay::attest
