// The firmware's event log (TCG PC Client Platform Firmware Profile 1.05, section 10): its events as their
// fields, in the crypto-agile form or in the older one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "stack/base/bytes.h"
#include "stack/evidence/tpm_alg.h"

namespace assay::evidence {

// Types of events that mean something here; a log may have any other.
namespace event_type {
inline constexpr uint32_t no_action = 0x00000003, separator = 0x00000004, action = 0x00000005,
                          crtm_contents = 0x00000007, crtm_version = 0x00000008, ipl = 0x0000000d,
                          ipl_partition_data = 0x0000000e, omit_boot_device_events = 0x00000012,
                          variable_driver_config = 0x80000001, variable_boot = 0x80000002,
                          boot_services_application = 0x80000003, boot_services_driver = 0x80000004,
                          gpt = 0x80000006, efi_action = 0x80000007, platform_firmware_blob = 0x80000008,
                          handoff_tables = 0x80000009, platform_firmware_blob2 = 0x8000000a,
                          variable_boot2 = 0x8000000c, hcrtm = 0x80000010, variable_authority = 0x800000e0;
}

// One TCG_PCR_EVENT2.
struct EventForm {
    uint32_t index = 0;
    uint32_t type = 0;
    Bytes data{};
    std::optional<Bytes> digest_of{};     // what was measured; the data without it
    std::map<uint16_t, Bytes> digests{};  // of those banks, whatever was measured
};

struct EventLogForm {
    std::vector<uint16_t> banks = {tpm_alg::sha1, tpm_alg::sha256};
    std::vector<uint16_t> listed{};  // by the header besides, with no digest in any event
    std::vector<EventForm> events{};
    bool agile = true;  // otherwise the older form: no header, and SHA-1 whatever the banks are
    std::function<void(Bytes&)> edit_after{};  // on the file

    // The first event of that type in that register, or null; for edits.
    EventForm* find(uint32_t index, uint32_t type);
};
Bytes make(const EventLogForm& form);

using PcrValues = std::map<uint32_t, Bytes>;
// What a bank holds after all of it, registers 0 to 23.
PcrValues replay(const EventLogForm& form, uint16_t bank = tpm_alg::sha256);

// UEFI_VARIABLE_DATA of one of the global variables.
Bytes efi_variable(std::string_view name, ByteView value);
// The data of EV_NO_ACTION that says at which locality TPM2_Startup was called.
Bytes startup_locality(uint8_t locality);

}  // namespace assay::evidence
