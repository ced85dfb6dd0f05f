// Message codes and error codes of DSP0274.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string_view>

#include "stack/wire/field.h"

namespace assay::wire {

// RequestResponseCode. Requests have bit 7 set; the response to a request has its code less 0x80. Any byte is
// a value, as what comes from a peer may be none of these.
enum class Code : uint8_t {
    digests = 0x01,
    certificate = 0x02,
    challenge_auth = 0x03,
    version = 0x04,
    chunk_send_ack = 0x05,
    chunk_response = 0x06,
    endpoint_info = 0x07,
    slot_management_resp = 0x08,
    measurements = 0x60,
    capabilities = 0x61,
    supported_event_types = 0x62,
    algorithms = 0x63,
    key_exchange_rsp = 0x64,
    finish_rsp = 0x65,
    psk_exchange_rsp = 0x66,
    psk_finish_rsp = 0x67,
    heartbeat_ack = 0x68,
    key_update_ack = 0x69,
    encapsulated_request = 0x6a,
    encapsulated_response_ack = 0x6b,
    end_session_ack = 0x6c,
    csr = 0x6d,
    set_certificate_rsp = 0x6e,
    measurement_extension_log = 0x6f,
    subscribe_event_types_ack = 0x70,
    event_ack = 0x71,
    key_pair_info = 0x7c,
    set_key_pair_info_ack = 0x7d,
    vendor_defined_response = 0x7e,
    error = 0x7f,
    get_digests = 0x81,
    get_certificate = 0x82,
    challenge = 0x83,
    get_version = 0x84,
    chunk_send = 0x85,
    chunk_get = 0x86,
    get_endpoint_info = 0x87,
    slot_management = 0x88,
    get_measurements = 0xe0,
    get_capabilities = 0xe1,
    get_supported_event_types = 0xe2,
    negotiate_algorithms = 0xe3,
    key_exchange = 0xe4,
    finish = 0xe5,
    psk_exchange = 0xe6,
    psk_finish = 0xe7,
    heartbeat = 0xe8,
    key_update = 0xe9,
    get_encapsulated_request = 0xea,
    deliver_encapsulated_response = 0xeb,
    end_session = 0xec,
    get_csr = 0xed,
    set_certificate = 0xee,
    get_measurement_extension_log = 0xef,
    subscribe_event_types = 0xf0,
    send_event = 0xf1,
    get_key_pair_info = 0xfc,
    set_key_pair_info = 0xfd,
    vendor_defined_request = 0xfe,
    respond_if_ready = 0xff,
};

namespace code {
using enum Code;
}  // namespace code

// Its name, or "0x.." for a code that no version has.
std::ostream& operator<<(std::ostream& out, Code code);
constexpr uint8_t byte(Code code) { return static_cast<uint8_t>(code); }
constexpr bool is_request(Code code) { return (byte(code) & 0x80) != 0; }
// The code of the response to a request.
constexpr Code response_to(Code request) { return Code{static_cast<uint8_t>(byte(request) & 0x7f)}; }
// The code of the request that a response answers, but for ERROR.
constexpr Code request_of(Code response) { return Code{static_cast<uint8_t>(byte(response) | 0x80)}; }

// ErrorCode of an ERROR (Param1).
enum class ErrorCode : uint8_t {
    invalid_request = 0x01,
    busy = 0x03,
    unexpected_request = 0x04,
    unspecified = 0x05,
    decrypt_error = 0x06,
    unsupported_request = 0x07,
    request_in_flight = 0x08,
    invalid_response_code = 0x09,
    session_limit_exceeded = 0x0a,
    session_required = 0x0b,
    reset_required = 0x0c,
    response_too_large = 0x0d,
    request_too_large = 0x0e,
    large_response = 0x0f,
    message_lost = 0x10,
    invalid_policy = 0x11,
    data_too_large = 0x12,
    version_mismatch = 0x41,
    response_not_ready = 0x42,
    request_resynch = 0x43,
    operation_failed = 0x44,
    no_pending_requests = 0x45,
    request_session_terminated = 0x46,
    invalid_state = 0x47,
    vendor_defined = 0xff,
};

// Every error code, with its name and the first version that defines it.
std::span<const ValueName> error_codes();

// "InvalidRequest" and so on; empty for a code that is in no version.
std::string_view error_name(uint8_t error_code);
// The code with that name.
std::optional<ErrorCode> error_from_name(std::string_view name);
// The first version that defines the code; nullopt when none does.
std::optional<Version> error_since(uint8_t error_code);

}  // namespace assay::wire
