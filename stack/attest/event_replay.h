// What an event log adds up to, and which of its digests follow from its data. `switches` has the defects
// that are planted.
#pragma once

#include "stack/attest/check.h"
#include "stack/attest/event_log.h"

namespace assay::attest {

// The value of each register after all events of the log. EV_NO_ACTION extends nothing; a bank that the log
// lacks stays as after a reset.
Registers replay(const EventLog& log, const FaultConfig& switches = {});

// Whether the digest of this type of event is that of its data (TCG PC Client Platform Firmware Profile 1.05,
// table 27). Those of an EV_IPL and of a platform's own types are whatever who measured took. That of an
// EV_S_CRTM_VERSION should follow, and on some machines does not.
bool digest_follows_from_data(uint32_t type);
// Whether the digest that such an event has in this bank is that of its data; of any other event, and where
// it has none, true.
//
// Three deviations of real firmware are allowed: the digest of an EV_EFI_VARIABLE_BOOT or of an
// EV_EFI_VARIABLE_DRIVER_CONFIG may be that of the variable's value alone (as older profiles had it), and the
// data of an EV_EFI_VARIABLE_AUTHORITY may have one byte too many (as old versions of shim wrote it).
bool digest_follows(const LogEvent& found, Bank bank, const FaultConfig& switches = {});
// Whether it has one in this bank that is the digest of exactly its data, whatever its type.
bool is_digest_of_data(const LogEvent& found, Bank bank);

// UEFI_VARIABLE_DATA, section 10.4.3.
struct UefiVariable {
    Bytes vendor;      // GUID, 16 bytes, in the byte order of memory
    std::string name;  // characters outside of ASCII are '?'
    Bytes value;
};
// Errors: Errc::truncated. Bytes behind the value are passed over: see above.
Result<UefiVariable> parse_uefi_variable(ByteView data);

}  // namespace assay::attest
