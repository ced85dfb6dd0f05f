#include "stack/attest/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "stack/attest/json_object.h"
#include "stack/base/time_text.h"

namespace assay::attest {

namespace {

using nlohmann::json;

std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Whether a path stays inside of the folder, and is written in the one way that it can be.
bool stays_inside(std::string_view path) {
    if (path.empty() || path.size() > 255 || path.find('\0') != std::string_view::npos) return false;
    return std::ranges::none_of(std::views::split(path, '/'), [](auto part) {
        const std::string_view name(part.begin(), part.end());
        return name.empty() || name == "." || name == ".." || name.find('\\') != std::string_view::npos;
    });
}

// The outline of evidence.json, with paths instead of files.
struct Listed {
    Evidence evidence;
    std::vector<File*> files() {
        std::vector<File*> all;
        for (GpuEvidence& gpu : evidence.gpus)
            all.insert(all.end(), {&gpu.vca, &gpu.report, &gpu.certificates});
        for (File& file : evidence.rims) all.push_back(&file);
        for (File& file : evidence.ocsp) all.push_back(&file);
        if (evidence.tpm) {
            all.insert(all.end(),
                       {&evidence.tpm->quote, &evidence.tpm->signature, &evidence.tpm->certificates,
                        &evidence.tpm->event_log, &evidence.tpm->canonical_log});
        }
        if (evidence.snp) {
            all.insert(all.end(),
                       {&evidence.snp->report, &evidence.snp->certificates, &evidence.snp->runtime_data});
        }
        std::erase_if(all, [](const File* file) { return file->path.empty(); });
        return all;
    }
};

File file_of(JsonObject& object, std::string_view key, bool required = true) {
    if (required && !object.has(key)) object.refuse(key, "is missing");
    std::string path = object.text(key);
    if (path.empty() && object.has(key)) object.refuse(key, "is empty");
    return {std::move(path), {}};
}

Result<GpuEvidence> gpu_of(const json& value, size_t index) {
    JsonObject object(value, fmt::format("gpus[{}]", index));
    GpuEvidence gpu;
    gpu.model = object.text("model");
    if (gpu.model.empty()) object.refuse("model", "is missing");
    const auto version = wire::version_from_name(object.text("spdm_version"));
    if (!version) object.refuse("spdm_version", "is none of 1.0 to 1.4");
    gpu.version = version.value_or(wire::Version::v1_1);
    gpu.vca = file_of(object, "vca", false);
    gpu.report = file_of(object, "report");
    gpu.certificates = file_of(object, "certificates");
    TRY(object.finish());
    return gpu;
}

// {"sha256": {"10": HEX}}
Registers registers_of(JsonObject& tpm) {
    constexpr std::string_view kKey = "registers";
    Registers all;
    for (const auto& [bank_name, values] : tpm.object(kKey).items()) {
        const auto bank = bank_from_name(bank_name);
        if (!bank || !values.is_object()) {
            tpm.refuse(kKey, "holds something else than the registers of a bank");
            continue;
        }
        for (const auto& [index_text, value] : values.items()) {
            const auto index = register_index(index_text);
            const Result<Bytes> digest = from_hex(value.is_string() ? value.get<std::string>() : "-");
            if (index && digest && digest->size() == digest_size(*bank)) {
                all[{*bank, *index}] = crypto::Digest(*digest);
            } else {
                tpm.refuse(kKey,
                           fmt::format("has a register {} that is none, or no value of it", index_text));
            }
        }
    }
    return all;
}

// `certified`: the attestation key has a certificate, for want of runtime data that names it.
Result<TpmEvidence> tpm_of(const json& value, bool certified) {
    JsonObject object(value, "tpm");
    TpmEvidence tpm{file_of(object, "quote"),
                    file_of(object, "signature"),
                    file_of(object, "certificates", certified),
                    file_of(object, "event_log"),
                    file_of(object, "canonical_log", false),
                    registers_of(object)};
    TRY(object.finish());
    return tpm;
}

Result<SnpEvidence> snp_of(const json& value) {
    JsonObject object(value, "snp");
    SnpEvidence snp{file_of(object, "report"), file_of(object, "certificates"),
                    file_of(object, "runtime_data", false)};
    TRY(object.finish());
    return snp;
}

std::vector<File> files_of(JsonObject& object, std::string_view key) {
    std::vector<File> files;
    for (std::string& path : object.texts(key)) {
        if (path.empty()) object.refuse(key, "holds an empty path");
        files.push_back({std::move(path), {}});
    }
    if (files.size() > kMaxListed) object.refuse(key, "is too long");
    return files;
}

Result<Listed> listed(std::string_view text) {
    if (text.size() > kMaxFile / 16) return fail(Errc::bad_text, "JSON", Error::npos, "it is too large");
    const json root = TRY(parse_json(text));
    JsonObject object(root, {});
    if (object.text("format") != kEvidenceFormat)
        object.refuse("format", fmt::format("is not {}", kEvidenceFormat));
    Listed list;
    const json& gpus = object.array("gpus");
    if (gpus.size() > kMaxListed) object.refuse("gpus", "is too long");
    list.evidence.rims = files_of(object, "rims");
    list.evidence.ocsp = files_of(object, "ocsp");
    const bool tpm = object.has("tpm");
    const bool snp = object.has("snp");
    TRY(object.finish());
    for (size_t i = 0; i < gpus.size(); ++i) list.evidence.gpus.push_back(TRY(gpu_of(gpus[i], i)));
    if (snp) list.evidence.snp = TRY(snp_of(object.value("snp")));
    const bool named = snp && !list.evidence.snp->runtime_data.path.empty();
    if (tpm) list.evidence.tpm = TRY(tpm_of(object.value("tpm"), !named));
    return list;
}

// Why a file that the list names cannot be had; empty when it can.
std::string missing(const evidence::Files& files, const std::string& path, size_t budget) {
    if (!stays_inside(path)) return "it is no path inside of the folder";
    const auto found = files.find(path);
    if (found == files.end()) return "it is not there";
    if (found->second.size() > std::min(kMaxFile, budget)) return "it is too large";
    return {};
}

// Why what is expected of a subject cannot be; empty when it can.
std::string_view wrong_expectation(std::string_view subject, size_t size) {
    if (subject == "snp") return size == 64 ? "" : "is not 64 bytes";
    if (subject == "tpm") return size >= 1 && size <= 64 ? "" : "is not 1 to 64 bytes";
    const std::string_view number = subject.starts_with("gpu-") ? subject.substr(4) : std::string_view();
    const bool numbered = !number.empty() && number.size() <= 2 && (number == "0" || number.front() != '0') &&
                          std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
    if (subject != "gpu" && !numbered) return "is no part of evidence";
    return size == wire::kNonceSize ? "" : "is not 32 bytes";
}

// The outline of context.json: keys and the paths behind them.
struct ContextPaths {
    std::map<std::string, std::string, std::less<>> roots;
    std::string policy;
    std::string nonce;
    std::map<std::string, Bytes> expected;
    std::string time;
};

// What is expected of single parts. A key is a subject, or "gpu" for all of that kind.
Result<std::map<std::string, Bytes>> expected_of(const json& value) {
    std::map<std::string, Bytes> all;
    JsonObject object(value, "expected");
    for (const auto& [subject, ignored] : value.items()) {
        Result<Bytes> bytes = read_expected(subject, object.text(subject));
        if (!bytes) object.refuse(subject, bytes.error().detail);
        if (bytes) all[subject] = *std::move(bytes);
    }
    TRY(object.finish());
    return all;
}

Result<ContextPaths> outline(std::string_view text) {
    const json root = TRY(parse_json(text));
    JsonObject object(root, {});
    ContextPaths paths;
    JsonObject roots(object.object("roots"), "roots");
    for (std::string_view kind : {"device", "rim", "tpm", "amd"})
        if (roots.has(kind)) paths.roots[std::string(kind)] = roots.text(kind);
    paths.policy = object.text("policy");
    paths.nonce = object.text("nonce");
    paths.time = object.text("time");
    if (paths.time.empty()) object.refuse("time", "is missing");
    const json& expected = object.object("expected");
    TRY(object.finish());
    TRY(roots.finish());
    paths.expected = TRY(expected_of(expected));
    return paths;
}

Result<ByteView> look_up(const evidence::Files& files, const std::string& path) {
    const auto found = files.find(path);
    if (found == files.end()) return fail(Errc::bad_text, "file", Error::npos, path + " is not there");
    return found->second;
}

}  // namespace

Evidence read_evidence(Appraisal& appraisal, const evidence::Files& files) {
    const auto list = files.find(std::string(kEvidenceFile));
    if (list == files.end()) {
        appraisal.demand(Check::evidence_file, false,
                         {.field = std::string(kEvidenceFile), .reason = "it is not there"});
        return {};
    }
    Result<Listed> read = listed(as_text(list->second));
    const bool held = appraisal.demand(Check::evidence_form, read.has_value(),
                                       {.field = std::string(kEvidenceFile),
                                        .bytes = list->second,
                                        .reason = read ? std::string() : read.error().detail});
    if (!held || !read) return {};
    size_t budget = kMaxEvidence;
    for (File* file : read->files()) {
        std::string why = missing(files, file->path, budget);
        if (appraisal.demand(Check::evidence_file, why.empty(), {.field = file->path, .reason = why}) &&
            why.empty()) {
            file->bytes = files.find(file->path)->second;
            budget -= file->bytes.size();
        }
    }
    return std::move(read->evidence);
}

std::vector<std::string> evidence_paths(ByteView list) {
    Result<Listed> read = listed(as_text(list));
    std::vector<std::string> paths;
    if (!read) return paths;
    for (const File* file : read->files())
        if (stays_inside(file->path)) paths.push_back(file->path);
    std::ranges::sort(paths);
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

Result<std::vector<std::string>> context_paths(std::string_view text) {
    const ContextPaths read = TRY(outline(text));
    std::vector<std::string> paths;
    paths.reserve(read.roots.size() + 1);
    for (const auto& [kind, path] : read.roots) paths.push_back(path);
    if (!read.policy.empty()) paths.push_back(read.policy);
    return paths;
}

Result<std::vector<crypto::Certificate>> read_roots(ByteView bytes) {
    const bool pem = as_text(bytes).find("-----BEGIN") != std::string_view::npos;
    return pem ? crypto::parse_pem_certificates(as_text(bytes)) : crypto::parse_certificates(bytes);
}

Result<wire::Nonce> read_nonce(std::string_view text) {
    const Result<Bytes> bytes = from_hex(text);
    if (!bytes || bytes->size() != wire::kNonceSize)
        return fail(Errc::bad_text, "nonce", Error::npos, "the nonce is not 64 hexadecimal digits");
    wire::Nonce nonce{};
    std::ranges::copy(*bytes, nonce.begin());
    return nonce;
}

Result<Bytes> read_expected(std::string_view subject, std::string_view text) {
    Result<Bytes> bytes = from_hex(text);
    const std::string_view why = bytes ? wrong_expectation(subject, bytes->size()) : "is not hexadecimal";
    if (!why.empty()) return fail(Errc::bad_text, "expected", Error::npos, std::string(why));
    return bytes;
}

Result<Context> read_context(std::string_view text, const evidence::Files& files) {
    ContextPaths paths = TRY(outline(text));
    Context context;
    context.expected = std::move(paths.expected);
    if (!paths.nonce.empty()) context.nonce = TRY(read_nonce(paths.nonce));
    context.time = TRY(parse_time(paths.time));
    for (const auto& [kind, path] : paths.roots) {
        auto roots = read_roots(TRY(look_up(files, path)));
        if (!roots)
            return fail(Errc::bad_text, "roots", Error::npos,
                        fmt::format("{} holds no certificate: {}", path, roots.error().text()));
        auto& place = kind == "device" ? context.roots.device
                      : kind == "rim"  ? context.roots.rim
                      : kind == "tpm"  ? context.roots.tpm
                                       : context.roots.amd;
        place = *std::move(roots);
    }
    if (!paths.policy.empty()) {
        auto policy = Policy::parse(as_text(TRY(look_up(files, paths.policy))));
        if (!policy)
            return fail(Errc::bad_text, "policy", Error::npos,
                        fmt::format("{}: {}", paths.policy, policy.error().detail));
        context.policy = *std::move(policy);
    }
    return context;
}

}  // namespace assay::attest
