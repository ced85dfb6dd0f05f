#include "conformance/engine/verdict.h"

namespace assay::engine {

namespace {

Verdict verdict_of(Errc code) {
    switch (code) {
        case Errc::closed:
        case Errc::io:
        case Errc::timeout: return Verdict::dead;
        case Errc::internal:
        case Errc::unsupported: return Verdict::harness_error;
        default: return Verdict::fail;
    }
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
