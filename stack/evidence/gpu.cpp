#include "stack/evidence/gpu.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/writer.h"
#include "stack/evidence/der.h"

namespace assay::evidence {

namespace {

constexpr size_t kDigest = 48;
constexpr std::string_view kNvidia = "NVIDIA Corporation";

struct Labels {
    std::string chip;  // as certificates name it
    std::string boot;  // common names of the two lower certificates
    std::string leaf;
    std::string provisioner;
};

Labels labels(Model model) {
    switch (model) {
        case Model::gh100:
            return {"GH100", "GH100 A01 GSP BROM", "GH100 A01 GSP FMC LF", "NVIDIA GH100 Provisioner ICA 1"};
        case Model::gb100:
            return {"GB100", "GB100 A01 GSP BROM", "GB100 A01 GSP FMC LF",
                    "NVIDIA GB100 Provisioner ICA 00000"};
        case Model::ls10: break;
    }
    return {"GH100", "LS_10 A01 FSP BROM", "LS_10 A01 FSP FMC LF", "NVIDIA LS10 Provisioner ICA 1"};
}

std::string hex_of(ByteView bytes) {
    std::string text = to_hex(bytes);
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
    return text;
}

Bytes serial_for(std::string_view label, size_t size) {
    Bytes serial = digest(crypto::HashAlgo::sha384, as_bytes(label));
    serial.resize(size);
    serial[0] = static_cast<uint8_t>((serial[0] & 0x3f) | 0x40);
    return serial;
}

CertificateForm authority(std::string_view label, Name subject) {
    CertificateForm form;
    form.key = {std::string(label)};
    form.subject = std::move(subject);
    form.serial = serial_for(label, 16);
    form.not_before = at(2022, 1, 12);
    form.not_after = never();
    form.ca = true;
    form.key_usage = usage::cert_sign | usage::crl_sign;
    return form;
}

Bytes device_name(std::string_view chip, ByteView id) {
    const std::string text = fmt::format("NVIDIA:{}:{}", chip, hex_of(id.first(8)));
    const Bytes value = der::tagged(0, der::text(der::kUtf8, text));
    return der::sequence({der::tagged(0, concat({der::oid("1.3.6.1.4.1.412.274.1"), value}))});
}

Bytes zero_terminated(std::string_view text, size_t size) {
    Bytes bytes = to_bytes(as_bytes(text));
    bytes.resize(std::max(size, text.size() + 1));
    return bytes;
}

Bytes number(uint64_t value, size_t width) {
    Writer out;
    out.uint_le(value, width);
    return std::move(out).take();
}

std::vector<OpaqueForm> gpu_fields(const GpuOptions& options, const ReportForm& report, ByteView fwid) {
    std::vector<OpaqueForm> fields = {
        {opaque::vbios_version, vbios_bytes(options.firmware.vbios), {}},
        {opaque::board_id, number(0x3b1, 4), {}},
        {opaque::chip_sku, zero_terminated("882", 9), {}},
        {opaque::chip_sku_mod, zero_terminated("0", 5), {}},
        {opaque::project, zero_terminated("1010", 5), {}},
        {opaque::project_sku, zero_terminated("0200", 5), {}},
        {opaque::project_sku_mod, number(0, 2), {}},
        {opaque::driver_version, zero_terminated(options.firmware.driver, 0), {}},
        {opaque::gpu_info, number(0x180, 8), {}},
        {opaque::counts, measurement_counts(report, 64), {}},
        {opaque::cpr_info, number(0x1c000, 4), {}},
        {opaque::nvdec0_status, {options.nvdec0}, {}}};
    if (options.fwid_reported) fields.push_back({opaque::fwid, to_bytes(fwid), {}});
    fields.push_back({opaque::protected_pcie, {options.protected_pcie ? opaque::kOn : opaque::kOff}, {}});
    if (options.protected_pcie) {
        std::vector<Bytes> switches;
        for (size_t i = 0; i < kMachineSwitches; ++i) switches.push_back(switch_pdi(i));
        fields.push_back({opaque::pdi, switches_of_gpu(switches), {}});
    }
    if (options.feature_flag) {
        fields.push_back({opaque::sys_enable, number(1, 2), {}});
        fields.push_back({opaque::data_version, number(1, 2), {}});
        fields.push_back({opaque::feature_flag, number(*options.feature_flag, 2), {}});
    }
    return fields;
}

std::vector<OpaqueForm> switch_fields(const GpuOptions& options, const ReportForm& report) {
    // Each switch has them in an order of its own.
    std::vector<Bytes> gpus;
    for (size_t i = 0; i < kMachineGpus; ++i) gpus.push_back(gpu_pdi((i + options.position) % kMachineGpus));
    return {{opaque::vbios_version, to_bytes(as_bytes(options.firmware.vbios)), {}},
            {opaque::pdi, switch_pdi(options.position), {}},
            {opaque::counts, measurement_counts(report, 26), {}},
            {opaque::switch_gpu_pdis, gpus_of_switch(gpus), {}},
            {opaque::disabled_ports, number(0xec, 2), {}},
            {opaque::position_id, number(options.position, 2), {}},
            {opaque::lock_status, number(1, 2), {}}};
}

}  // namespace

std::string_view name(Model model) {
    switch (model) {
        case Model::gh100: return "GH100";
        case Model::gb100: return "GB100";
        case Model::ls10: break;
    }
    return "LS10";
}

Bytes composite_device_id(const KeyName& name, ByteView fwid) {
    const Bytes inner = der::sequence({der::oid("2.16.840.1.101.3.4.2.2"), der::octets(fwid)});
    return der::sequence({der::integer(uint64_t{1}), key(name).public_key().spki(), inner});
}

Bytes tcb_info(const TcbInfoForm& form) {
    Bytes fwids;
    for (const Bytes& fwid : form.fwids)
        append(fwids, der::sequence({der::oid(form.digest_oid), der::octets(fwid)}));
    auto number = [](uint8_t tag, uint64_t value) {
        return der::implicit(tag, ByteView(der::integer(value)).subspan(2));
    };
    auto words = [](uint8_t tag, std::string_view text) { return der::implicit(tag, as_bytes(text)); };
    return der::sequence({words(0, form.vendor), words(1, form.model), words(2, form.version),
                          number(3, form.svn), number(4, form.layer), number(5, form.index),
                          der::tagged(6, fwids), der::implicit(7, Bytes{0, 0x80, 0, 0, 0x01}),
                          der::implicit(8, Bytes{0xc0}), der::implicit(9, Bytes{0})});
}

Bytes measurement(std::string_view firmware, size_t index, size_t which) {
    return digest(crypto::HashAlgo::sha384,
                  as_bytes(fmt::format("{} measurement {} {}", firmware, index, which)));
}

std::map<size_t, size_t> Firmware::driver_resources() const {
    if (driver.empty()) return {};
    std::map<size_t, size_t> active = {{7, 1}};
    for (size_t i = 21; i <= 40; ++i) active[i] = 1;
    for (const size_t i : {size_t{23}, size_t{24}, size_t{32}, size_t{33}, size_t{34}}) active[i] = 2;
    active[35] = 4;
    active[36] = 3;
    return active;
}

std::map<size_t, size_t> Firmware::vbios_resources() const {
    std::map<size_t, size_t> active;
    if (model == Model::ls10) {
        for (size_t i = 0; i <= 30; ++i) active[i] = 1;
        return active;
    }
    for (size_t i = 0; i <= 12; ++i) active[i] = 1;
    active.erase(7);
    active[12] = 4;
    return active;
}

size_t Firmware::block_count() const { return model == Model::ls10 ? 31 : 64; }

Bytes Firmware::measured(size_t index) const {
    if (driver_resources().contains(index)) return measurement(driver, index);
    if (vbios_resources().contains(index)) return measurement(vbios, index);
    return Bytes(kDigest);
}

Bytes vbios_bytes(std::string_view version) {
    // "96.00.9F.00.01": the last byte stands before the other four, which are reversed, in the middle of
    // eight.
    Bytes parts = from_hex([&] {
                      std::string digits(version);
                      std::erase(digits, '.');
                      return digits;
                  }())
                      .value_or(Bytes(5));
    parts.resize(5);
    return {parts[3], parts[2], parts[1], parts[0], parts[4], 0, 0, 0};
}

Bytes switch_pdi(size_t position) { return number(0x0008d0ead91ab33e + position, 8); }
Bytes gpu_pdi(size_t position) { return number(0x90fd48d3b7c6b900 + position, 8); }

Bytes switches_of_gpu(std::span<const Bytes> pdis) {
    Bytes links;
    for (size_t i = 0; i < kGpuLinks; ++i) {
        const Bytes& pdi = pdis[i * pdis.size() / kGpuLinks];
        links.insert(links.end(), pdi.rbegin(), pdi.rend());
    }
    return links;
}

Bytes gpus_of_switch(std::span<const Bytes> pdis) {
    constexpr size_t kPorts = 64;
    Bytes all;
    for (const Bytes& pdi : pdis) append(all, pdi);
    all.resize(8 * kMachineGpus, 0xff);
    // The GPU at each port, some of which have none.
    for (size_t i = 0; i < kPorts; ++i)
        all.push_back(i % 2 == 0 && i / 2 < kMachineGpus * 2 ? static_cast<uint8_t>(i / 4) : 0xff);
    return all;
}

Bytes measurement_counts(const ReportForm& form, size_t entries) {
    Writer out;
    for (size_t i = 0; i < entries; ++i) {
        const bool empty = i >= form.blocks.size() ||
                           std::ranges::all_of(form.blocks[i].value, [](uint8_t byte) { return byte == 0; });
        out.u32(empty ? 0 : 1);
    }
    return std::move(out).take();
}

Chain device_chain(Model model, std::string_view label, ByteView fwid) {
    const Labels names = labels(model);
    const Bytes id = serial_for(label, 20);
    const Bytes boot_id = serial_for(fmt::format("{} boot", label), 9);
    CertificateForm leaf;
    leaf.key = {std::string(label)};
    leaf.subject = {
        {"serialNumber", hex_of(id)}, {"C", "US"}, {"O", std::string(kNvidia)}, {"CN", names.leaf}};
    leaf.serial = id;
    leaf.not_before = at(2020, 10, 17);
    leaf.not_after = never();
    leaf.key_usage = usage::digital_signature;
    leaf.more.push_back({"2.5.29.17", false, device_name(name(model), id)});
    if (model == Model::gb100) {
        TcbInfoForm info;
        info.model = "GB100 A01 GSP";
        info.fwids = {to_bytes(fwid), Bytes(kDigest)};
        leaf.more.push_back({std::string(kOidTcbInfo), false, tcb_info(info)});
    } else {
        leaf.more.push_back({std::string(kOidCompositeDeviceId), false, composite_device_id(leaf.key, fwid)});
    }
    CertificateForm boot = leaf;
    boot.key = {fmt::format("{} boot", label)};
    boot.subject = {
        {"serialNumber", hex_of(boot_id)}, {"C", "US"}, {"O", std::string(kNvidia)}, {"CN", names.boot}};
    boot.serial = boot_id;
    boot.ca = true;
    boot.key_usage = usage::cert_sign;
    boot.more.clear();
    const std::string identity = fmt::format("NVIDIA {} Identity", names.chip);
    Chain chain = {
        leaf, boot,
        authority(names.provisioner, {{"CN", names.provisioner}, {"O", std::string(kNvidia)}, {"C", "US"}}),
        authority(identity, {{"CN", identity}, {"O", std::string(kNvidia)}}),
        authority("NVIDIA Device Identity CA", {{"CN", "NVIDIA Device Identity CA"}, {"O", "NVIDIA"}})};
    relink(chain);
    return chain;
}

GpuForm genuine(const GpuOptions& options) {
    const Firmware& firmware = options.firmware;
    GpuForm gpu;
    gpu.model = name(firmware.model);
    const Bytes fwid = measurement(firmware.vbios, 0xf1d);
    gpu.chain = device_chain(firmware.model, options.label, fwid);
    ReportForm& report = gpu.report;
    report.version = options.version;
    report.nonce = options.nonce;
    report.responder_nonce = digest(crypto::HashAlgo::sha256, as_bytes(options.label + " responder nonce"));
    report.signer = gpu.chain.front().key;
    for (size_t i = 0; i < firmware.block_count(); ++i) {
        BlockForm block;
        block.index = static_cast<uint8_t>(i + 1);
        block.value = firmware.measured(i);
        report.blocks.push_back(std::move(block));
    }
    report.opaque =
        firmware.model == Model::ls10 ? switch_fields(options, report) : gpu_fields(options, report, fwid);
    if (options.version >= wire::Version::v1_2) gpu.vca = VcaForm{.version = options.version};
    return gpu;
}

}  // namespace assay::evidence
