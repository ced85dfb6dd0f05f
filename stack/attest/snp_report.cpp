#include "stack/attest/snp_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/reader.h"

namespace assay::attest {

namespace {

constexpr size_t kWireInteger = 72;  // bytes of R or S in the report
constexpr size_t kInteger = 48;      // bytes of one that is on the curve
constexpr size_t kCpuOffset = 0x188;
constexpr uint8_t kFamilyTurin = 0x1a;
constexpr uint32_t kNewestVersion = 5;

// What is reserved in versions up to `until`.
struct Reserved {
    std::string_view name;
    size_t begin, end;
    uint32_t until = kNewestVersion;
};
constexpr Reserved kReserved[] = {
    {"reserved at 4Ch", 0x4c, 0x50},    {"CPUID fields of version 3", 0x188, 0x18b, 2},
    {"reserved at 18Bh", 0x18b, 0x1a0}, {"reserved at 1EBh", 0x1eb, 0x1ec},
    {"reserved at 1EFh", 0x1ef, 0x1f0}, {"mitigation vectors of version 5", 0x1f8, 0x208, 4},
    {"reserved at 208h", 0x208, 0x2a0}, {"reserved in SIGNATURE", 0x330, 0x4a0},
};
constexpr size_t kTcbOffsets[] = {0x38, 0x180, 0x1e0, 0x1f0};

// Bits of PLATFORM_INFO, in order, each with the version of the report that brought it.
struct PlatformBit {
    std::string_view name;
    uint32_t since;
};
constexpr PlatformBit kPlatformBits[] = {
    {"smt-en", 2},
    {"tsme-en", 2},
    {"ecc-en", 2},
    {"rapl-dis", 2},
    {"ciphertext-hiding-dram-en", 2},
    {"alias-check-complete", 3},
    {"iommu-write-safe", 5},
    {"tio-en", 5},
};

uint64_t platform_bits_until(uint32_t version) {
    uint64_t bits = 0;
    for (size_t i = 0; i < std::size(kPlatformBits); ++i)
        if (kPlatformBits[i].since <= version) bits |= uint64_t{1} << i;
    return bits;
}

Tcb tcb_at(ByteView bytes, size_t offset, TcbLayout layout) {
    const ByteView at = bytes.subspan(offset, 8);
    if (layout == TcbLayout::turin)
        return {.fmc = at[0], .bootloader = at[1], .tee = at[2], .snp = at[3], .microcode = at[7]};
    return {.bootloader = at[0], .tee = at[1], .snp = at[6], .microcode = at[7]};
}

// By the family alone, so that what is of no known product can be read too.
TcbLayout layout_of(const SnpCpu& cpu) {
    return cpu.family >= kFamilyTurin ? TcbLayout::turin : TcbLayout::milan;
}

bool zero(ByteView bytes) {
    return std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
}

uint64_t little_endian(ByteView bytes) {
    uint64_t value = 0;
    for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

std::array<uint8_t, 3> version_at(ByteView bytes, size_t offset) {
    return {bytes[offset], bytes[offset + 1], bytes[offset + 2]};
}

}  // namespace

bool Tcb::at_least(const Tcb& other) const {
    return fmc >= other.fmc && bootloader >= other.bootloader && tee >= other.tee && snp >= other.snp &&
           microcode >= other.microcode;
}

std::string text(const Tcb& tcb) {
    return fmt::format("fmc {}, bootloader {}, tee {}, snp {}, microcode {}", tcb.fmc, tcb.bootloader,
                       tcb.tee, tcb.snp, tcb.microcode);
}

bool SnpReport::chip_masked() const { return zero(chip_id); }

Result<SnpReport> parse_snp_report(ByteView bytes, TcbLayout layout) {
    Reader reader(bytes);
    SnpReport report;
    const ByteView whole = TRY(reader.take(kSnpReportSize, "ATTESTATION_REPORT"));
    if (Result<> end = reader.finish("ATTESTATION_REPORT"); !end) return std::unexpected(end.error());
    const auto number = [&](size_t offset, size_t size) {
        return little_endian(whole.subspan(offset, size));
    };
    report.version = static_cast<uint32_t>(number(0x00, 4));
    if (report.version < 2 || report.version > kNewestVersion) {
        return fail(Errc::unsupported, "VERSION", 0, fmt::format("version {}", report.version));
    }
    report.guest_svn = static_cast<uint32_t>(number(0x04, 4));
    report.policy = number(0x08, 8);
    report.family_id = whole.subspan(0x10, 16);
    report.image_id = whole.subspan(0x20, 16);
    report.vmpl = static_cast<uint32_t>(number(0x30, 4));
    report.signature_algo = static_cast<uint32_t>(number(0x34, 4));
    report.platform_info = number(0x40, 8);
    report.key_info = static_cast<uint32_t>(number(0x48, 4));
    report.report_data = whole.subspan(0x50, 64);
    report.measurement = whole.subspan(0x90, 48);
    report.host_data = whole.subspan(0xc0, 32);
    report.id_key_digest = whole.subspan(0xe0, 48);
    report.author_key_digest = whole.subspan(0x110, 48);
    report.report_id = whole.subspan(0x140, 32);
    report.report_id_ma = whole.subspan(0x160, 32);
    if (report.version >= 3)
        report.cpu = {
            .family = whole[kCpuOffset], .model = whole[kCpuOffset + 1], .stepping = whole[kCpuOffset + 2]};
    report.layout = report.cpu ? layout_of(*report.cpu) : layout;
    report.current_tcb = tcb_at(whole, 0x38, report.layout);
    report.reported_tcb = tcb_at(whole, 0x180, report.layout);
    report.chip_id = whole.subspan(0x1a0, 64);
    report.committed_tcb = tcb_at(whole, 0x1e0, report.layout);
    report.current = version_at(whole, 0x1e8);
    report.committed = version_at(whole, 0x1ec);
    report.launch_tcb = tcb_at(whole, 0x1f0, report.layout);
    report.bytes = whole;
    report.signed_bytes = whole.first(kSnpSignedSize);
    report.signature = whole.subspan(kSnpSignedSize, 2 * kWireInteger);
    return report;
}

std::optional<ReservedField> reserved_in_use(const SnpReport& report) {
    for (const Reserved& field : kReserved) {
        const size_t size = field.end - field.begin;
        if (report.version <= field.until && !zero(report.bytes.subspan(field.begin, size)))
            return ReservedField{field.name, field.begin, size};
    }
    if (report.policy >> 26 != 0 || (report.policy >> 17 & 1) != 1) return ReservedField{"POLICY", 0x08, 8};
    const bool frozen = report.version < kNewestVersion;
    if (frozen && (report.platform_info & ~platform_bits_until(report.version)) != 0)
        return ReservedField{"PLATFORM_INFO", 0x40, 8};
    if (report.key_info >> 5 != 0) return ReservedField{"KEY_INFO", 0x48, 4};
    const bool turin = report.layout == TcbLayout::turin;
    for (size_t offset : kTcbOffsets) {
        const size_t from = offset + (turin ? 4 : 2);
        const size_t size = turin ? 3 : 4;
        if (!zero(report.bytes.subspan(from, size))) return ReservedField{"TCB_VERSION", from, size};
    }
    return std::nullopt;
}

std::vector<std::string> platform_info_names(uint64_t platform_info) {
    std::vector<std::string> names;
    for (size_t bit = 0; bit < 64; ++bit) {
        if ((platform_info >> bit & 1) == 0) continue;
        names.push_back(bit < std::size(kPlatformBits) ? std::string(kPlatformBits[bit].name)
                                                       : fmt::format("bit-{}", bit));
    }
    return names;
}

uint64_t unnamed_platform_info(uint64_t platform_info) {
    return platform_info & ~platform_bits_until(kNewestVersion);
}

Result<> verify_snp_report(const SnpReport& report, const crypto::PublicKey& key) {
    if (!key.fits(crypto::SignAlgo::ecdsa_p384)) return fail(Errc::bad_key, "certificate");
    Bytes signature;
    for (size_t i : {size_t{0}, size_t{1}}) {
        Bytes integer = to_bytes(report.signature.subspan(i * kWireInteger, kWireInteger));
        std::ranges::reverse(integer);
        const ByteView high = ByteView(integer).first(kWireInteger - kInteger);
        if (!zero(high)) return fail(Errc::bad_signature, "SIGNATURE", kSnpSignedSize, "beyond the curve");
        append(signature, ByteView(integer).last(kInteger));
    }
    return crypto::openssl_provider().verify(crypto::SignAlgo::ecdsa_p384, crypto::HashAlgo::sha384, key,
                                             {.bytes = report.signed_bytes}, signature);
}

}  // namespace assay::attest
