#include "stack/attest/snp_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/reader.h"

namespace assay::attest {

namespace {

constexpr size_t kWireInteger = 72;  // bytes of R or S in the report
constexpr size_t kInteger = 48;      // bytes of one that is on the curve
constexpr size_t kFamilyOffset = 0x188;
constexpr uint8_t kFamilyTurin = 0x1a;

// What is reserved in versions up to `until`.
struct Reserved {
    std::string_view name;
    size_t begin, end;
    uint32_t until = 5;
};
constexpr Reserved kReserved[] = {
    {"reserved at 4Ch", 0x4c, 0x50},    {"CPUID fields of version 3", 0x188, 0x18b, 2},
    {"reserved at 18Bh", 0x18b, 0x1a0}, {"reserved at 1EBh", 0x1eb, 0x1ec},
    {"reserved at 1EFh", 0x1ef, 0x1f0}, {"mitigation vectors of version 5", 0x1f8, 0x208, 4},
    {"reserved at 208h", 0x208, 0x2a0}, {"reserved in SIGNATURE", 0x330, 0x4a0},
};
constexpr size_t kTcbOffsets[] = {0x38, 0x180, 0x1e0, 0x1f0};

Tcb tcb_at(ByteView bytes, size_t offset, TcbLayout layout) {
    const ByteView at = bytes.subspan(offset, 8);
    if (layout == TcbLayout::turin)
        return {.fmc = at[0], .bootloader = at[1], .tee = at[2], .snp = at[3], .microcode = at[7]};
    return {.bootloader = at[0], .tee = at[1], .snp = at[6], .microcode = at[7]};
}

TcbLayout layout_of(ByteView bytes, uint32_t version) {
    return version >= 3 && bytes[kFamilyOffset] >= kFamilyTurin ? TcbLayout::turin : TcbLayout::milan;
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

Result<SnpReport> parse_snp_report(ByteView bytes) {
    Reader reader(bytes);
    SnpReport report;
    const ByteView whole = TRY(reader.take(kSnpReportSize, "ATTESTATION_REPORT"));
    if (Result<> end = reader.finish("ATTESTATION_REPORT"); !end) return std::unexpected(end.error());
    const auto number = [&](size_t offset, size_t size) {
        return little_endian(whole.subspan(offset, size));
    };
    report.version = static_cast<uint32_t>(number(0x00, 4));
    if (report.version < 2 || report.version > 5) {
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
    report.layout = layout_of(whole, report.version);
    report.current_tcb = tcb_at(whole, 0x38, report.layout);
    report.reported_tcb = tcb_at(whole, 0x180, report.layout);
    report.chip_id = whole.subspan(0x1a0, 64);
    report.committed_tcb = tcb_at(whole, 0x1e0, report.layout);
    report.current = version_at(whole, 0x1e8);
    report.committed = version_at(whole, 0x1ec);
    report.launch_tcb = tcb_at(whole, 0x1f0, report.layout);
    report.signed_bytes = whole.first(kSnpSignedSize);
    report.signature = whole.subspan(kSnpSignedSize, 2 * kWireInteger);
    return report;
}

std::optional<ReservedField> reserved_in_use(ByteView report) {
    if (report.size() != kSnpReportSize) return std::nullopt;
    const auto version = static_cast<uint32_t>(little_endian(report.first(4)));
    for (const Reserved& field : kReserved) {
        const size_t size = field.end - field.begin;
        if (version <= field.until && !zero(report.subspan(field.begin, size)))
            return ReservedField{field.name, field.begin, size};
    }
    const uint64_t policy = little_endian(report.subspan(0x08, 8));
    if (policy >> 26 != 0 || (policy >> 17 & 1) != 1) return ReservedField{"POLICY", 0x08, 8};
    const uint64_t platform = little_endian(report.subspan(0x40, 8));
    if (platform >> 8 != 0 || (platform >> 6 & 1) != 0) return ReservedField{"PLATFORM_INFO", 0x40, 8};
    if (little_endian(report.subspan(0x48, 4)) >> 5 != 0) return ReservedField{"KEY_INFO", 0x48, 4};
    const bool turin = layout_of(report, version) == TcbLayout::turin;
    for (size_t offset : kTcbOffsets) {
        const size_t from = offset + (turin ? 4 : 2);
        const size_t size = turin ? 3 : 4;
        if (!zero(report.subspan(from, size))) return ReservedField{"TCB_VERSION", from, size};
    }
    return std::nullopt;
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
