#include "stack/wire/requests.h"

#include "stack/wire/header.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/chunk.h"
#include "stack/wire/messages/csr.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/endpoint_info.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/events.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/key_pair.h"
#include "stack/wire/messages/measurement_log.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/psk.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/messages/set_certificate.h"
#include "stack/wire/messages/slot_management.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"

namespace assay::wire {

namespace {

constexpr Version v1_0 = Version::v1_0, v1_1 = Version::v1_1, v1_2 = Version::v1_2, v1_3 = Version::v1_3,
                  v1_4 = Version::v1_4;
constexpr ConnectionState start = ConnectionState::not_started, version = ConnectionState::after_version,
                          caps = ConnectionState::after_capabilities,
                          negotiated = ConnectionState::negotiated;
constexpr uint8_t out = static_cast<uint8_t>(SessionScope::outside),
                  hs = static_cast<uint8_t>(SessionScope::handshake),
                  app = static_cast<uint8_t>(SessionScope::application);

template <class Request, class Response>
constexpr RequestInfo pair(std::string_view name, std::string_view response_name, Version since) {
    return {.code = Request::kCode,
            .name = name,
            .since = since,
            .make = make_described<Request>,
            .response_code = Response::kCode,
            .response_name = response_name,
            .make_response = make_described<Response>};
}

// RESPOND_IF_READY, which is answered as the request that was put off.
template <class Request>
constexpr RequestInfo alone(std::string_view name, Version since) {
    return {.code = Request::kCode, .name = name, .since = since, .make = make_described<Request>};
}

constexpr RequestInfo row(RequestInfo info, const Legal& legal, uint8_t resets,
                          RequestInfo::LayOut* lay_out = nullptr) {
    info.legal = legal;
    info.resets = resets;
    info.lay_out = lay_out;
    return info;
}

// A MeasurementSummaryHashType at an offset of the request asks for a summary.
template <size_t kOffset>
void summary_at(ByteView request, Context& response) {
    response.measurement_summary = response.measures && request[kOffset] != summary::none;
}

// GET_MEASUREMENTS: in Param1.
void signed_if_asked(ByteView request, Context& response) {
    response.signed_response = (request[2] & kSignatureRequested) != 0;
}

// GET_ENDPOINT_INFO: in RequestAttributes, the first byte behind the header.
void signed_if_asked_below(ByteView request, Context& response) {
    response.signed_response = request.size() > 4 && (request[4] & 1) != 0;
}

// DSP0274: request message table, capability flags, the clauses on messages inside sessions, and the lists of
// what the transcripts of CHALLENGE_AUTH and MEASUREMENTS hold.
constexpr RequestInfo kRequests[] = {
    row(pair<GetVersion, VersionResponse>("GET_VERSION", "VERSION", v1_0), {out, start, negotiated},
        resets::nothing),
    row(pair<GetCapabilities, Capabilities>("GET_CAPABILITIES", "CAPABILITIES", v1_0),
        {out, version, version}, resets::nothing),
    row(pair<NegotiateAlgorithms, Algorithms>("NEGOTIATE_ALGORITHMS", "ALGORITHMS", v1_0), {out, caps, caps},
        resets::nothing),
    row(pair<GetDigests, Digests>("GET_DIGESTS", "DIGESTS", v1_0),
        {out | app, negotiated, negotiated, cap::cert, 0}, resets::l1),
    row(pair<GetCertificate, CertificateResponse>("GET_CERTIFICATE", "CERTIFICATE", v1_0),
        {out | app, negotiated, negotiated, cap::cert, 0}, resets::l1),
    row(pair<Challenge, ChallengeAuth>("CHALLENGE", "CHALLENGE_AUTH", v1_0),
        {out, negotiated, negotiated, cap::chal, 0}, resets::l1, summary_at<3>),
    row(pair<GetMeasurements, Measurements>("GET_MEASUREMENTS", "MEASUREMENTS", v1_0),
        {out | app, negotiated, negotiated, cap::meas, 0}, resets::m1, signed_if_asked),
    row(pair<VendorDefinedRequest, VendorDefinedResponse>("VENDOR_DEFINED_REQUEST", "VENDOR_DEFINED_RESPONSE",
                                                          v1_0),
        {out | hs | app, negotiated, negotiated}, resets::l1),
    row(alone<RespondIfReady>("RESPOND_IF_READY", v1_0), {out | hs | app, negotiated, negotiated},
        resets::nothing),
    row(pair<KeyExchange, KeyExchangeResponse>("KEY_EXCHANGE", "KEY_EXCHANGE_RSP", v1_1),
        {out, negotiated, negotiated, cap::key_ex, cap::key_ex}, resets::l1 | resets::m1, summary_at<2>),
    row(pair<Finish, FinishResponse>("FINISH", "FINISH_RSP", v1_1),
        {out | hs, negotiated, negotiated, cap::key_ex, cap::key_ex}, resets::l1 | resets::m1),
    row(pair<PskExchange, PskExchangeResponse>("PSK_EXCHANGE", "PSK_EXCHANGE_RSP", v1_1),
        {out, negotiated, negotiated, cap::psk, cap::psk}, resets::l1 | resets::m1, summary_at<2>),
    row(pair<PskFinish, PskFinishResponse>("PSK_FINISH", "PSK_FINISH_RSP", v1_1),
        {hs, negotiated, negotiated, cap::psk_with_context, cap::psk}, resets::l1 | resets::m1),
    row(pair<Heartbeat, HeartbeatAck>("HEARTBEAT", "HEARTBEAT_ACK", v1_1),
        {app, negotiated, negotiated, cap::hbeat, cap::hbeat}, resets::l1 | resets::m1),
    row(pair<KeyUpdate, KeyUpdateAck>("KEY_UPDATE", "KEY_UPDATE_ACK", v1_1),
        {app, negotiated, negotiated, cap::key_upd, cap::key_upd}, resets::l1 | resets::m1),
    row(pair<EndSession, EndSessionAck>("END_SESSION", "END_SESSION_ACK", v1_1),
        {app, negotiated, negotiated, cap::key_ex | cap::psk, cap::key_ex | cap::psk},
        resets::l1 | resets::m1),
    row(pair<GetEncapsulatedRequest, EncapsulatedRequest>("GET_ENCAPSULATED_REQUEST", "ENCAPSULATED_REQUEST",
                                                          v1_1),
        {out | hs | app, negotiated, negotiated, cap::encap, cap::encap}, resets::l1 | resets::m1),
    row(pair<DeliverEncapsulatedResponse, EncapsulatedResponseAck>("DELIVER_ENCAPSULATED_RESPONSE",
                                                                   "ENCAPSULATED_RESPONSE_ACK", v1_1),
        {out | hs | app, negotiated, negotiated, cap::encap, cap::encap}, resets::l1 | resets::m1),
    row(pair<ChunkSend, ChunkSendAck>("CHUNK_SEND", "CHUNK_SEND_ACK", v1_2),
        {out | hs | app, caps, negotiated, cap::chunk, cap::chunk}, resets::l1),
    row(pair<ChunkGet, ChunkResponse>("CHUNK_GET", "CHUNK_RESPONSE", v1_2),
        {out | hs | app, caps, negotiated, cap::chunk, cap::chunk}, resets::l1),
    row(pair<GetCsr, Csr>("GET_CSR", "CSR", v1_2), {out | app, negotiated, negotiated, cap::csr, 0},
        resets::l1),
    row(pair<SetCertificate, SetCertificateResponse>("SET_CERTIFICATE", "SET_CERTIFICATE_RSP", v1_2),
        {out | app, negotiated, negotiated, cap::set_cert, 0}, resets::l1),
    row(pair<GetMeasurementExtensionLog, MeasurementExtensionLog>("GET_MEASUREMENT_EXTENSION_LOG",
                                                                  "MEASUREMENT_EXTENSION_LOG", v1_3),
        {out | app, negotiated, negotiated, cap::mel, 0}, resets::l1 | resets::m1),
    row(pair<GetEndpointInfo, EndpointInfo>("GET_ENDPOINT_INFO", "ENDPOINT_INFO", v1_3),
        {out | app, negotiated, negotiated, cap::ep_info, 0}, resets::l1, signed_if_asked_below),
    row(pair<GetKeyPairInfo, KeyPairInfo>("GET_KEY_PAIR_INFO", "KEY_PAIR_INFO", v1_3),
        {out | app, negotiated, negotiated, cap::get_key_pair_info, 0}, resets::l1),
    row(pair<SetKeyPairInfo, SetKeyPairInfoAck>("SET_KEY_PAIR_INFO", "SET_KEY_PAIR_INFO_ACK", v1_3),
        {out | app, negotiated, negotiated, cap::set_key_pair_info, 0}, resets::l1),
    row(pair<GetSupportedEventTypes, SupportedEventTypes>("GET_SUPPORTED_EVENT_TYPES",
                                                          "SUPPORTED_EVENT_TYPES", v1_3),
        {app, negotiated, negotiated, cap::event, 0}, resets::l1),
    row(pair<SubscribeEventTypes, SubscribeEventTypesAck>("SUBSCRIBE_EVENT_TYPES",
                                                          "SUBSCRIBE_EVENT_TYPES_ACK", v1_3),
        {app, negotiated, negotiated, cap::event, 0}, resets::l1),
    row(pair<SendEvent, EventAck>("SEND_EVENT", "EVENT_ACK", v1_3),
        {app, negotiated, negotiated, 0, cap::event}, resets::l1),
    row(pair<SlotManagement, SlotManagementResponse>("SLOT_MANAGEMENT", "SLOT_MANAGEMENT_RESP", v1_4),
        {out | app, negotiated, negotiated, 0, 0, kSlotMgmtCap}, resets::l1),
};

}  // namespace

std::span<const RequestInfo> requests() { return kRequests; }

const RequestInfo* request_info(Code code) {
    static constexpr auto kByCode = [] {
        std::array<const RequestInfo*, 256> table{};
        for (const RequestInfo& info : kRequests) table[byte(info.code)] = &info;
        return table;
    }();
    return kByCode[byte(code)];
}

Context response_context(const Context& connection, ByteView request) {
    Context context = request_context(connection, request);
    if (request.size() < 4) return context;
    const RequestInfo* info = request_info(code_of(request));
    if (info != nullptr && info->lay_out != nullptr) info->lay_out(request, context);
    return context;
}

Context request_context(const Context& connection, ByteView request) {
    Context context = connection;
    if (request.size() < 2) return context;
    if (code_of(request) == code::get_version) context.version = Version::v1_0;
    if (code_of(request) == code::get_capabilities)
        context.version = version_from_byte(version_byte(request)).value_or(context.version);
    return context;
}

}  // namespace assay::wire
