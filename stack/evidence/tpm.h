// A virtual TPM's quote, the event log behind it and the certificates of the key that signed it.
#pragma once

#include <map>

#include "stack/evidence/certificate.h"

namespace assay::evidence {

// TPM_ALG_ID of what is used here.
namespace tpm_alg {
inline constexpr uint16_t sha1 = 0x0004, sha256 = 0x000b, sha384 = 0x000c, sha512 = 0x000d, rsassa = 0x0014,
                          ecdsa = 0x0018, hmac = 0x0005;
}

// One TCG_PCR_EVENT2.
struct EventForm {
    uint32_t index = 0;
    uint32_t type = 0;
    Bytes data;
    std::optional<Bytes> digest_of;  // what was measured; the data without it
    std::optional<Bytes> sha256;     // the digest in that bank, whatever was measured
};

struct EventLogForm {
    std::vector<uint16_t> banks = {tpm_alg::sha1, tpm_alg::sha256};
    std::vector<uint16_t> listed;  // by the header besides, with no digest in any event
    std::vector<EventForm> events;
    std::function<void(Bytes&)> edit_after;  // on the file

    // The first event of that type in that register, or null; for edits.
    EventForm* find(uint32_t index, uint32_t type);
};
Bytes make(const EventLogForm& form);

using PcrValues = std::map<uint32_t, Bytes>;
// What a bank holds after all of it, registers 0 to 23.
PcrValues replay(const EventLogForm& form, uint16_t bank = tpm_alg::sha256);

// A record of what was measured after the firmware (TCG Canonical Event Log Format 1.0), in the SHA-256 bank.
struct CanonicalRecordForm {
    uint32_t index = 0;
    Bytes digest;
    std::string content = "systemd";  // its type; "ima_template" and "pcclient_std" are the format's own
};
struct CanonicalLogForm {
    enum class Encoding : uint8_t { tlv, json, sequence };
    Encoding encoding = Encoding::tlv;
    std::vector<CanonicalRecordForm> records;
};
Bytes make(const CanonicalLogForm& form);
// Extends what the SHA-256 bank holds: IMA extends with ones for a digest of zeros, and what the firmware
// measured stands in its own log.
void extend(PcrValues& values, const CanonicalLogForm& form);

// TPMS_ATTEST and TPMT_SIGNATURE (TPM 2.0 Library Part 2, 10.12 and 11.3).
struct QuoteForm {
    uint32_t magic = 0xff544347;
    uint16_t type = 0x8018;  // TPM_ST_ATTEST_QUOTE
    Bytes extra_data;
    uint64_t clock = 123456;
    uint32_t resets = 3, restarts = 1;
    uint64_t firmware = 0x2019102300163636;
    uint16_t bank = tpm_alg::sha256;  // values, too, are of this bank
    std::vector<uint8_t> selected = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    PcrValues values;                 // of the registers when it was made
    std::optional<Bytes> pcr_digest;  // instead of that of the values
    KeyName signer;
    uint16_t scheme = tpm_alg::ecdsa;
    std::optional<uint16_t> stated_scheme;  // in the signature
    crypto::HashAlgo hash = crypto::HashAlgo::sha256;
    std::function<void(Bytes&)> edit_before;  // on TPMS_ATTEST, before it is signed
    std::function<void(Bytes&)> edit_after;   // after
    std::function<void(Bytes&)> edit_signature;
};
Bytes make_attest(const QuoteForm& form);
Bytes make_signature(const QuoteForm& form, ByteView attest);

struct TpmForm {
    Chain chain;  // attestation key, its issuer, root
    EventLogForm log;
    std::optional<CanonicalLogForm> later;  // what was measured after the firmware, as shown
    PcrValues given;                        // the values of registers, in the bank that is quoted
    QuoteForm quote;
};
// What the registers hold after both logs, in the bank that is quoted.
PcrValues held(const TpmForm& tpm);

struct BootOptions {
    std::string label = "vtpm";
    bool secure_boot = true;
    std::string loader = "shim 15.8";
    std::string firmware = "Assay EDK2 2024.02";
    std::string system = "vmlinuz-6.8.0";
    bool rsa = false;  // the attestation key
};
// A guest that booted so: firmware, shim, GRUB, Linux. The quote's extra data is not set.
TpmForm genuine(const BootOptions& options);
// Digests as the log has them, SHA-256 of what was measured.
Bytes boot_digest(std::string_view component);

namespace event_type {
inline constexpr uint32_t no_action = 3, separator = 4, crtm_contents = 7, crtm_version = 8, ipl = 13,
                          variable_driver_config = 0x80000001, variable_boot = 0x80000002,
                          boot_services_application = 0x80000003, boot_services_driver = 0x80000004,
                          efi_action = 0x80000007, platform_firmware_blob = 0x80000008,
                          handoff_tables = 0x80000009, variable_authority = 0x800000e0;
}
// UEFI_VARIABLE_DATA of one of the global variables.
Bytes efi_variable(std::string_view name, ByteView value);
// The data of EV_NO_ACTION that says at which locality TPM2_Startup was called.
Bytes startup_locality(uint8_t locality);

}  // namespace assay::evidence
