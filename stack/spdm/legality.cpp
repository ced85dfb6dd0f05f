#include "stack/spdm/legality.h"

namespace assay::spdm {

namespace {

using namespace wire;

constexpr Version v1_0 = Version::v1_0, v1_1 = Version::v1_1, v1_2 = Version::v1_2, v1_3 = Version::v1_3,
                  v1_4 = Version::v1_4;
constexpr ConnectionState start = ConnectionState::not_started, version = ConnectionState::after_version,
                          caps = ConnectionState::after_capabilities,
                          negotiated = ConnectionState::negotiated;
constexpr uint8_t out = 1, hs = 2, app = 4;

// DSP0274: request message table, capability flags, and the clauses on messages inside sessions.
constexpr Legality kTable[] = {
    {code::get_version, "GET_VERSION", v1_0, out, start, negotiated, 0, 0},
    {code::get_capabilities, "GET_CAPABILITIES", v1_0, out, version, version, 0, 0},
    {code::negotiate_algorithms, "NEGOTIATE_ALGORITHMS", v1_0, out, caps, caps, 0, 0},
    {code::get_digests, "GET_DIGESTS", v1_0, out | app, negotiated, negotiated, cap::cert, 0},
    {code::get_certificate, "GET_CERTIFICATE", v1_0, out | app, negotiated, negotiated, cap::cert, 0},
    {code::challenge, "CHALLENGE", v1_0, out, negotiated, negotiated, cap::chal, 0},
    {code::get_measurements, "GET_MEASUREMENTS", v1_0, out | app, negotiated, negotiated, cap::meas, 0},
    {code::vendor_defined_request, "VENDOR_DEFINED_REQUEST", v1_0, out | hs | app, negotiated, negotiated, 0,
     0},
    {code::respond_if_ready, "RESPOND_IF_READY", v1_0, out | hs | app, negotiated, negotiated, 0, 0},
    {code::key_exchange, "KEY_EXCHANGE", v1_1, out, negotiated, negotiated, cap::key_ex, cap::key_ex},
    {code::finish, "FINISH", v1_1, out | hs, negotiated, negotiated, cap::key_ex, cap::key_ex},
    {code::psk_exchange, "PSK_EXCHANGE", v1_1, out, negotiated, negotiated, cap::psk, cap::psk},
    {code::psk_finish, "PSK_FINISH", v1_1, hs, negotiated, negotiated, cap::psk_with_context, cap::psk},
    {code::heartbeat, "HEARTBEAT", v1_1, app, negotiated, negotiated, cap::hbeat, cap::hbeat},
    {code::key_update, "KEY_UPDATE", v1_1, app, negotiated, negotiated, cap::key_upd, cap::key_upd},
    {code::end_session, "END_SESSION", v1_1, app, negotiated, negotiated, cap::key_ex | cap::psk,
     cap::key_ex | cap::psk},
    {code::get_encapsulated_request, "GET_ENCAPSULATED_REQUEST", v1_1, out | hs | app, negotiated, negotiated,
     cap::encap, cap::encap},
    {code::deliver_encapsulated_response, "DELIVER_ENCAPSULATED_RESPONSE", v1_1, out | hs | app, negotiated,
     negotiated, cap::encap, cap::encap},
    {code::chunk_send, "CHUNK_SEND", v1_2, out | hs | app, caps, negotiated, cap::chunk, cap::chunk},
    {code::chunk_get, "CHUNK_GET", v1_2, out | hs | app, caps, negotiated, cap::chunk, cap::chunk},
    {code::get_csr, "GET_CSR", v1_2, out | app, negotiated, negotiated, cap::csr, 0},
    {code::set_certificate, "SET_CERTIFICATE", v1_2, out | app, negotiated, negotiated, cap::set_cert, 0},
    {code::get_measurement_extension_log, "GET_MEASUREMENT_EXTENSION_LOG", v1_3, out | app, negotiated,
     negotiated, cap::mel, 0},
    {code::get_endpoint_info, "GET_ENDPOINT_INFO", v1_3, out | app, negotiated, negotiated, cap::ep_info, 0},
    {code::get_key_pair_info, "GET_KEY_PAIR_INFO", v1_3, out | app, negotiated, negotiated,
     cap::get_key_pair_info, 0},
    {code::set_key_pair_info, "SET_KEY_PAIR_INFO", v1_3, out | app, negotiated, negotiated,
     cap::set_key_pair_info, 0},
    {code::get_supported_event_types, "GET_SUPPORTED_EVENT_TYPES", v1_3, app, negotiated, negotiated,
     cap::event, 0},
    {code::subscribe_event_types, "SUBSCRIBE_EVENT_TYPES", v1_3, app, negotiated, negotiated, cap::event, 0},
    {code::send_event, "SEND_EVENT", v1_3, app, negotiated, negotiated, 0, cap::event},
    {code::slot_management, "SLOT_MANAGEMENT", v1_4, out | app, negotiated, negotiated, 0, 0, kSlotMgmtCap},
};

}  // namespace

std::span<const Legality> legality_table() { return kTable; }

const Legality* legality(uint8_t code) {
    for (const Legality& row : kTable) {
        if (row.code == code) return &row;
    }
    return nullptr;
}

}  // namespace assay::spdm
