// What an event log adds up to, and which of its digests follow from its data.
#pragma once

#include "stack/attest/event_log.h"

namespace assay::attest {

// The value of each register after all events of the log. EV_NO_ACTION extends nothing; a bank that the log
// lacks stays as after a reset.
Registers replay(const EventLog& log);

// Whether the digest of this type of event is defined to be that of its data (TCG PC Client Platform Firmware
// Profile 1.05, table 27). Those of an EV_IPL and of a platform's own types are whatever who measured took.
bool digest_follows_from_data(uint32_t type);
// Whether all digests of such an event are those of its data; of any other event, true.
//
// Two liberties that firmware takes are allowed: the digest of an EV_EFI_VARIABLE_BOOT may be that of the
// variable's value alone (as the profile had it before 1.05), and the data of an EV_EFI_VARIABLE_AUTHORITY
// may have one byte too many (as old versions of shim wrote it).
bool digests_follow(const LogEvent& found);

// UEFI_VARIABLE_DATA, section 10.4.3.
struct UefiVariable {
    ByteView vendor;   // GUID, 16 bytes, as it lies in memory
    std::string name;  // characters outside of ASCII are '?'
    ByteView value;
};
// Errors: Errc::truncated. Bytes behind the value are passed over: see above.
Result<UefiVariable> parse_uefi_variable(ByteView data);

}  // namespace assay::attest
