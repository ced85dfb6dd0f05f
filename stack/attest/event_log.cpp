#include "stack/attest/event_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/ranges.h"
#include "stack/evidence/log_records.h"
#include "stack/wire/decode.h"

namespace assay::attest {

namespace {

using evidence::LogAlgorithm, evidence::LogDigest, evidence::LogEvent2, evidence::OldLogEvent;

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

constexpr std::string_view kSpecId = "Spec ID Event";

bool begins_with(ByteView data, std::string_view text) {
    return data.size() >= text.size() && equal(data.first(text.size()), as_bytes(text));
}

// Reads the events that stand from `begin` on.
class Events {
   public:
    Events(ByteView bytes, size_t begin) : bytes_(bytes), begin_(begin), decoder_(bytes.subspan(begin), {}) {}

    size_t position() const { return begin_ + decoder_.position(); }
    bool empty() const { return position() == bytes_.size(); }

    Result<LogEvent> next_old() {
        OldLogEvent event;
        LogEvent found = TRY(read(event));
        found.digests[Bank::sha1] = std::move(event.digest);
        return found;
    }
    Result<LogEvent> next(std::span<const LogAlgorithm> algorithms) {
        LogEvent2 event{.known = algorithms};
        LogEvent found = TRY(read(event));
        std::set<uint16_t> seen;
        for (LogDigest& one : event.digests) {
            if (!seen.insert(one.algorithm).second)
                return fail(Errc::inconsistent, "Digests.hashAlg", found.offset, "there twice");
            if (const auto bank = bank_from_algorithm(one.algorithm))
                found.digests[*bank] = std::move(one.digest);
        }
        return found;
    }

   private:
    template <class E>
    Result<LogEvent> read(E& event) {
        LogEvent found;
        found.offset = position();
        event.describe(decoder_);
        if (decoder_.failed()) {
            Error error = decoder_.error();
            if (error.offset != Error::npos) error.offset += begin_;
            return std::unexpected(std::move(error));
        }
        found.index = event.index;
        found.type = event.type;
        found.data = bytes_.first(position()).last(event.data.size());
        return found;
    }

    ByteView bytes_;
    size_t begin_;
    wire::Decoder decoder_;
};

Result<std::vector<LogAlgorithm>> read_header(const LogEvent& first) {
    const auto header = TRY(wire::decode_exact<evidence::SpecIdEvent>(first.data, {}));
    std::set<uint16_t> seen;
    for (const LogAlgorithm& one : header.algorithms) {
        const auto bank = bank_from_algorithm(one.id);
        if (bank && one.size != digest_size(*bank))
            return fail(Errc::out_of_range, "digestSize", Error::npos, fmt::format("{} bytes", one.size));
        if (!seen.insert(one.id).second) return fail(Errc::inconsistent, "algorithmId");
    }
    return header.algorithms;
}

// Of which a log has one at most.
Result<> take_startup_locality(EventLog& log, const LogEvent& found, bool& seen) {
    if (found.type != event_type::no_action || !begins_with(found.data, evidence::kStartupLocality))
        return {};
    const auto event = wire::decode_exact<evidence::StartupLocality>(found.data, {});
    const uint8_t locality = event ? event->locality : 0xff;
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
    EventLog log;
    log.size = bytes.size();
    Events events(bytes, 0);
    const LogEvent first = TRY(events.next_old());
    const bool has_header = first.type == event_type::no_action && begins_with(first.data, kSpecId);
    std::vector<LogAlgorithm> algorithms;
    if (has_header && begins_with(first.data, evidence::kSpecIdAgile)) {
        algorithms = TRY(read_header(first));
        for (const LogAlgorithm& one : algorithms) {
            if (const auto bank = bank_from_algorithm(one.id)) log.banks.push_back(*bank);
        }
    } else {
        log.banks = {Bank::sha1};
    }
    bool locality = false;
    for (Events rest(bytes, has_header ? events.position() : 0); !rest.empty();) {
        LogEvent found = TRY(algorithms.empty() ? rest.next_old() : rest.next(algorithms));
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
