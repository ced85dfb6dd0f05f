#include "conformance/engine/verdict.h"

namespace assay::engine {

namespace {

Verdict verdict_of(Errc code) {
    switch (code) {
        case Errc::closed:
        case Errc::io:
        case Errc::timeout: return Verdict::dead;
        case Errc::internal: return Verdict::harness_error;
        case Errc::refused:
        case Errc::state:
        case Errc::unsupported: return Verdict::blocked;
        case Errc::truncated:
        case Errc::trailing:
        case Errc::out_of_range:
        case Errc::inconsistent:
        case Errc::bad_code:
        case Errc::bad_text:
        case Errc::bad_key:
        case Errc::bad_signature:
        case Errc::bad_cert: break;  // of what the device sent: the lab's own errors are internal
    }
    return Verdict::fail;
}

}  // namespace

std::string_view name(Verdict verdict) {
    constexpr std::string_view kNames[kVerdictCount] = {
        "pass", "loose pass",      "warning", "not applicable", "waived",
        "fail", "unexpected pass", "blocked", "dead",           "harness error"};
    return kNames[static_cast<size_t>(verdict)];
}

bool is_failure(Verdict verdict) {
    return verdict == Verdict::fail || verdict == Verdict::unexpected_pass || verdict == Verdict::dead;
}

Finding::Finding(const Error& error)
    : verdict(verdict_of(error.code)), expected("the exchange goes through"), got(error.text()) {}

}  // namespace assay::engine
