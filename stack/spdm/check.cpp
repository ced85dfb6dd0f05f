#include "stack/spdm/check.h"

#include <fmt/format.h>

#include "stack/base/named_rows.h"

namespace assay::spdm {

namespace {

using wire::ErrorCode;

// The names of the table's error column.
namespace answer {
constexpr std::optional<ErrorCode> none{}, silent{}, invalid_request{ErrorCode::invalid_request},
    unexpected_request{ErrorCode::unexpected_request}, unsupported_request{ErrorCode::unsupported_request},
    version_mismatch{ErrorCode::version_mismatch}, request_resynch{ErrorCode::request_resynch},
    session_required{ErrorCode::session_required}, response_too_large{ErrorCode::response_too_large},
    decrypt_error{ErrorCode::decrypt_error}, session_limit_exceeded{ErrorCode::session_limit_exceeded},
    request_in_flight{ErrorCode::request_in_flight}, request_too_large{ErrorCode::request_too_large},
    no_pending_requests{ErrorCode::no_pending_requests},
    invalid_response_code{ErrorCode::invalid_response_code};
}  // namespace answer

constexpr bool R = true;
constexpr bool Q = false;

constexpr CheckInfo kTable[] = {
#define CHECK(name, role, requirement, error, violated) {#name, role, requirement, answer::error, violated},
#include "stack/spdm/check_table.inc"
#undef CHECK
};

}  // namespace

const CheckInfo& info(Check check) { return kTable[static_cast<size_t>(check)]; }

std::optional<Check> check_from_name(std::string_view name) { return row_by_name<Check>(kTable, name); }

std::string Refusal::text() const {
    const CheckInfo& row = info(check);
    std::string line = fmt::format("{}: {} ({})", row.name, row.violated, row.requirement);
    if (!cause.field.empty() || !cause.detail.empty()) line += ": " + cause.text();
    return line;
}

}  // namespace assay::spdm
