// A SEV-SNP attestation report as it stands on the wire: ATTESTATION_REPORT of the SEV Secure Nested Paging
// Firmware ABI (AMD 56860, section 7.3), versions 2 to 5. The one description of it: maker, verifier, edits
// and fuzz targets have the places of its fields from here.
#pragma once

#include "stack/wire/annotate.h"

namespace assay::evidence {

inline constexpr uint32_t kOldestSnpReport = 2, kNewestSnpReport = 5;

// The layout of TCB_VERSION (section 2.2), which changed with family 1Ah: an FMC came in.
enum class TcbLayout : uint8_t { milan, turin };
inline constexpr uint8_t kFamilyTurin = 0x1a;

// Security version numbers of the platform's firmware: TCB_VERSION.
struct Tcb {
    // `fmc` is there from family 1Ah on, and 0 before.
    uint8_t fmc = 0, bootloader = 0, tee = 0, snp = 0, microcode = 0;

    // Whether no component is lower than the other's.
    bool at_least(const Tcb& other) const;
    friend bool operator==(const Tcb&, const Tcb&) = default;
};
uint64_t number(const Tcb& tcb, TcbLayout layout);
Tcb tcb_of(uint64_t number, TcbLayout layout);

// Runs of bits that mean something to whoever judges a report.
namespace snp_bits {
// POLICY.
inline constexpr wire::Bits must_be_one{17, 1, "Reserved, must be one"}, migrate_ma{18, 1, "MIGRATE_MA"},
    debug{19, 1, "DEBUG"};
// PLATFORM_INFO.
inline constexpr wire::Bits smt_en{0, 1, "SMT_EN"}, ecc_en{2, 1, "ECC_EN"},
    alias_check_complete{5, 1, "ALIAS_CHECK_COMPLETE"}, iommu_write_safe{6, 1, "IOMMU_WRITE_SAFE"};
// KEY_INFO.
inline constexpr wire::Bits signing_key{2, 3, "SIGNING_KEY"};
}  // namespace snp_bits
// The bits of PLATFORM_INFO that a version of the report has.
std::span<const wire::Bits> platform_bits(uint32_t version);

enum class SnpSigner : uint8_t { vcek = 0, vlek = 1, none = 7 };  // SIGNING_KEY; the rest is reserved

// SIGNATURE (chapter 10): ECDSA on P-384 over all that stands before it.
struct SnpSignature {
    Bytes r = Bytes(72), s = Bytes(72);  // little-endian
    Bytes reserved = Bytes(368);
    void describe(wire::Visitor& v);
};

// What is signed. All versions have their fields at the same places.
struct SnpReportBody {
    TcbLayout layout = TcbLayout::milan;  // of the TCBs; not in the report, which may name its processor

    uint32_t version = kOldestSnpReport;
    uint32_t guest_svn = 0;
    uint64_t policy = 0;
    Bytes family_id = Bytes(16), image_id = Bytes(16);
    uint32_t vmpl = 0;  // 0xffffffff when the host asked
    uint32_t signature_algo = 0;
    uint64_t current_tcb = 0;
    uint64_t platform_info = 0;
    uint32_t key_info = 0;
    uint32_t reserved = 0;
    Bytes report_data = Bytes(64);
    Bytes measurement = Bytes(48);
    Bytes host_data = Bytes(32);
    Bytes id_key_digest = Bytes(48), author_key_digest = Bytes(48);
    Bytes report_id = Bytes(32), report_id_ma = Bytes(32);
    uint64_t reported_tcb = 0;
    uint8_t cpuid_fam_id = 0, cpuid_mod_id = 0, cpuid_step = 0;  // reserved in version 2
    Bytes reserved_2 = Bytes(21);
    Bytes chip_id = Bytes(64);  // from family 1Ah on 8 bytes and zeros; zeros when the host masks it
    uint64_t committed_tcb = 0;
    uint8_t current_build = 0, current_minor = 0, current_major = 0;
    uint8_t reserved_3 = 0;
    uint8_t committed_build = 0, committed_minor = 0, committed_major = 0;
    uint8_t reserved_4 = 0;
    uint64_t launch_tcb = 0;
    uint64_t launch_mit_vector = 0, current_mit_vector = 0;  // reserved before version 5
    Bytes reserved_5 = Bytes(152);

    bool names_processor() const { return version > kOldestSnpReport; }
    bool debug() const { return snp_bits::debug.of(policy) != 0; }
    bool migration() const { return snp_bits::migrate_ma.of(policy) != 0; }
    SnpSigner signer() const { return static_cast<SnpSigner>(snp_bits::signing_key.of(key_info)); }
    bool chip_masked() const;
    void describe(wire::Visitor& v);
};

struct SnpReport : SnpReportBody {
    SnpSignature signature;
    void describe(wire::Visitor& v);
};

// Where a field stands in a report; "SIGNATURE" is the whole of it. There must be such a field.
const wire::Span& snp_field(std::string_view name);

}  // namespace assay::evidence
