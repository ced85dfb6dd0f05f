#include "stack/evidence/snp_report.h"

#include <algorithm>
#include <map>

#include "stack/wire/encode.h"

namespace assay::evidence {

namespace {

using wire::Bits;
using wire::Field;

constexpr Bits kMilanTcb[] = {{0, 8, "BOOT_LOADER"}, {8, 8, "TEE"}, {48, 8, "SNP"}, {56, 8, "MICROCODE"}};
constexpr Bits kTurinTcb[] = {
    {0, 8, "FMC"}, {8, 8, "BOOT_LOADER"}, {16, 8, "TEE"}, {24, 8, "SNP"}, {56, 8, "MICROCODE"}};

constexpr Bits kPolicy[] = {{0, 8, "ABI_MINOR"},
                            {8, 8, "ABI_MAJOR"},
                            {16, 1, "SMT"},
                            snp_bits::must_be_one,
                            snp_bits::migrate_ma,
                            snp_bits::debug,
                            {20, 1, "SINGLE_SOCKET"},
                            {21, 1, "CXL_ALLOW"},
                            {22, 1, "MEM_AES_256_XTS"},
                            {23, 1, "RAPL_DIS"},
                            {24, 1, "CIPHERTEXT_HIDING_DRAM"},
                            {25, 1, "PAGE_SWAP_DISABLE"}};

// In the order in which versions brought them.
constexpr Bits kPlatformInfo[] = {snp_bits::smt_en,
                                  {1, 1, "TSME_EN"},
                                  snp_bits::ecc_en,
                                  {3, 1, "RAPL_DIS"},
                                  {4, 1, "CIPHERTEXT_HIDING_DRAM_EN"},
                                  snp_bits::alias_check_complete,
                                  snp_bits::iommu_write_safe,
                                  {7, 1, "TIO_EN"}};
constexpr size_t kPlatformBitsOf2 = 5, kPlatformBitsOf3 = 6;

constexpr Bits kKeyInfo[] = {{0, 1, "AUTHOR_KEY_EN"}, {1, 1, "MASK_CHIP_KEY"}, snp_bits::signing_key};

constexpr wire::ValueName kSignatureAlgos[] = {{0, "invalid"}, {1, "ECDSA P-384 with SHA-384"}};

std::span<const Bits> tcb_bits(TcbLayout layout) {
    if (layout == TcbLayout::turin) return kTurinTcb;
    return kMilanTcb;
}

// Calls `visit(bits, component)` for each component that the layout has.
template <class T, class V>
void each_component(T& tcb, TcbLayout layout, V visit) {
    const auto component = [&](std::string_view name) -> auto& {
        if (name == "FMC") return tcb.fmc;
        if (name == "BOOT_LOADER") return tcb.bootloader;
        if (name == "TEE") return tcb.tee;
        return name == "SNP" ? tcb.snp : tcb.microcode;
    };
    for (const Bits& bits : tcb_bits(layout)) visit(bits, component(bits.name));
}

// A field that versions before `since` have reserved.
Field since(uint32_t since, uint32_t version, std::string_view name) {
    return version >= since ? Field{.name = name} : wire::reserved_field(name);
}

std::map<std::string, wire::Span> all_fields() {
    std::map<std::string, wire::Span> fields;
    const Bytes report = wire::encode_raw(SnpReport(), {});
    for (const wire::Span& span : wire::annotate_as<SnpReport>(report).spans) fields.emplace(span.path, span);
    wire::Span signature = fields.at("SIGNATURE.R");
    signature.path = "SIGNATURE";
    signature.size = report.size() - signature.offset;
    fields.emplace(signature.path, signature);
    return fields;
}

}  // namespace

bool Tcb::at_least(const Tcb& other) const {
    return fmc >= other.fmc && bootloader >= other.bootloader && tee >= other.tee && snp >= other.snp &&
           microcode >= other.microcode;
}

uint64_t number(const Tcb& tcb, TcbLayout layout) {
    uint64_t all = 0;
    each_component(tcb, layout, [&](const Bits& bits, uint8_t component) { all |= bits.with(component); });
    return all;
}

Tcb tcb_of(uint64_t number, TcbLayout layout) {
    Tcb tcb;
    each_component(tcb, layout, [&](const Bits& bits, uint8_t& component) {
        component = static_cast<uint8_t>(bits.of(number));
    });
    return tcb;
}

std::span<const Bits> platform_bits(uint32_t version) {
    const std::span<const Bits> all = kPlatformInfo;
    if (version >= 5) return all;
    return all.first(version >= 3 ? kPlatformBitsOf3 : kPlatformBitsOf2);
}

void SnpSignature::describe(wire::Visitor& v) {
    v.sized({.name = "SIGNATURE.R", .kind = wire::FieldKind::signature}, r, 72);
    v.sized({.name = "SIGNATURE.S", .kind = wire::FieldKind::signature}, s, 72);
    v.sized(wire::reserved_field("SIGNATURE.Reserved"), reserved, 368);
}

bool SnpReportBody::chip_masked() const {
    return std::ranges::all_of(chip_id, [](uint8_t byte) { return byte == 0; });
}

void SnpReportBody::describe(wire::Visitor& v) {
    using wire::flags, wire::reserved_field;
    const auto digest = [](std::string_view name) {
        return Field{.name = name, .kind = wire::FieldKind::digest};
    };
    v.u32({.name = "VERSION"}, version);
    v.u32({.name = "GUEST_SVN"}, guest_svn);
    v.u64(flags("POLICY", kPolicy), policy);
    v.sized({.name = "FAMILY_ID"}, family_id, 16);
    v.sized({.name = "IMAGE_ID"}, image_id, 16);
    v.u32({.name = "VMPL"}, vmpl);
    v.u32(wire::enumeration("SIGNATURE_ALGO", kSignatureAlgos), signature_algo);
    v.u64(flags("CURRENT_TCB", tcb_bits(layout)), current_tcb);
    v.u64(flags("PLATFORM_INFO", platform_bits(version)), platform_info);
    v.u32(flags("KEY_INFO", kKeyInfo), key_info);
    v.u32(reserved_field("Reserved"), reserved);
    v.sized({.name = "REPORT_DATA"}, report_data, 64);
    v.sized(digest("MEASUREMENT"), measurement, 48);
    v.sized({.name = "HOST_DATA"}, host_data, 32);
    v.sized(digest("ID_KEY_DIGEST"), id_key_digest, 48);
    v.sized(digest("AUTHOR_KEY_DIGEST"), author_key_digest, 48);
    v.sized({.name = "REPORT_ID"}, report_id, 32);
    v.sized({.name = "REPORT_ID_MA"}, report_id_ma, 32);
    v.u64(flags("REPORTED_TCB", tcb_bits(layout)), reported_tcb);
    v.u8(since(3, version, "CPUID_FAM_ID"), cpuid_fam_id);
    v.u8(since(3, version, "CPUID_MOD_ID"), cpuid_mod_id);
    v.u8(since(3, version, "CPUID_STEP"), cpuid_step);
    v.sized(reserved_field("Reserved2"), reserved_2, 21);
    v.sized({.name = "CHIP_ID"}, chip_id, 64);
    v.u64(flags("COMMITTED_TCB", tcb_bits(layout)), committed_tcb);
    v.u8({.name = "CURRENT_BUILD"}, current_build);
    v.u8({.name = "CURRENT_MINOR"}, current_minor);
    v.u8({.name = "CURRENT_MAJOR"}, current_major);
    v.u8(reserved_field("Reserved3"), reserved_3);
    v.u8({.name = "COMMITTED_BUILD"}, committed_build);
    v.u8({.name = "COMMITTED_MINOR"}, committed_minor);
    v.u8({.name = "COMMITTED_MAJOR"}, committed_major);
    v.u8(reserved_field("Reserved4"), reserved_4);
    v.u64(flags("LAUNCH_TCB", tcb_bits(layout)), launch_tcb);
    v.u64(since(5, version, "LAUNCH_MIT_VECTOR"), launch_mit_vector);
    v.u64(since(5, version, "CURRENT_MIT_VECTOR"), current_mit_vector);
    v.sized(reserved_field("Reserved5"), reserved_5, 152);
}

void SnpReport::describe(wire::Visitor& v) {
    SnpReportBody::describe(v);
    signature.describe(v);
}

const wire::Span& snp_field(std::string_view name) {
    static const std::map<std::string, wire::Span> kFields = all_fields();
    return kFields.at(std::string(name));
}

}  // namespace assay::evidence
