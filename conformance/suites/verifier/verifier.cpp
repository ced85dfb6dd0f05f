#include "conformance/suites/verifier/verifier.h"

#include <algorithm>
#include <array>

#include "conformance/lab/command.h"
#include "stack/attest/bundle.h"
#include "stack/attest/verify.h"

namespace assay::cases::verifier {

namespace {

constexpr int kAccept = 0, kReject = 1, kMalformed = 3, kCannot = 89;
// Of a shell that finds no command, and none that it may run.
constexpr int kNotFound = 127, kNotRunnable = 126;

Answer answer_of(const lab::CommandResult& result) {
    using End = lab::CommandResult::End;
    switch (result.end) {
        case End::not_started: return Answer::absent;
        case End::timed_out: return Answer::late;
        case End::killed: return Answer::died;
        case End::exited: break;
    }
    switch (result.code) {
        case kAccept: return Answer::accepted;
        case kReject: return Answer::rejected;
        case kMalformed: return Answer::malformed;
        case kCannot: return Answer::cannot;
        case kNotFound:
        case kNotRunnable: return Answer::absent;
        default: break;
    }
    // A shell says so of a command of its that a signal ended.
    return result.code > 128 ? Answer::died : Answer::other_status;
}

Answer answer_of(attest::Verdict verdict) {
    switch (verdict) {
        case attest::Verdict::trusted: return Answer::accepted;
        case attest::Verdict::refused: return Answer::rejected;
        case attest::Verdict::malformed: break;
    }
    return Answer::malformed;
}

std::string_view text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string_view name(Answer answer) {
    constexpr std::array<std::string_view, 8> kNames = {
        "accepted", "rejected",          "malformed",           "cannot", "another exit status",
        "died",     "no answer in time", "could not be started"};
    return kNames.at(static_cast<size_t>(answer));
}

Reply OwnVerifier::appraise(const evidence::Files& files) {
    attest::Appraisal appraisal(faults_);
    const attest::Evidence evidence = attest::read_evidence(appraisal, files);
    const auto list = files.find(std::string(attest::kContextFile));
    const auto context =
        attest::read_context(list == files.end() ? std::string_view() : text_of(list->second), files);
    if (!context) return {.answer = Answer::other_status, .status = 2, .words = context.error().detail};
    attest::verify(appraisal, evidence, *context);
    Reply reply{.answer = answer_of(appraisal.verdict()), .words = appraisal.text()};
    reply.checks.emplace();
    for (const attest::CheckRecord* step : appraisal.refusals()) {
        const std::string_view check = attest::info(step->check).name;
        if (std::ranges::find(*reply.checks, check) == reply.checks->end()) reply.checks->emplace_back(check);
    }
    return reply;
}

std::string filled(std::string line, const std::string& folder) {
    // Single quotes keep everything but themselves.
    std::string quoted = "'";
    for (const char c : folder) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    quoted += "'";
    for (size_t at = 0; (at = line.find(kBundlePlace, at)) != std::string::npos; at += quoted.size())
        line.replace(at, kBundlePlace.size(), quoted);
    return line;
}

Reply CommandVerifier::appraise(const evidence::Files& files) {
    const lab::TemporaryFolder folder;
    const std::string path = (folder.path() / "bundle").string();
    if (const auto written = lab::write_folder(path, files); !written)
        return {.answer = Answer::absent, .words = written.error().detail};
    lab::CommandResult result = lab::run_command(filled(line_, path), timeout_);
    return {.answer = answer_of(result), .status = result.code, .words = std::move(result.output)};
}

}  // namespace assay::cases::verifier
