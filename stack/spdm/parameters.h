// What two endpoints have agreed on.
#pragma once

#include <optional>

#include "stack/spdm/signing.h"
#include "stack/wire/context.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/requests.h"

namespace assay::spdm {

// Far beyond any device's CT; an exponent above it would overflow a shift (DSP0274 gives no bound).
inline constexpr uint8_t kMaxCtExponent = 31;

using wire::ConnectionState;
std::string_view name(ConnectionState state);

// Negotiated parameters. Flags are masked to the negotiated version.
struct Parameters {
    wire::Version version = wire::Version::v1_0;
    uint32_t requester_flags = 0;
    uint32_t responder_flags = 0;
    uint16_t responder_ext_flags = 0;  // 1.4
    uint8_t requester_ct_exponent = 0;
    uint8_t responder_ct_exponent = 0;
    uint32_t requester_data_transfer_size = 0;  // 0: the version has none
    uint32_t responder_data_transfer_size = 0;
    uint32_t requester_max_msg_size = 0;
    uint32_t responder_max_msg_size = 0;

    uint8_t measurement_specification = 0;
    uint8_t opaque_format = 0;  // kOpaqueDataFmt0 or 1
    uint8_t mel_specification = 0;
    uint32_t measurement_hash = 0;  // one bit of MeasurementHashAlgo
    uint32_t base_asym = 0;         // one bit each
    uint32_t base_hash = 0;
    uint16_t dhe = 0;
    uint16_t aead = 0;
    uint16_t req_base_asym = 0;
    uint16_t key_schedule = 0;
    bool multi_key_rsp = false;
    bool multi_key_req = false;

    bool both(uint32_t flags) const { return (requester_flags & responder_flags & flags) != 0; }
    // Whether encapsulated requests are possible (at 1.2 MUT_AUTH_CAP stands for ENCAP_CAP too).
    bool encapsulates() const;
    // Whether sessions with a pre-shared key are.
    bool psk() const {
        return (requester_flags & wire::cap::psk) != 0 && (responder_flags & wire::cap::psk) != 0;
    }
    // Whether the handshake of KEY_EXCHANGE goes on outside the session.
    bool clear_handshake() const { return both(wire::cap::handshake_in_the_clear); }
    uint32_t meas_cap() const { return responder_flags & wire::cap::meas; }
    Suite suite() const;
    // What the requester signs with, if that was negotiated.
    std::optional<Suite> requester_suite() const;
    // The layout context of messages on this connection, without what depends on a request.
    wire::Context context() const;
};

// Whether selections are needed, given both sides' flags (DSP0274, ALGORITHMS response message).
struct Needed {
    bool hash, asym, dhe, aead, req_asym, key_schedule, measurement, opaque_fmt1;
};
Needed needed(const Parameters& parameters, bool measurement_specification_offered);

}  // namespace assay::spdm
