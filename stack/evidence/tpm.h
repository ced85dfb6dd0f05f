// A virtual TPM's quote, the event log behind it and the certificates of the key that signed it.
#pragma once

#include "stack/evidence/certificate.h"
#include "stack/evidence/event_log.h"
#include "stack/evidence/quote.h"

namespace assay::evidence {

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

// What a quote is made of and who signs it.
struct QuoteForm {
    uint32_t magic = kTpmGenerated;
    uint16_t type = kTpmQuote;
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
Quote quote_of(const QuoteForm& form);
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

}  // namespace assay::evidence
