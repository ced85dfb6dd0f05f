#include "fuzz/evidence/gpu_seeds.h"

#include <fmt/format.h>

#include "stack/evidence/machine.h"

namespace assay::fuzz {

namespace {

using namespace evidence;

Machine machine(Model model, wire::Version version) {
    GpuOptions gpu;
    gpu.firmware.model = model;
    gpu.firmware.vbios = model == Model::ls10 ? "96.10.55.00.01" : "96.00.9F.00.01";
    if (model != Model::ls10) gpu.firmware.driver = "550.90.07";
    gpu.version = version;
    gpu.feature_flag = uint8_t{0};
    MachineOptions options;
    options.gpus = {gpu};
    return genuine(options);
}

void write_machine(const WriteSeed& write, const std::string& name, uint8_t choice, const Machine& from) {
    const auto files = make(from);
    if (!files) return;
    for (const auto& [path, bytes] : *files) {
        const std::string last = path.substr(path.rfind('/') + 1);
        if (path.ends_with(".json")) write("attest_policy", fmt::format("{}_{}", name, last), bytes);
        if (path.ends_with("report.bin") && path.starts_with("gpu"))
            write("gpu_report", name, concat({Bytes{choice}, bytes}));
        if (bytes.size() > 16 &&
            std::string_view(reinterpret_cast<const char*>(bytes.data()), 17) == "<SoftwareIdentity")
            write("rim_xml", fmt::format("{}_{}", name, last), bytes);
    }
}

void write_certificates(const WriteSeed& write, Model model) {
    const Chain chain = device_chain(model, "fuzz", Bytes(48, 1));
    Bytes der;
    for (const CertificateForm& one : chain) append(der, issue(one));
    write("certificate_extensions", fmt::format("{}_chain", name(model)), der);
    for (const auto& extension : chain.front().more)
        write("certificate_extensions", fmt::format("{}_{}", name(model), extension.oid), extension.value);
}

}  // namespace

void write_gpu_seeds(const WriteSeed& write) {
    write_machine(write, "hopper", 2, machine(Model::gh100, wire::Version::v1_1));
    write_machine(write, "blackwell", 4, machine(Model::gb100, wire::Version::v1_2));
    write_machine(write, "switch", 3, machine(Model::ls10, wire::Version::v1_1));
    Machine wrong = machine(Model::gh100, wire::Version::v1_1);
    wrong.report().blocks[1].index = 1;
    wrong.report().blocks[2].type = 2;
    wrong.report().opaque.push_back({99, {1}, {}});
    wrong.report().opaque.push_back({opaque::nvdec0_status, {1, 2}, {}});
    wrong.driver().resources[0].set("index", "x");
    wrong.driver().signature.reference_uri = "#x";
    write_machine(write, "wrong", 2, wrong);
    for (const Model model : {Model::gh100, Model::gb100}) write_certificates(write, model);
    write("attest_policy", "whole",
          as_bytes(R"({"require": ["gpu"], "modes": ["devtools"], "fwid_required": false,
 "floors": {"spdm_version": "1.1", "driver_version": "550.1", "svn": 1}, "denied": {"driver": ["1"]},
 "claims": {"hwmodel": ["x"]}, "ocsp": {"require": ["rim"], "nonce": "required"}, "tpm": {}, "snp": {}})"));
}

}  // namespace assay::fuzz
