// SEV-SNP attestation reports and the certificates of the key that signed them, in AMD's shape (AMD 56860,
// AMD 57230).
#pragma once

#include "stack/evidence/certificate.h"
#include "stack/evidence/snp_report.h"

namespace assay::evidence {

// TCB_VERSION: of Milan and Genoa without an FMC, of Turin with one, which comes first there.
struct TcbForm {
    uint8_t boot_loader = 3, tee = 0, snp = 20, microcode = 209;
    std::optional<uint8_t> fmc{};
    uint64_t value() const;
};

// A processor as its reports name it from version 3 on, and as its certificates do.
struct ProcessorForm {
    uint8_t family = 0x19, model = 0x01, stepping = 0x01;
    std::string line = "Milan";             // of its VLEK and its issuers
    std::string product_name = "Milan-B0";  // of its VCEK
    bool turin() const { return family >= kFamilyTurin; }
};
ProcessorForm milan();
ProcessorForm genoa();
ProcessorForm turin();

// AMD's extensions of VCEK and VLEK.
inline constexpr std::string_view kOidAmd = "1.3.6.1.4.1.3704.1.";
inline constexpr std::string_view kOidBootLoader = "1.3.6.1.4.1.3704.1.3.1",
                                  kOidTee = "1.3.6.1.4.1.3704.1.3.2", kOidSnp = "1.3.6.1.4.1.3704.1.3.3",
                                  kOidMicrocode = "1.3.6.1.4.1.3704.1.3.8",
                                  kOidFmc = "1.3.6.1.4.1.3704.1.3.9", kOidStructure = "1.3.6.1.4.1.3704.1.1",
                                  kOidProduct = "1.3.6.1.4.1.3704.1.2", kOidHardware = "1.3.6.1.4.1.3704.1.4";

struct SnpForm {
    Chain chain;  // VCEK or VLEK, ASK or ASVK, ARK
    uint32_t version = 2;
    ProcessorForm processor;
    uint32_t guest_svn = 1;
    uint64_t policy = 0x30000;  // SMT allowed; debug and migration are not
    uint32_t vmpl = 0;
    uint32_t signature_algo = 1;  // ECDSA P-384 with SHA-384
    TcbForm current, reported, committed, launch;
    uint64_t platform_info = 1;
    uint32_t flags = 0;                                        // KEY_INFO
    Bytes report_data;                                         // 64 bytes
    Bytes measurement;                                         // 48
    Bytes chip_id;                                             // 64
    uint64_t launch_mitigations = 0, current_mitigations = 0;  // from version 5 on
    KeyName signer;
    std::function<void(Bytes&)> edit_before, edit_after;
};
Bytes make(const SnpForm& form);

struct SnpOptions {
    std::string label = "milan";
    bool vlek = false;
    uint32_t version = 2;
    ProcessorForm processor = milan();
};
// The report data is not set.
SnpForm genuine(const SnpOptions& options);

// Rewrites the TCB that the leaf certificate is for.
void set_tcb(CertificateForm& leaf, const TcbForm& tcb);
// Rewrites the chip of report and VCEK, whose identifier has 64 bytes, or 8 on Turin.
void set_chip(SnpForm& snp, ByteView id);
// What firmware that makes this version of the report says of the platform.
uint64_t platform_info_of(uint32_t version);

}  // namespace assay::evidence
