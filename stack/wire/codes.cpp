#include "stack/wire/codes.h"

namespace assay::wire {

namespace {

// DSP0274, error codes and error data table.
constexpr ValueName kErrors[] = {
    {static_cast<uint8_t>(ErrorCode::invalid_request), "InvalidRequest", Version::v1_0},
    {static_cast<uint8_t>(ErrorCode::busy), "Busy", Version::v1_0},
    {static_cast<uint8_t>(ErrorCode::unexpected_request), "UnexpectedRequest", Version::v1_0},
    {static_cast<uint8_t>(ErrorCode::unspecified), "Unspecified", Version::v1_0},
    {static_cast<uint8_t>(ErrorCode::decrypt_error), "DecryptError", Version::v1_1},
    {static_cast<uint8_t>(ErrorCode::unsupported_request), "UnsupportedRequest", Version::v1_0},
    {static_cast<uint8_t>(ErrorCode::request_in_flight), "RequestInFlight", Version::v1_1},
    {static_cast<uint8_t>(ErrorCode::invalid_response_code), "InvalidResponseCode", Version::v1_1},
    {static_cast<uint8_t>(ErrorCode::session_limit_exceeded), "SessionLimitExceeded", Version::v1_1},
    {static_cast<uint8_t>(ErrorCode::session_required), "SessionRequired", Version::v1_2},
    {static_cast<uint8_t>(ErrorCode::reset_required), "ResetRequired", Version::v1_2},
    {static_cast<uint8_t>(ErrorCode::response_too_large), "ResponseTooLarge", Version::v1_2},
    {static_cast<uint8_t>(ErrorCode::request_too_large), "RequestTooLarge", Version::v1_2},
    {static_cast<uint8_t>(ErrorCode::large_response), "LargeResponse", Version::v1_2},
    {static_cast<uint8_t>(ErrorCode::message_lost), "MessageLost", Version::v1_2},
    {static_cast<uint8_t>(ErrorCode::invalid_policy), "InvalidPolicy", Version::v1_3},
    {static_cast<uint8_t>(ErrorCode::data_too_large), "DataTooLarge", Version::v1_4},
    {static_cast<uint8_t>(ErrorCode::version_mismatch), "VersionMismatch", Version::v1_0},
    {static_cast<uint8_t>(ErrorCode::response_not_ready), "ResponseNotReady", Version::v1_0},
    {static_cast<uint8_t>(ErrorCode::request_resynch), "RequestResynch", Version::v1_0},
    {static_cast<uint8_t>(ErrorCode::operation_failed), "OperationFailed", Version::v1_3},
    {static_cast<uint8_t>(ErrorCode::no_pending_requests), "NoPendingRequests", Version::v1_3},
    {static_cast<uint8_t>(ErrorCode::request_session_terminated), "RequestSessionTerminated", Version::v1_4},
    {static_cast<uint8_t>(ErrorCode::invalid_state), "InvalidState", Version::v1_4},
    {static_cast<uint8_t>(ErrorCode::vendor_defined), "VendorDefined", Version::v1_0},
};

const ValueName* find(uint8_t error_code) {
    for (const ValueName& row : kErrors) {
        if (row.value == error_code) return &row;
    }
    return nullptr;
}

}  // namespace

std::span<const ValueName> error_codes() { return kErrors; }

std::string_view error_name(uint8_t error_code) {
    const ValueName* row = find(error_code);
    return row == nullptr ? std::string_view{} : row->name;
}

std::optional<ErrorCode> error_from_name(std::string_view name) {
    for (const ValueName& row : kErrors) {
        if (row.name == name) return static_cast<ErrorCode>(row.value);
    }
    return std::nullopt;
}

std::optional<Version> error_since(uint8_t error_code) {
    const ValueName* row = find(error_code);
    if (row == nullptr) return std::nullopt;
    return row->since;
}

}  // namespace assay::wire
