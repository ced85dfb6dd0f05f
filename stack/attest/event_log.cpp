#include "stack/attest/event_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/ranges.h"
#include "stack/base/reader.h"

namespace assay::attest {

namespace {

struct EventName {
    uint32_t type;
    std::string_view name;
};

constexpr EventName kEventNames[] = {
    {0x00000000, "EV_PREBOOT_CERT"},
    {0x00000001, "EV_POST_CODE"},
    {event_type::no_action, "EV_NO_ACTION"},
    {event_type::separator, "EV_SEPARATOR"},
    {event_type::action, "EV_ACTION"},
    {0x00000006, "EV_EVENT_TAG"},
    {event_type::crtm_contents, "EV_S_CRTM_CONTENTS"},
    {event_type::crtm_version, "EV_S_CRTM_VERSION"},
    {0x00000009, "EV_CPU_MICROCODE"},
    {0x0000000a, "EV_PLATFORM_CONFIG_FLAGS"},
    {0x0000000b, "EV_TABLE_OF_DEVICES"},
    {0x0000000c, "EV_COMPACT_HASH"},
    {event_type::ipl, "EV_IPL"},
    {event_type::ipl_partition_data, "EV_IPL_PARTITION_DATA"},
    {0x0000000f, "EV_NONHOST_CODE"},
    {0x00000010, "EV_NONHOST_CONFIG"},
    {0x00000011, "EV_NONHOST_INFO"},
    {event_type::omit_boot_device_events, "EV_OMIT_BOOT_DEVICE_EVENTS"},
    {event_type::variable_driver_config, "EV_EFI_VARIABLE_DRIVER_CONFIG"},
    {event_type::variable_boot, "EV_EFI_VARIABLE_BOOT"},
    {event_type::boot_services_application, "EV_EFI_BOOT_SERVICES_APPLICATION"},
    {0x80000004, "EV_EFI_BOOT_SERVICES_DRIVER"},
    {0x80000005, "EV_EFI_RUNTIME_SERVICES_DRIVER"},
    {event_type::gpt, "EV_EFI_GPT_EVENT"},
    {event_type::efi_action, "EV_EFI_ACTION"},
    {event_type::platform_firmware_blob, "EV_EFI_PLATFORM_FIRMWARE_BLOB"},
    {0x80000009, "EV_EFI_HANDOFF_TABLES"},
    {event_type::platform_firmware_blob2, "EV_EFI_PLATFORM_FIRMWARE_BLOB2"},
    {0x8000000b, "EV_EFI_HANDOFF_TABLES2"},
    {event_type::variable_boot2, "EV_EFI_VARIABLE_BOOT2"},
    {0x8000000d, "EV_EFI_GPT_EVENT2"},
    {event_type::hcrtm, "EV_EFI_HCRTM_EVENT"},
    {event_type::variable_authority, "EV_EFI_VARIABLE_AUTHORITY"},
    {0x800000e1, "EV_EFI_SPDM_FIRMWARE_BLOB"},
    {0x800000e2, "EV_EFI_SPDM_FIRMWARE_CONFIG"},
};

struct Algorithm {
    uint16_t id = 0;
    uint16_t size = 0;
};

constexpr std::string_view kSpecId = "Spec ID Event";
constexpr std::string_view kSpecIdAgile{"Spec ID Event03\0", 16};
constexpr std::string_view kStartupLocality{"StartupLocality\0", 16};

bool begins_with(ByteView data, std::string_view text) {
    return data.size() >= text.size() && equal(data.first(text.size()), as_bytes(text));
}

// TCG_PCClientPCREvent, the form of the first event and of all events of an older log.
Result<LogEvent> read_old_event(Reader& reader) {
    LogEvent found;
    found.offset = reader.offset();
    found.index = TRY(reader.u32("PCRIndex"));
    found.type = TRY(reader.u32("EventType"));
    found.digests[Bank::sha1] = TRY(reader.take(digest_size(Bank::sha1), "Digest"));
    found.data = TRY(reader.take(TRY(reader.u32("EventSize")), "Event"));
    return found;
}

// TCG_PCR_EVENT2.
Result<LogEvent> read_event(Reader& reader, const std::vector<Algorithm>& algorithms) {
    LogEvent found;
    found.offset = reader.offset();
    found.index = TRY(reader.u32("PCRIndex"));
    found.type = TRY(reader.u32("EventType"));
    const size_t at = reader.offset();
    const uint32_t count = TRY(reader.u32("Digests.count"));
    if (count == 0 || count > algorithms.size()) {
        return fail(Errc::inconsistent, "Digests.count", at,
                    "no digest, or more than the header has algorithms");
    }
    std::set<uint16_t> seen;
    for (uint32_t i = 0; i < count; ++i) {
        const size_t here = reader.offset();
        const uint16_t id = TRY(reader.u16("Digests.hashAlg"));
        const auto algorithm = std::ranges::find(algorithms, id, &Algorithm::id);
        if (algorithm == algorithms.end() || !seen.insert(id).second) {
            return fail(Errc::inconsistent, "Digests.hashAlg", here, "not in the header, or there twice");
        }
        const ByteView digest = TRY(reader.take(algorithm->size, "Digests.digest"));
        if (const auto bank = bank_from_algorithm(id)) found.digests[*bank] = digest;
    }
    found.data = TRY(reader.take(TRY(reader.u32("EventSize")), "Event"));
    return found;
}

// TCG_EfiSpecIdEvent, section 10.4.5.1.
Result<std::vector<Algorithm>> read_header(const LogEvent& first) {
    Reader reader(first.data);
    if (!begins_with(first.data, kSpecIdAgile)) return fail(Errc::unsupported, "Signature", first.offset);
    TRY(reader.take(kSpecIdAgile.size(), "Signature"));
    TRY(reader.take(8, "platformClass to uintnSize"));
    const uint32_t count = TRY(reader.u32("numberOfAlgorithms"));
    if (count == 0 || count > kMaxLogBanks) return fail(Errc::out_of_range, "numberOfAlgorithms");
    std::vector<Algorithm> algorithms;
    for (uint32_t i = 0; i < count; ++i) {
        Algorithm one;
        one.id = TRY(reader.u16("algorithmId"));
        one.size = TRY(reader.u16("digestSize"));
        const auto bank = bank_from_algorithm(one.id);
        if (one.size == 0 || one.size > crypto::kMaxDigest || (bank && one.size != digest_size(*bank))) {
            return fail(Errc::out_of_range, "digestSize", Error::npos, fmt::format("{} bytes", one.size));
        }
        if (std::ranges::find(algorithms, one.id, &Algorithm::id) != algorithms.end()) {
            return fail(Errc::inconsistent, "algorithmId");
        }
        algorithms.push_back(one);
    }
    TRY(reader.take(TRY(reader.u8("vendorInfoSize")), "vendorInfo"));
    if (Result<> end = reader.finish("TCG_EfiSpecIDEvent"); !end) return std::unexpected(end.error());
    return algorithms;
}

// TCG_EfiStartupLocalityEvent, section 10.4.5.3, of which a log has one at most.
Result<> take_startup_locality(EventLog& log, const LogEvent& found, bool& seen) {
    if (found.type != event_type::no_action || !begins_with(found.data, kStartupLocality)) return {};
    const uint8_t locality = found.data.size() == kStartupLocality.size() + 1 ? found.data.back() : 0xff;
    if (seen || (locality != 0 && locality != 3 && locality != 4)) {
        return fail(Errc::out_of_range, "StartupLocality", found.offset);
    }
    seen = true;
    log.startup_locality = locality;
    return {};
}

}  // namespace

std::string event_name(uint32_t type) {
    const auto* found = std::ranges::find(kEventNames, type, &EventName::type);
    return found == std::end(kEventNames) ? fmt::format("{:#010x}", type) : std::string(found->name);
}

bool EventLog::has(Bank bank) const { return contains(banks, bank); }

Result<EventLog> parse_event_log(ByteView bytes) {
    if (bytes.size() > kMaxEventLog) return fail(Errc::out_of_range, "event log", kMaxEventLog, "too large");
    Reader reader(bytes);
    EventLog log;
    log.size = bytes.size();
    LogEvent first = TRY(read_old_event(reader));
    const bool has_header = first.type == event_type::no_action && begins_with(first.data, kSpecId);
    std::vector<Algorithm> algorithms;
    if (has_header && begins_with(first.data, kSpecIdAgile)) {
        algorithms = TRY(read_header(first));
        for (const Algorithm& one : algorithms) {
            if (const auto bank = bank_from_algorithm(one.id)) log.banks.push_back(*bank);
        }
    } else {
        log.banks = {Bank::sha1};
        if (!has_header) reader = Reader(bytes);
    }
    bool locality = false;
    while (!reader.empty()) {
        LogEvent found = TRY(algorithms.empty() ? read_old_event(reader) : read_event(reader, algorithms));
        if (found.type != event_type::no_action && found.index >= kRegisterCount) {
            return fail(Errc::out_of_range, "PCRIndex", found.offset);
        }
        if (log.events.size() == kMaxEvents) return fail(Errc::out_of_range, "events", found.offset);
        if (Result<> taken = take_startup_locality(log, found, locality); !taken) {
            return std::unexpected(taken.error());
        }
        log.events.push_back(std::move(found));
    }
    return log;
}

}  // namespace assay::attest
