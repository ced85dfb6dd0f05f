#include "stack/attest/event_replay.h"

#include <algorithm>

#include "stack/base/reader.h"

namespace assay::attest {

namespace {

bool all_digests(const LogEvent& found, ByteView data) {
    return std::ranges::all_of(found.digests, [&](const auto& entry) {
        return equal(bank_digest(entry.first, data).view(), entry.second);
    });
}

}  // namespace

Registers replay(const EventLog& log) {
    Registers values;
    for (Bank bank : {Bank::sha1, Bank::sha256, Bank::sha384, Bank::sha512}) {
        for (uint32_t index = 0; index < kRegisterCount; ++index) {
            values[{bank, index}] = reset_value(bank, index, log.startup_locality);
        }
    }
    for (const LogEvent& found : log.events) {
        if (found.type == event::kNoAction) continue;
        for (const auto& [bank, digest] : found.digests) {
            crypto::Digest& value = values[{bank, found.index}];
            value = extended(bank, value, digest);
        }
    }
    return values;
}

bool digest_follows_from_data(uint32_t type) {
    switch (type) {
        case event::kSeparator:
        case event::kAction:
        case event::kCrtmVersion:
        case event::kOmitBootDeviceEvents:
        case event::kVariableDriverConfig:
        case event::kVariableBoot:
        case event::kVariableBoot2:
        case event::kVariableAuthority:
        case event::kGpt:
        case event::kEfiAction: return true;
        default: return false;
    }
}

bool digests_follow(const LogEvent& found) {
    if (!digest_follows_from_data(found.type) || all_digests(found, found.data)) return true;
    if (found.type == event::kVariableBoot) {
        const Result<UefiVariable> variable = parse_uefi_variable(found.data);
        return variable && all_digests(found, variable->value);
    }
    return found.type == event::kVariableAuthority && !found.data.empty() &&
           all_digests(found, found.data.first(found.data.size() - 1));
}

Result<UefiVariable> parse_uefi_variable(ByteView data) {
    Reader reader(data);
    UefiVariable variable;
    variable.vendor = TRY(reader.take(16, "VariableName"));
    const uint64_t characters = TRY(reader.u64("UnicodeNameLength"));
    const uint64_t size = TRY(reader.u64("VariableDataLength"));
    if (characters > reader.remaining() / 2) return fail(Errc::truncated, "UnicodeName", reader.offset());
    for (uint64_t i = 0; i < characters; ++i) {
        const uint16_t character = TRY(reader.u16("UnicodeName"));
        const bool printable = character >= 0x20 && character < 0x7f;
        variable.name += printable ? static_cast<char>(character) : '?';
    }
    variable.value = TRY(reader.take(size, "VariableData"));
    return variable;
}

}  // namespace assay::attest
