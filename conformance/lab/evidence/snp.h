// SEV-SNP attestation reports and the certificates of the key that signed them, in AMD's shape (AMD 56860,
// AMD 57230).
#pragma once

#include "conformance/lab/evidence/certificate.h"

namespace assay::lab::evidence {

// TCB_VERSION of Milan and Genoa.
struct TcbForm {
    uint8_t boot_loader = 3, tee = 0, snp = 20, microcode = 209;
    uint64_t value() const;
};

// AMD's extensions of VCEK and VLEK.
inline constexpr std::string_view kOidAmd = "1.3.6.1.4.1.3704.1.";
inline constexpr std::string_view kOidBootLoader = "1.3.6.1.4.1.3704.1.3.1",
                                  kOidTee = "1.3.6.1.4.1.3704.1.3.2", kOidSnp = "1.3.6.1.4.1.3704.1.3.3",
                                  kOidMicrocode = "1.3.6.1.4.1.3704.1.3.8",
                                  kOidHardware = "1.3.6.1.4.1.3704.1.4";

// Where fields lie in the report, in bytes.
namespace snp_at {
inline constexpr size_t version = 0x00, guest_svn = 0x04, policy = 0x08, vmpl = 0x30, signature_algo = 0x34,
                        current_tcb = 0x38, platform_info = 0x40, flags = 0x48, reserved = 0x4c,
                        report_data = 0x50, measurement = 0x90, host_data = 0xc0, reported_tcb = 0x180,
                        reserved_2 = 0x188, chip_id = 0x1a0, committed_tcb = 0x1e0, launch_tcb = 0x1f0,
                        reserved_3 = 0x1f8, signature = 0x2a0, signature_padding = 0x330, end = 0x4a0;
}

struct SnpForm {
    Chain chain;  // VCEK or VLEK, ASK or ASVK, ARK
    uint32_t version = 2;
    uint32_t guest_svn = 1;
    uint64_t policy = 0x30000;  // SMT allowed; debug and migration are not
    uint32_t vmpl = 0;
    uint32_t signature_algo = 1;  // ECDSA P-384 with SHA-384
    TcbForm current, reported, committed, launch;
    uint64_t platform_info = 1;
    uint32_t flags = 0;  // bits 4:2: the key that signs
    Bytes report_data;   // 64 bytes
    Bytes measurement;   // 48
    Bytes chip_id;       // 64
    KeyName signer;
    std::function<void(Bytes&)> edit_before, edit_after;
};
Bytes make(const SnpForm& form);

struct SnpOptions {
    std::string label = "milan";
    bool vlek = false;
};
// The report data is not set.
SnpForm genuine(const SnpOptions& options);

// Rewrites the TCB that the leaf certificate is for.
void set_tcb(CertificateForm& leaf, const TcbForm& tcb);

}  // namespace assay::lab::evidence
