#include "stack/attest/snp_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/wire/encode.h"

namespace assay::attest {

namespace {

using namespace evidence;

constexpr size_t kInteger = 48;  // bytes of R or S that is on the curve

// By the family alone, so that what is of no known product can be read too.
TcbLayout layout_of_family(uint8_t family) {
    return family >= kFamilyTurin ? TcbLayout::turin : TcbLayout::milan;
}

bool zero(ByteView bytes) {
    return std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
}

// "SMT_EN" as claims have it.
std::string claim_name(std::string_view name) {
    std::string text(name);
    std::ranges::transform(text, text.begin(), [](char c) {
        if (c == '_') return '-';
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

}  // namespace

std::string text(const Tcb& tcb) {
    return fmt::format("fmc {}, bootloader {}, tee {}, snp {}, microcode {}", tcb.fmc, tcb.bootloader,
                       tcb.tee, tcb.snp, tcb.microcode);
}

Result<SnpReport> parse_snp_report(ByteView bytes, TcbLayout layout) {
    SnpReport report = TRY(wire::decode_exact<SnpReport>(bytes, {}));
    if (report.version < kOldestSnpReport || report.version > kNewestSnpReport) {
        return fail(Errc::unsupported, "VERSION", snp_field("VERSION").offset,
                    fmt::format("version {}", report.version));
    }
    report.layout = report.names_processor() ? layout_of_family(report.cpuid_fam_id) : layout;
    return report;
}

std::optional<wire::Span> reserved_in_use(const SnpReport& report) {
    const bool any_platform = report.version >= kNewestSnpReport;
    const Bytes bytes = wire::encode_raw(report, {});
    for (const wire::Span& span : wire::annotate_as(bytes, report).spans) {
        if (span.path == "PLATFORM_INFO" && any_platform) continue;
        if (wire::reserved_in_use(span, bytes, wire::Version::v1_4)) return span;
        if (span.path == "POLICY" && snp_bits::must_be_one.of(report.policy) != 1) return span;
    }
    return std::nullopt;
}

std::vector<std::string> platform_info_names(uint64_t platform_info) {
    std::vector<std::string> names;
    const std::span<const wire::Bits> known = platform_bits(kNewestSnpReport);
    for (uint8_t bit = 0; bit < 64; ++bit) {
        if ((platform_info >> bit & 1) == 0) continue;
        const auto run = std::ranges::find(known, bit, &wire::Bits::low);
        names.push_back(run != known.end() ? claim_name(run->name) : fmt::format("bit-{}", bit));
    }
    return names;
}

uint64_t unnamed_platform_info(uint64_t platform_info) {
    for (const wire::Bits& run : platform_bits(kNewestSnpReport)) platform_info &= ~run.mask();
    return platform_info;
}

Result<> verify_snp_report(ByteView report, const SnpSignature& signature, const crypto::PublicKey& key) {
    if (!key.fits(crypto::SignAlgo::ecdsa_p384)) return fail(Errc::bad_key, "certificate");
    const size_t signed_size = snp_field("SIGNATURE").offset;
    Bytes raw;
    for (Bytes integer : {signature.r, signature.s}) {
        std::ranges::reverse(integer);
        if (!zero(ByteView(integer).first(integer.size() - kInteger)))
            return fail(Errc::bad_signature, "SIGNATURE", signed_size, "beyond the curve");
        append(raw, ByteView(integer).last(kInteger));
    }
    return crypto::openssl_provider().verify(crypto::SignAlgo::ecdsa_p384, crypto::HashAlgo::sha384, key,
                                             {.bytes = report.first(signed_size)}, raw);
}

}  // namespace assay::attest
