#include "stack/base/result.h"

#include <fmt/format.h>

namespace assay {

std::string_view name(Errc code) {
    switch (code) {
        case Errc::truncated: return "truncated";
        case Errc::trailing: return "trailing";
        case Errc::out_of_range: return "out_of_range";
        case Errc::inconsistent: return "inconsistent";
        case Errc::bad_code: return "bad_code";
        case Errc::unsupported: return "unsupported";
        case Errc::bad_text: return "bad_text";
        case Errc::bad_key: return "bad_key";
        case Errc::bad_signature: return "bad_signature";
        case Errc::bad_cert: return "bad_cert";
        case Errc::io: return "io";
        case Errc::timeout: return "timeout";
        case Errc::closed: return "closed";
        case Errc::state: return "state";
        case Errc::refused: return "refused";
        case Errc::internal: return "internal";
    }
    return "unknown";
}

std::string Error::text() const {
    std::string line = detail.empty() ? std::string(name(code)) : detail;
    if (field.empty() && offset == npos) return line;
    if (offset == npos) return fmt::format("{} ({})", line, field);
    if (field.empty()) return fmt::format("{} (at offset {})", line, offset);
    return fmt::format("{} ({} at offset {})", line, field, offset);
}

}  // namespace assay
