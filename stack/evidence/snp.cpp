#include "stack/evidence/snp.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/evidence/der.h"
#include "stack/wire/encode.h"

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

Bytes little_endian(ByteView big_endian, size_t size) {
    Bytes bytes(big_endian.rbegin(), big_endian.rend());
    bytes.resize(size);
    return bytes;
}

SnpReportBody body_of(const SnpForm& form) {
    SnpReportBody body;
    body.version = form.version;
    body.guest_svn = form.guest_svn;
    body.policy = form.policy;
    body.vmpl = form.vmpl;
    body.signature_algo = form.signature_algo;
    body.current_tcb = form.current.value();
    body.platform_info = form.platform_info;
    body.key_info = form.flags;
    body.report_data = form.report_data;
    body.measurement = form.measurement;
    body.report_id = digest(crypto::HashAlgo::sha256, form.measurement);
    body.report_id_ma = Bytes(body.report_id_ma.size(), 0xff);
    body.reported_tcb = form.reported.value();
    if (body.names_processor()) {
        body.cpuid_fam_id = form.processor.family;
        body.cpuid_mod_id = form.processor.model;
        body.cpuid_step = form.processor.stepping;
    }
    body.chip_id = form.chip_id;
    body.committed_tcb = form.committed.value();
    body.current_build = body.committed_build = 3;
    body.current_minor = body.committed_minor = 49;
    body.current_major = body.committed_major = 1;
    body.launch_tcb = form.launch.value();
    body.launch_mit_vector = form.launch_mitigations;
    body.current_mit_vector = form.current_mitigations;
    return body;
}

}  // namespace

ProcessorForm milan() { return {}; }
ProcessorForm genoa() { return {0x19, 0x11, 0x01, "Genoa", "Genoa-B1"}; }
ProcessorForm turin() { return {0x1a, 0x02, 0x01, "Turin", "Turin"}; }

uint64_t TcbForm::value() const {
    return number(
        {.fmc = fmc.value_or(0), .bootloader = boot_loader, .tee = tee, .snp = snp, .microcode = microcode},
        fmc ? TcbLayout::turin : TcbLayout::milan);
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
    using namespace snp_bits;
    uint64_t info = smt_en.mask();
    if (version >= 3) info |= ecc_en.mask() | alias_check_complete.mask();
    if (version >= 5) info |= iommu_write_safe.mask();
    return info;
}

Bytes make(const SnpForm& form) {
    Bytes report = wire::encode_raw(body_of(form), {});
    if (form.edit_before) form.edit_before(report);
    const Bytes raw = sign(form.signer, crypto::HashAlgo::sha384, report);
    const ByteView both(raw);
    SnpSignature signature;
    signature.r = little_endian(both.first(raw.size() / 2), signature.r.size());
    signature.s = little_endian(both.subspan(raw.size() / 2), signature.s.size());
    append(report, wire::encode_raw(signature, {}));
    // Edits may have made it longer or shorter.
    report.resize(snp_field("SIGNATURE").end());
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
    if (options.vlek) snp.flags = static_cast<uint32_t>(snp_bits::signing_key.with(1));
    return snp;
}

}  // namespace assay::evidence
