#include "stack/evidence/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stack/base/time_text.h"

namespace assay::evidence {

namespace {

using nlohmann::ordered_json;

// 2026-06-01: within the life of every certificate here, before the manifests' signers end.
crypto::UnixTime now() { return at(2026, 6, 1) + std::chrono::hours(12); }

std::string bank_name(uint16_t bank) {
    switch (bank) {
        case tpm_alg::sha1: return "sha1";
        case tpm_alg::sha384: return "sha384";
        case tpm_alg::sha512: return "sha512";
        default: return "sha256";
    }
}

ordered_json snp_policy(const SnpForm& snp) {
    ordered_json tcb = {{"bootloader", snp.reported.boot_loader},
                        {"tee", snp.reported.tee},
                        {"snp", snp.reported.snp},
                        {"microcode", snp.reported.microcode}};
    if (snp.reported.fmc) tcb["fmc"] = *snp.reported.fmc;
    return {{"tcb", tcb}, {"vmpl", {0}}, {"measurements", {to_hex(snp.measurement)}}};
}

ordered_json default_policy(const MachineOptions& options) {
    auto required = ordered_json::array();
    if (!options.gpus.empty()) required.push_back("gpu");
    if (options.tpm) required.push_back("tpm");
    if (options.snp) required.push_back("snp");
    ordered_json policy = {{"require", required}};
    if (options.composite) policy["composite"] = true;
    if (options.tpm) policy["tpm"] = boot_policy(genuine(options.boot));
    if (options.snp) policy["snp"] = snp_policy(genuine(options.processor));
    if (options.ocsp && !options.gpus.empty()) policy["ocsp"] = {{"require", {"device", "rim"}}};
    return policy;
}

std::vector<RimForm> manifests(const std::vector<GpuOptions>& gpus) {
    std::vector<RimForm> rims;
    std::set<std::string> known;
    for (const GpuOptions& gpu : gpus) {
        const Firmware& firmware = gpu.firmware;
        if (!firmware.driver.empty() && known.insert(firmware.driver).second)
            rims.push_back(driver_rim(firmware));
        if (known.insert(firmware.vbios).second) rims.push_back(vbios_rim(firmware));
    }
    return rims;
}

// What binds several kinds of evidence to one nonce (stack/attest/evidence.h).
Bytes bound(const Machine& machine, bool with_tpm) {
    Bytes all = machine.nonce;
    for (const GpuForm& gpu : machine.gpus)
        append(all, digest(crypto::HashAlgo::sha384, issue(gpu.chain.front())));
    if (with_tpm && machine.tpm && !machine.tpm->chain.empty())
        append(all, digest(crypto::HashAlgo::sha384, issue(machine.tpm->chain.front())));
    return all;
}

class Folder {
   public:
    // Adds a file and says its path.
    std::string add(std::string path, Bytes bytes) {
        files_[path] = std::move(bytes);
        return path;
    }
    Files& files() { return files_; }

   private:
    Files files_;
};

ordered_json gpu_list(const Machine& machine, Folder& folder) {
    auto list = ordered_json::array();
    for (size_t i = 0; i < machine.gpus.size(); ++i) {
        const GpuForm& gpu = machine.gpus[i];
        const std::string at = fmt::format("gpu-{}/", i);
        ordered_json row = {{"model", gpu.model}, {"spdm_version", wire::name(gpu.report.version)}};
        const Bytes vca = gpu.vca ? make(*gpu.vca) : Bytes{};
        if (gpu.vca) row["vca"] = folder.add(at + "vca.bin", vca);
        row["report"] = folder.add(at + "report.bin", make(gpu.report, vca));
        row["certificates"] = gpu.der ? folder.add(at + "certificates.der", to_der(gpu.chain))
                                      : folder.add(at + "certificates.pem", to_pem(gpu.chain));
        list.push_back(std::move(row));
    }
    return list;
}

ordered_json tpm_list(const Machine& machine, Folder& folder) {
    const TpmForm& tpm = *machine.tpm;
    QuoteForm quote = tpm.quote;
    if (quote.values.empty()) quote.values = held(tpm);
    if (quote.extra_data.empty()) quote.extra_data = quoted_nonce(machine);
    Bytes attest = make_attest(quote);
    const Bytes signature = make_signature(quote, attest);
    if (quote.edit_after) quote.edit_after(attest);
    ordered_json list = {{"quote", folder.add("tpm/quote.bin", attest)},
                         {"signature", folder.add("tpm/signature.bin", signature)}};
    if (!tpm.chain.empty() || !machine.runtime_data)
        list["certificates"] = folder.add("tpm/certificates.pem", to_pem(tpm.chain));
    list["event_log"] = folder.add("tpm/event_log.bin", make(tpm.log));
    if (tpm.later) list["canonical_log"] = folder.add("tpm/canonical_log.bin", make(*tpm.later));
    for (const auto& [index, value] : tpm.given)
        list["registers"][bank_name(quote.bank)][std::to_string(index)] = to_hex(value);
    return list;
}

ordered_json snp_list(const Machine& machine, Folder& folder) {
    SnpForm snp = *machine.snp;
    if (snp.report_data.empty()) snp.report_data = report_data(machine);
    ordered_json list = {{"report", folder.add("snp/report.bin", make(snp))},
                         {"certificates", folder.add("snp/certificates.pem", to_pem(snp.chain))}};
    if (machine.runtime_data)
        list["runtime_data"] = folder.add("snp/runtime_data.json", make(*machine.runtime_data));
    return list;
}

ordered_json context_list(const Machine& machine, Folder& folder) {
    ordered_json roots = ordered_json::object();
    for (const auto& [kind, chain] : machine.roots)
        roots[kind] = folder.add(fmt::format("context/{}_roots.pem", kind), to_pem(chain));
    ordered_json context = {
        {"nonce", to_hex(machine.nonce)}, {"time", time_text(machine.time)}, {"roots", roots}};
    const std::string policy = machine.policy.dump(2) + "\n";
    context["policy"] = folder.add("context/policy.json", to_bytes(as_bytes(policy)));
    return context;
}

Bytes as_file(const ordered_json& json) { return to_bytes(as_bytes(json.dump(2) + "\n")); }

}  // namespace

ordered_json boot_policy(const TpmForm& tpm) {
    const PcrValues values = held(tpm);
    const auto hash = tpm.quote.bank == tpm_alg::sha384 ? crypto::HashAlgo::sha384 : crypto::HashAlgo::sha256;
    auto loaders = ordered_json::array();
    for (const EventForm& event : tpm.log.events) {
        if (event.type == event_type::boot_services_application)
            loaders.push_back(to_hex(digest(hash, *event.digest_of)));
    }
    return {{"registers", {0, 4, 7}},
            {"secure_boot", true},
            {"boot_loaders", loaders},
            {"firmware", {to_hex(values.at(0))}},
            {"systems", {{{"8", to_hex(values.at(8))}, {"9", to_hex(values.at(9))}}}}};
}

Machine genuine(const MachineOptions& options) {
    Machine machine;
    machine.seed = options.seed;
    SeededRandom random(options.seed);
    machine.nonce = random.bytes(32);
    machine.time = now();
    for (size_t i = 0; i < options.gpus.size(); ++i) {
        GpuOptions gpu = options.gpus[i];
        if (gpu.label.empty()) gpu.label = fmt::format("device {}.{}", options.seed, i);
        gpu.nonce = machine.nonce;
        machine.gpus.push_back(genuine(gpu));
    }
    machine.rims = manifests(options.gpus);
    BootOptions boot = options.boot;
    boot.rsa = boot.rsa || options.runtime_data;
    if (options.tpm) machine.tpm = genuine(boot);
    if (options.snp) machine.snp = genuine(options.processor);
    if (!machine.gpus.empty()) machine.roots["device"] = {machine.gpus.front().chain.back()};
    if (!machine.rims.empty()) machine.roots["rim"] = {machine.rims.front().signature.certificates.back()};
    if (machine.tpm) machine.roots["tpm"] = {machine.tpm->chain.back()};
    if (options.runtime_data) {
        machine.runtime_data = runtime_data(machine.tpm->quote.signer);
        machine.tpm->chain.clear();
    }
    if (machine.snp) machine.roots["amd"] = {machine.snp->chain.back()};
    machine.policy = default_policy(options);
    machine.ocsp = options.ocsp;
    return machine;
}

std::vector<OcspForm> ocsp_for(const Machine& machine) {
    std::vector<OcspForm> responses;
    std::set<Bytes> known;
    auto add = [&](const Chain& chain, size_t from) {
        for (size_t i = from; i + 1 < chain.size(); ++i) {
            if (!known.insert(issue(chain[i])).second) continue;
            responses.push_back(genuine(chain[i], chain[i + 1], machine.time));
        }
    };
    for (const GpuForm& gpu : machine.gpus) add(gpu.chain, 1);
    for (const RimForm& rim : machine.rims) add(rim.signature.certificates, 0);
    return responses;
}

Bytes quoted_nonce(const Machine& machine) {
    if (!machine.policy.value("composite", false)) return machine.nonce;
    return digest(crypto::HashAlgo::sha256, bound(machine, false));
}

Bytes report_data(const Machine& machine) {
    if (machine.runtime_data) {
        Bytes data = digest(crypto::HashAlgo::sha256, make(*machine.runtime_data));
        data.resize(64);
        return data;
    }
    if (machine.policy.value("composite", false))
        return digest(crypto::HashAlgo::sha512, bound(machine, true));
    Bytes data = machine.nonce;
    data.resize(64);
    return data;
}

Result<Files> make(const Machine& machine) {
    Folder folder;
    ordered_json evidence = {{"format", "assay-evidence/1"}};
    if (!machine.gpus.empty()) evidence["gpus"] = gpu_list(machine, folder);
    auto rims = ordered_json::array();
    for (size_t i = 0; i < machine.rims.size(); ++i)
        rims.push_back(folder.add(fmt::format("rims/{}.xml", i), TRY(make(machine.rims[i]))));
    if (!rims.empty()) evidence["rims"] = rims;
    auto ocsp = ordered_json::array();
    std::vector<OcspForm> responses = machine.ocsp ? ocsp_for(machine) : std::vector<OcspForm>{};
    if (machine.edit_ocsp) machine.edit_ocsp(responses);
    for (size_t i = 0; i < responses.size(); ++i)
        ocsp.push_back(folder.add(fmt::format("ocsp/{}.der", i), make(responses[i])));
    if (!ocsp.empty()) evidence["ocsp"] = ocsp;
    if (machine.tpm) evidence["tpm"] = tpm_list(machine, folder);
    if (machine.snp) evidence["snp"] = snp_list(machine, folder);
    ordered_json context = context_list(machine, folder);
    if (machine.edit_lists) machine.edit_lists(evidence, context);
    folder.add("evidence.json", as_file(evidence));
    folder.add("context.json", as_file(context));
    if (machine.edit_files) machine.edit_files(folder.files());
    if (*machine.edit_error) return std::unexpected(**machine.edit_error);
    return std::move(folder.files());
}

}  // namespace assay::evidence
