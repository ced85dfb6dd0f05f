// assay verify
#include "stack/attest/verify.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <ostream>

#include "conformance/cli/bundle_files.h"
#include "conformance/cli/commands.h"
#include "conformance/cli/ocsp_client.h"
#include "stack/attest/bundle.h"
#include "stack/attest/json_object.h"
#include "stack/attest/nvidia_evidence.h"
#include "stack/attest/ocsp_questions.h"
#include "stack/base/time_text.h"

namespace assay::cli {

namespace {

namespace fs = std::filesystem;
using attest::Appraisal;
using attest::Context;
using attest::Evidence;

std::unexpected<Error> wrong(std::string why) {
    return fail(Errc::bad_text, "verify", Error::npos, std::move(why));
}

std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A folder as the reader of evidence wants it, or one file as NVIDIA's tools write it.
Result<Evidence> bundle(const VerifyCommand& command, Appraisal& appraisal) {
    if (!fs::is_regular_file(command.bundle))
        return attest::read_evidence(appraisal, TRY(read_bundle(command.bundle)));
    const attest::File file = TRY(read_evidence_file(command.bundle));
    if (!attest::is_nvidia_evidence(file.bytes))
        return wrong(fmt::format("cannot read {}: it is no folder, and no list of NVIDIA's", command.bundle));
    Evidence evidence;
    evidence.gpus = TRY(attest::parse_nvidia_evidence(as_text(file.bytes), command.bundle));
    return evidence;
}

Result<Evidence> loose(const VerifyCommand& command) {
    if (command.report.empty() || command.certificates.empty())
        return wrong("give a folder of evidence, or --report and --certificates");
    const auto version = wire::version_from_name(command.spdm_version);
    if (!version) return wrong(fmt::format("--spdm-version {} is none of 1.0 to 1.4", command.spdm_version));
    attest::GpuEvidence gpu;
    gpu.model = command.model;
    gpu.version = *version;
    gpu.report = TRY(read_evidence_file(command.report));
    gpu.report.bytes = attest::report_bytes(std::move(gpu.report.bytes));
    gpu.certificates = TRY(read_evidence_file(command.certificates));
    if (!command.vca.empty()) gpu.vca = TRY(read_evidence_file(command.vca));
    Evidence evidence;
    evidence.gpus.push_back(std::move(gpu));
    return evidence;
}

Result<Evidence> evidence_of(const VerifyCommand& command, Appraisal& appraisal) {
    const bool is_loose = !command.report.empty() || !command.certificates.empty() || !command.vca.empty();
    if (is_loose && !command.bundle.empty())
        return wrong("a folder of evidence and loose files do not go together");
    Evidence evidence = TRY(command.bundle.empty() ? loose(command) : bundle(command, appraisal));
    for (const std::string& path : command.rims) evidence.rims.push_back(TRY(read_evidence_file(path)));
    for (const std::string& path : command.ocsp) evidence.ocsp.push_back(TRY(read_evidence_file(path)));
    return evidence;
}

Result<Context> context_file(const std::string& path) {
    const auto file = TRY(read_evidence_file(path));
    const auto named = [&](const Error& error) { return wrong(fmt::format("{}: {}", path, error.detail)); };
    auto paths = attest::context_paths(as_text(file.bytes));
    if (!paths) return named(paths.error());
    evidence::Files files;
    for (const std::string& inside : *paths)
        files[inside] = TRY(read_evidence_file((fs::path(path).parent_path() / inside).string())).bytes;
    auto context = attest::read_context(as_text(file.bytes), files);
    if (!context) return named(context.error());
    return context;
}

Result<> add_roots(attest::Roots& roots, const std::string& option) {
    const size_t equals = option.find('=');
    const std::string kind = option.substr(0, equals);
    auto* place = kind == "device" ? &roots.device
                  : kind == "rim"  ? &roots.rim
                  : kind == "tpm"  ? &roots.tpm
                  : kind == "amd"  ? &roots.amd
                                   : nullptr;
    if (equals == std::string::npos || place == nullptr)
        return wrong(fmt::format("--roots {} is not KIND=FILE with device, rim, tpm or amd", option));
    const std::string path = option.substr(equals + 1);
    auto read = attest::read_roots(TRY(read_evidence_file(path)).bytes);
    if (!read) return wrong(fmt::format("{} holds no certificate: {}", path, read.error().text()));
    place->insert(place->end(), read->begin(), read->end());
    return {};
}

Result<> add_expected(Context& context, const std::string& option) {
    const size_t equals = option.find('=');
    if (equals == std::string::npos) return wrong(fmt::format("--expect {} is not PART=HEX", option));
    const std::string part = option.substr(0, equals);
    auto bytes = attest::read_expected(part, option.substr(equals + 1));
    if (!bytes) return wrong(fmt::format("--expect {}: {} {}", option, part, bytes.error().detail));
    context.expected[part] = *std::move(bytes);
    return {};
}

Result<Context> context_of(const VerifyCommand& command) {
    Context context;
    context.time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (!command.context.empty()) context = TRY(context_file(command.context));
    if (!command.nonce.empty()) context.nonce = TRY(attest::read_nonce(command.nonce));
    for (const std::string& option : command.expected) TRY(add_expected(context, option));
    if (!command.at.empty()) context.time = TRY(parse_time(command.at));
    for (const std::string& option : command.roots) TRY(add_roots(context.roots, option));
    if (command.policy.empty()) return context;
    auto policy = attest::Policy::parse(as_text(TRY(read_evidence_file(command.policy)).bytes));
    if (!policy) return wrong(fmt::format("{}: {}", command.policy, policy.error().detail));
    context.policy = *std::move(policy);
    return context;
}

// Asks for what no file says, and puts the answers to what the verifier brings itself.
Result<> ask_for_words(const VerifyCommand& command, const Evidence& evidence, Context& context) {
    const ResponderUrl url = TRY(parse_responder_url(command.ocsp_url));
    SystemRandom random;
    for (attest::OcspQuestion& question : TRY(attest::ocsp_questions(evidence, context, random))) {
        auto answer =
            ask_responder(url, question.request, std::chrono::milliseconds(command.ocsp_timeout_ms));
        if (!answer) return wrong(fmt::format("{} (asked about {})", answer.error().detail, question.about));
        context.ocsp.push_back({{url.text, *std::move(answer)}, std::move(question.nonce)});
    }
    return {};
}

int exit_code(attest::Verdict verdict) {
    switch (verdict) {
        case attest::Verdict::trusted: return status::ok;
        case attest::Verdict::refused: return status::failures;
        case attest::Verdict::malformed: break;
    }
    return status::malformed;
}

}  // namespace

int verify(const VerifyCommand& command, Streams& streams) {
    Appraisal appraisal;
    auto context = context_of(command);
    if (!context) return complain(streams, status::usage, context.error().detail);
    auto evidence = evidence_of(command, appraisal);
    if (!evidence) return complain(streams, status::usage, evidence.error().detail);
    if (!command.ocsp_url.empty()) {
        if (const auto asked = ask_for_words(command, *evidence, *context); !asked)
            return complain(streams, status::usage, asked.error().detail);
    }
    attest::verify(appraisal, *evidence, *context);
    if (command.json) {
        // Evidence's text need not be UTF-8.
        using Json = nlohmann::ordered_json;
        streams.out << appraisal.to_json().dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
        streams.out << appraisal.text();
    }
    return exit_code(appraisal.verdict());
}

}  // namespace assay::cli
