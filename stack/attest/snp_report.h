// A SEV-SNP attestation report: ATTESTATION_REPORT of the SEV Secure Nested Paging Firmware ABI (AMD 56860,
// section 7.3), versions 2 to 5.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stack/attest/snp_product.h"
#include "stack/base/bytes.h"
#include "stack/crypto/provider.h"

namespace assay::attest {

inline constexpr size_t kSnpReportSize = 0x4a0;
inline constexpr size_t kSnpSignedSize = 0x2a0;  // from the beginning

// Security version numbers of the platform's firmware (TCB_VERSION, section 2.2).
struct Tcb {
    // `fmc` is there from family 1Ah on, and 0 before.
    uint8_t fmc = 0, bootloader = 0, tee = 0, snp = 0, microcode = 0;

    // Whether no component is lower than the other's.
    bool at_least(const Tcb& other) const;
    friend bool operator==(const Tcb&, const Tcb&) = default;
};
std::string text(const Tcb& tcb);

enum class SnpSigner : uint8_t { vcek = 0, vlek = 1, none = 7 };  // SIGNING_KEY; the rest is reserved

struct SnpReport {
    uint32_t version = 0;
    uint32_t guest_svn = 0;
    uint64_t policy = 0;
    ByteView family_id, image_id;
    uint32_t vmpl = 0;  // 0xffffffff when the host asked
    uint32_t signature_algo = 0;
    Tcb current_tcb, reported_tcb, committed_tcb, launch_tcb;
    uint64_t platform_info = 0;
    uint32_t key_info = 0;
    ByteView report_data;  // 64 bytes
    ByteView measurement;  // 48 bytes
    ByteView host_data;    // 32 bytes
    ByteView id_key_digest, author_key_digest, report_id, report_id_ma;
    std::optional<SnpCpu> cpu;  // none in version 2
    TcbLayout layout = TcbLayout::milan;
    ByteView chip_id;  // 64 bytes; from family 1Ah on 8 and zeros; zeros when the host masks it
    std::array<uint8_t, 3> current{};  // version of the firmware: build, minor, major
    std::array<uint8_t, 3> committed{};
    ByteView bytes;  // the whole
    ByteView signed_bytes;
    ByteView signature;  // R and S, 72 bytes each, little-endian

    bool debug() const { return (policy >> 19 & 1) != 0; }
    bool migration() const { return (policy >> 18 & 1) != 0; }
    bool chip_masked() const;
    SnpSigner signer() const { return static_cast<SnpSigner>(key_info >> 2 & 7); }
};

// Reads a report of kSnpReportSize bytes, which must outlive what is returned. `layout` is of reports of
// version 2, which do not say what processor they are of. Errors: Errc::truncated, Errc::trailing,
// Errc::unsupported for another version.
Result<SnpReport> parse_snp_report(ByteView bytes, TcbLayout layout = TcbLayout::milan);

// The first field that is not as the ABI reserves it: zero, and one in bit 17 of the policy. PLATFORM_INFO
// may have the bits that its version of the report has, and in the newest, to which firmware adds without
// another version, any.
struct ReservedField {
    std::string_view name;
    size_t offset = 0;
    size_t size = 0;
};
std::optional<ReservedField> reserved_in_use(const SnpReport& report);

// Bits of PLATFORM_INFO, by their names; those without one as "bit-8".
std::vector<std::string> platform_info_names(uint64_t platform_info);
// Those of the bits that have no name.
uint64_t unnamed_platform_info(uint64_t platform_info);

// Verifies the signature, ECDSA on P-384 with SHA-384 (chapter 10). Errors: Errc::bad_signature,
// Errc::bad_key.
Result<> verify_snp_report(const SnpReport& report, const crypto::PublicKey& key);

}  // namespace assay::attest
