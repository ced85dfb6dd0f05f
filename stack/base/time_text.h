// Times as text (RFC 3339, UTC, whole seconds): "2026-11-24T00:00:00Z".
#pragma once

#include <chrono>
#include <string_view>

#include "stack/base/result.h"

namespace assay {

// Errors: Errc::bad_text for any other form, or a time that there is not.
Result<std::chrono::sys_seconds> parse_time(std::string_view text);
std::string time_text(std::chrono::sys_seconds time);

}  // namespace assay
