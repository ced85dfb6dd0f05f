#include "stack/attest/nvidia_evidence.h"

#include <fmt/format.h>

#include "stack/attest/base64.h"
#include "stack/attest/bundle.h"
#include "stack/attest/json_object.h"

namespace assay::attest {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::unexpected<Error> wrong(std::string why) {
    return fail(Errc::bad_text, "evidence", Error::npos, std::move(why));
}

std::optional<std::string> model_of_arch(std::string_view arch) {
    if (arch == "HOPPER") return "GH100";
    if (arch == "BLACKWELL") return "GB100";
    if (arch == "LS10") return "LS10";
    return std::nullopt;
}

Result<GpuEvidence> device(const nlohmann::json& value, const std::string& at) {
    if (!value.is_object()) return wrong(fmt::format("{} is no object", at));
    const auto text = [&](const char* key) -> std::optional<std::string> {
        const auto found = value.find(key);
        if (found == value.end() || !found->is_string()) return std::nullopt;
        return found->get<std::string>();
    };
    for (const char* key : {"arch", "certificate", "evidence", "nonce"})
        if (!text(key)) return wrong(fmt::format("{}.{} is missing, or no text", at, key));
    const auto model = model_of_arch(*text("arch"));
    if (!model) return wrong(fmt::format("{}.arch is none of HOPPER, BLACKWELL and LS10", at));
    GpuEvidence gpu;
    gpu.model = *model;
    gpu.report.path = at + ".evidence";
    gpu.certificates.path = at + ".certificate";
    auto report = from_base64(*text("evidence"));
    if (!report) return wrong(gpu.report.path + " is no base64");
    auto certificates = from_base64(*text("certificate"));
    if (!certificates) return wrong(gpu.certificates.path + " is no base64");
    gpu.report.bytes = *std::move(report);
    gpu.certificates.bytes = *std::move(certificates);
    return gpu;
}

}  // namespace

bool is_nvidia_evidence(ByteView file) {
    const std::string_view text = as_text(file);
    const size_t first = text.find_first_not_of(kBlank);
    return first != std::string_view::npos && text[first] == '[';
}

Result<std::vector<GpuEvidence>> parse_nvidia_evidence(std::string_view text, const std::string& path) {
    const auto root = parse_json(text);
    if (!root) return wrong(fmt::format("{}: {}", path, root.error().detail));
    if (!root->is_array() || root->empty()) return wrong(path + " is no list of devices");
    if (root->size() > kMaxListed) return wrong(path + " has too many devices");
    std::vector<GpuEvidence> gpus;
    for (size_t i = 0; i < root->size(); ++i)
        gpus.push_back(TRY(device((*root)[i], fmt::format("{}[{}]", path, i))));
    return gpus;
}

Bytes report_bytes(Bytes file) {
    std::string_view text = as_text(file);
    const size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return file;
    text = text.substr(first, text.find_last_not_of(kBlank) - first + 1);
    Result<Bytes> bytes = from_hex(text);
    return bytes ? *std::move(bytes) : file;
}

}  // namespace assay::attest
