#include "stack/evidence/snp.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/writer.h"
#include "stack/evidence/der.h"

namespace assay::evidence {

namespace {

constexpr crypto::SignAlgo kIssuerAlgo = crypto::SignAlgo::rsapss_4096;

Name amd(const std::string& title) {
    return {{"OU", "Engineering"},           {"C", "US"},  {"L", "Santa Clara"}, {"ST", "CA"},
            {"O", "Advanced Micro Devices"}, {"CN", title}};
}

CertificateForm authority(const std::string& title, uint64_t serial) {
    CertificateForm form;
    form.key = {title, kIssuerAlgo};
    form.subject = amd(title);
    form.serial = {1, 0, static_cast<uint8_t>(serial)};
    form.not_before = at(2020, 10, 22);
    form.not_after = at(2045, 10, 22);
    form.ca = true;
    form.key_usage = usage::cert_sign;
    return form;
}

Bytes chip_of(const SnpOptions& options) {
    Bytes id = digest(crypto::HashAlgo::sha512, as_bytes(fmt::format("{} chip", options.label)));
    if (options.processor.turin()) id.resize(8);
    return id;
}

TcbForm tcb_of(const ProcessorForm& processor) {
    TcbForm tcb;
    if (processor.turin()) tcb = {.boot_loader = 2, .tee = 1, .snp = 4, .microcode = 81, .fmc = uint8_t{1}};
    return tcb;
}

Chain amd_chain(const SnpOptions& options) {
    const ProcessorForm& processor = options.processor;
    CertificateForm ark = authority("ARK-" + processor.line, 0);
    CertificateForm ask = authority((options.vlek ? "SEV-VLEK-" : "SEV-") + processor.line, 1);
    ask.path_length = 0;
    CertificateForm leaf;
    leaf.key = {options.label};
    leaf.subject = amd(options.vlek ? "SEV-VLEK" : "SEV-VCEK");
    leaf.serial = {0};
    leaf.not_before = at(2024, 9, 24);
    leaf.not_after = at(2031, 9, 24);
    leaf.key_identifiers = false;
    leaf.more.push_back(
        {std::string(kOidStructure), false, der::integer(uint64_t{processor.turin() ? 1U : 0U})});
    leaf.more.push_back({std::string(kOidProduct), false,
                         der::text(der::kIa5, options.vlek ? processor.line : processor.product_name)});
    set_tcb(leaf, tcb_of(processor));
    if (options.vlek) {
        leaf.more.push_back({fmt::format("{}5", kOidAmd), false, der::text(der::kIa5, "Assay cloud")});
    } else {
        leaf.more.push_back({std::string(kOidHardware), false, chip_of(options)});
    }
    Chain chain = {leaf, ask, ark};
    relink(chain);
    return chain;
}

Bytes reversed(ByteView big_endian) { return {big_endian.rbegin(), big_endian.rend()}; }

}  // namespace

ProcessorForm milan() { return {}; }
ProcessorForm genoa() { return {0x19, 0x11, 0x01, "Genoa", "Genoa-B1"}; }
ProcessorForm turin() { return {0x1a, 0x02, 0x01, "Turin", "Turin"}; }

uint64_t TcbForm::value() const {
    if (fmc) {
        return *fmc | uint64_t{boot_loader} << 8 | uint64_t{tee} << 16 | uint64_t{snp} << 24 |
               uint64_t{microcode} << 56;
    }
    return boot_loader | uint64_t{tee} << 8 | uint64_t{snp} << 48 | uint64_t{microcode} << 56;
}

void set_tcb(CertificateForm& leaf, const TcbForm& tcb) {
    std::vector<std::pair<std::string, uint8_t>> levels = {{std::string(kOidBootLoader), tcb.boot_loader},
                                                           {std::string(kOidTee), tcb.tee},
                                                           {"1.3.6.1.4.1.3704.1.3.5", 0},
                                                           {"1.3.6.1.4.1.3704.1.3.6", 0},
                                                           {"1.3.6.1.4.1.3704.1.3.7", 0},
                                                           {std::string(kOidSnp), tcb.snp},
                                                           {std::string(kOidMicrocode), tcb.microcode}};
    if (tcb.fmc) {
        levels.emplace_back(kOidFmc, *tcb.fmc);
    } else {
        levels.emplace_back("1.3.6.1.4.1.3704.1.3.4", 0);
    }
    for (const auto& [oid, level] : levels) {
        Extension* known = find(leaf, oid);
        if (known == nullptr) known = &leaf.more.emplace_back(Extension{oid, false, {}});
        known->value = der::integer(uint64_t{level});
    }
}

void set_chip(SnpForm& snp, ByteView id) {
    snp.chip_id = to_bytes(id);
    snp.chip_id.resize(64);
    if (Extension* hardware = find(snp.chain.front(), kOidHardware)) hardware->value = to_bytes(id);
}

uint64_t platform_info_of(uint32_t version) {
    constexpr uint64_t kSmt = 1, kEcc = 1 << 2, kAliasCheck = 1 << 5, kIommuWriteSafe = 1 << 6;
    return kSmt | (version >= 3 ? kEcc | kAliasCheck : 0) | (version >= 5 ? kIommuWriteSafe : 0);
}

Bytes make(const SnpForm& form) {
    Writer out;
    out.u32(form.version).u32(form.guest_svn).u64(form.policy).zeros(32).u32(form.vmpl);
    out.u32(form.signature_algo).u64(form.current.value()).u64(form.platform_info).u32(form.flags).u32(0);
    out.bytes(form.report_data).bytes(form.measurement);
    out.zeros(32 + 48 + 48);                                        // host data, key digests
    out.bytes(digest(crypto::HashAlgo::sha256, form.measurement));  // REPORT_ID
    out.bytes(Bytes(32, 0xff)).u64(form.reported.value());
    const ProcessorForm named = form.version >= 3 ? form.processor : ProcessorForm{0, 0, 0, {}, {}};
    out.u8(named.family).u8(named.model).u8(named.stepping).zeros(21).bytes(form.chip_id);
    out.u64(form.committed.value()).u8(3).u8(49).u8(1).u8(0).u8(3).u8(49).u8(1).u8(0);
    out.u64(form.launch.value()).u64(form.launch_mitigations).u64(form.current_mitigations).zeros(152);
    Bytes report = std::move(out).take();
    if (form.edit_before) form.edit_before(report);
    const Bytes raw = sign(form.signer, crypto::HashAlgo::sha384, report);
    const ByteView both(raw);
    for (const ByteView half : {both.first(raw.size() / 2), both.subspan(raw.size() / 2)}) {
        Bytes little = reversed(half);
        little.resize(72);
        append(report, little);
    }
    report.resize(snp_at::end);
    if (form.edit_after) form.edit_after(report);
    return report;
}

SnpForm genuine(const SnpOptions& options) {
    SnpForm snp;
    snp.chain = amd_chain(options);
    snp.signer = snp.chain.front().key;
    snp.measurement = digest(crypto::HashAlgo::sha384, as_bytes(options.label + " launch"));
    snp.version = options.version;
    snp.processor = options.processor;
    snp.current = snp.reported = snp.committed = snp.launch = tcb_of(options.processor);
    snp.platform_info = platform_info_of(options.version);
    if (options.version >= 5) snp.launch_mitigations = snp.current_mitigations = 0x3f;
    snp.chip_id = chip_of(options);
    snp.chip_id.resize(64);
    if (options.vlek) snp.flags = 1 << 2;
    return snp;
}

}  // namespace assay::evidence
