#include "stack/wire/messages/error.h"

namespace assay::wire {

void ErrorResponse::describe(Visitor& v) {
    v.header(kCode, spdm_version, enumeration("ErrorCode", error_codes()), error_code, {.name = "ErrorData"},
             error_data);
    switch (static_cast<ErrorCode>(error_code)) {
        case ErrorCode::response_not_ready:
            v.u8({.name = "RDTExponent"}, rdt_exponent);
            v.u8({.name = "RequestCode"}, request_code);
            v.u8({.name = "Token"}, token);
            v.u8({.name = "RDTM"}, rdtm);
            return;
        case ErrorCode::response_too_large:
        case ErrorCode::data_too_large: v.u32({.name = "ActualSize"}, actual_size); return;
        case ErrorCode::large_response: v.u8({.name = "Handle"}, handle); return;
        case ErrorCode::vendor_defined: v.rest({.name = "ExtendedErrorData"}, extended_error_data); return;
        default: return;
    }
}

void RespondIfReady::describe(Visitor& v) {
    v.header(kCode, spdm_version, {.name = "RequestCode"}, request_code, {.name = "Token"}, token);
}

}  // namespace assay::wire
