// A virtual TPM and a SEV-SNP platform made of nothing, each field as it should be until a test says
// otherwise. For the tests of this module and the seeds of the fuzz targets.
#pragma once

#include <map>
#include <optional>

#include "stack/attest/event_log.h"
#include "stack/attest/quote.h"

namespace assay::attest::synthetic {

struct EventForm {
    uint32_t index = 0;
    uint32_t type = 0;
    Bytes data;
    std::optional<Bytes> measured{};  // what the digests are of; the data if nothing
    std::map<Bank, Bytes> digests{};  // instead of what follows from that
};

struct LogForm {
    std::vector<Bank> banks = {Bank::sha256};
    std::optional<uint8_t> locality;  // of TPM2_Startup
    std::vector<EventForm> events;
    bool agile = true;  // otherwise the older form, with SHA-1 only
};
Bytes make_event_log(const LogForm& form);

// UEFI_VARIABLE_DATA of a global variable.
Bytes uefi_variable(std::string_view name, ByteView value);
// What the image of a boot loader has as its digest, in whatever bank.
Bytes loader_image();
// A boot of UEFI firmware with secure boot, one boot loader, and a system in register 9.
LogForm genuine_log();

// TPMS_ATTEST, whatever the fields say.
Bytes marshal(const Quote& quote);
// TPMT_SIGNATURE with ECDSA.
Bytes marshal_ecdsa(uint16_t hash, ByteView r, ByteView s);
// A quote of these registers as the log leads to them.
Quote genuine_quote(ByteView log, std::vector<Selection> selections, ByteView extra_data);
// Registers 0 to 9 of SHA-256.
std::vector<Selection> genuine_selection();

// ATTESTATION_REPORT of version 3, of a genuine guest on Milan; not signed. `report_data` has 64 bytes.
Bytes genuine_snp_report(ByteView report_data);
inline constexpr uint8_t kSnpTcb[4] = {4, 0, 24, 0xdb};  // bootloader, tee, snp, microcode
inline constexpr uint8_t kSnpMeasurement = 0x77;         // each byte of it
Bytes chip_id();

}  // namespace assay::attest::synthetic
