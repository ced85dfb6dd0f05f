#include "stack/wire/registry.h"

#include <fmt/format.h>

#include <array>

#include "stack/wire/encode.h"
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
#include "stack/wire/messages/opaque_data.h"
#include "stack/wire/messages/psk.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/messages/set_certificate.h"
#include "stack/wire/messages/slot_management.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"

namespace assay::wire {

namespace {

template <class M>
class Holder final : public Described {
   public:
    void describe(Visitor& v) override { message_.describe(v); }

   private:
    M message_;
};

template <class M>
std::unique_ptr<Described> make() {
    return std::make_unique<Holder<M>>();
}

template <class M>
constexpr MessageInfo row(std::string_view name, Version since = Version::v1_0) {
    return {M::kCode, name, since, make<M>};
}

constexpr MessageInfo kMessages[] = {
    row<Digests>("DIGESTS"),
    row<CertificateResponse>("CERTIFICATE"),
    row<ChallengeAuth>("CHALLENGE_AUTH"),
    row<VersionResponse>("VERSION"),
    row<ChunkSendAck>("CHUNK_SEND_ACK", Version::v1_2),
    row<ChunkResponse>("CHUNK_RESPONSE", Version::v1_2),
    row<EndpointInfo>("ENDPOINT_INFO", Version::v1_3),
    row<SlotManagementResponse>("SLOT_MANAGEMENT_RESP", Version::v1_4),
    row<Measurements>("MEASUREMENTS"),
    row<Capabilities>("CAPABILITIES"),
    row<SupportedEventTypes>("SUPPORTED_EVENT_TYPES", Version::v1_3),
    row<Algorithms>("ALGORITHMS"),
    row<KeyExchangeResponse>("KEY_EXCHANGE_RSP", Version::v1_1),
    row<FinishResponse>("FINISH_RSP", Version::v1_1),
    row<PskExchangeResponse>("PSK_EXCHANGE_RSP", Version::v1_1),
    row<PskFinishResponse>("PSK_FINISH_RSP", Version::v1_1),
    row<HeartbeatAck>("HEARTBEAT_ACK", Version::v1_1),
    row<KeyUpdateAck>("KEY_UPDATE_ACK", Version::v1_1),
    row<EncapsulatedRequest>("ENCAPSULATED_REQUEST", Version::v1_1),
    row<EncapsulatedResponseAck>("ENCAPSULATED_RESPONSE_ACK", Version::v1_1),
    row<EndSessionAck>("END_SESSION_ACK", Version::v1_1),
    row<Csr>("CSR", Version::v1_2),
    row<SetCertificateResponse>("SET_CERTIFICATE_RSP", Version::v1_2),
    row<MeasurementExtensionLog>("MEASUREMENT_EXTENSION_LOG", Version::v1_3),
    row<SubscribeEventTypesAck>("SUBSCRIBE_EVENT_TYPES_ACK", Version::v1_3),
    row<EventAck>("EVENT_ACK", Version::v1_3),
    row<KeyPairInfo>("KEY_PAIR_INFO", Version::v1_3),
    row<SetKeyPairInfoAck>("SET_KEY_PAIR_INFO_ACK", Version::v1_3),
    row<VendorDefinedResponse>("VENDOR_DEFINED_RESPONSE"),
    row<ErrorResponse>("ERROR"),
    row<GetDigests>("GET_DIGESTS"),
    row<GetCertificate>("GET_CERTIFICATE"),
    row<Challenge>("CHALLENGE"),
    row<GetVersion>("GET_VERSION"),
    row<ChunkSend>("CHUNK_SEND", Version::v1_2),
    row<ChunkGet>("CHUNK_GET", Version::v1_2),
    row<GetEndpointInfo>("GET_ENDPOINT_INFO", Version::v1_3),
    row<SlotManagement>("SLOT_MANAGEMENT", Version::v1_4),
    row<GetMeasurements>("GET_MEASUREMENTS"),
    row<GetCapabilities>("GET_CAPABILITIES"),
    row<GetSupportedEventTypes>("GET_SUPPORTED_EVENT_TYPES", Version::v1_3),
    row<NegotiateAlgorithms>("NEGOTIATE_ALGORITHMS"),
    row<KeyExchange>("KEY_EXCHANGE", Version::v1_1),
    row<Finish>("FINISH", Version::v1_1),
    row<PskExchange>("PSK_EXCHANGE", Version::v1_1),
    row<PskFinish>("PSK_FINISH", Version::v1_1),
    row<Heartbeat>("HEARTBEAT", Version::v1_1),
    row<KeyUpdate>("KEY_UPDATE", Version::v1_1),
    row<GetEncapsulatedRequest>("GET_ENCAPSULATED_REQUEST", Version::v1_1),
    row<DeliverEncapsulatedResponse>("DELIVER_ENCAPSULATED_RESPONSE", Version::v1_1),
    row<EndSession>("END_SESSION", Version::v1_1),
    row<GetCsr>("GET_CSR", Version::v1_2),
    row<SetCertificate>("SET_CERTIFICATE", Version::v1_2),
    row<GetMeasurementExtensionLog>("GET_MEASUREMENT_EXTENSION_LOG", Version::v1_3),
    row<SubscribeEventTypes>("SUBSCRIBE_EVENT_TYPES", Version::v1_3),
    row<SendEvent>("SEND_EVENT", Version::v1_3),
    row<GetKeyPairInfo>("GET_KEY_PAIR_INFO", Version::v1_3),
    row<SetKeyPairInfo>("SET_KEY_PAIR_INFO", Version::v1_3),
    row<VendorDefinedRequest>("VENDOR_DEFINED_REQUEST"),
    row<RespondIfReady>("RESPOND_IF_READY"),
};

}  // namespace

std::span<const MessageInfo> messages() { return kMessages; }

const MessageInfo* message_info(uint8_t code) {
    static constexpr auto kByCode = [] {
        std::array<const MessageInfo*, 256> table{};
        for (const MessageInfo& info : kMessages) table[info.code] = &info;
        return table;
    }();
    return kByCode[code];
}

const MessageInfo* message_info(std::string_view name) {
    for (const MessageInfo& info : kMessages) {
        if (info.name == name) return &info;
    }
    return nullptr;
}

std::string message_name(uint8_t code) {
    const MessageInfo* info = message_info(code);
    return info != nullptr ? std::string(info->name) : fmt::format("0x{:02x}", code);
}

std::unique_ptr<Described> make_nested(Nested structure, ByteView bytes) {
    switch (structure) {
        case Nested::measurement_record: return make<MeasurementRecord>();
        case Nested::certificate_chain: return make<CertChain>();
        case Nested::message: {
            const MessageInfo* info = bytes.size() < 2 ? nullptr : message_info(bytes[1]);
            return info == nullptr ? nullptr : info->make();
        }
        case Nested::opaque_data: return make<OpaqueData>();
        case Nested::measurement_log: return make<MeasurementLog>();
        case Nested::event_groups: return make<EventGroups>();
        case Nested::device_class: return make<DeviceClassIdentifier>();
    }
    return nullptr;
}

std::string_view name(Nested structure) {
    constexpr std::string_view kNames[] = {"OpaqueDataStructure",
                                           "MeasurementBlocks",
                                           "CertificateChain",
                                           "Message",
                                           "MEL",
                                           "EventGroups",
                                           "Events",
                                           "DeviceClassIdentifier"};
    return kNames[static_cast<size_t>(structure)];
}

Result<std::unique_ptr<Described>> decode_any(ByteView bytes, const Context& context, size_t* used) {
    if (bytes.size() < 4) return fail(Errc::truncated, "header", bytes.size(), "shorter than a header");
    const MessageInfo* info = message_info(bytes[1]);
    if (info == nullptr || info->since > context.version) {
        return fail(Errc::bad_code, "RequestResponseCode", 1,
                    fmt::format("SPDM {} has no message 0x{:02x}", name(context.version), bytes[1]));
    }
    std::unique_ptr<Described> message = info->make();
    Decoder decoder(bytes, context);
    message->describe(decoder);
    decoder.finish();
    if (decoder.failed()) return std::unexpected(decoder.error());
    if (used != nullptr) *used = decoder.position();
    return message;
}

ByteView exact(ByteView message, const Context& context) {
    size_t used = 0;
    return decode_any(message, context, &used) ? message.first(used) : message;
}

Result<Bytes> encode_any(Described& message, const Context& context) {
    Encoder encoder(context);
    message.describe(encoder);
    if (encoder.failed()) return std::unexpected(encoder.error());
    return encoder.take();
}

Bytes encode_any_raw(Described& message, const Context& context) {
    RawEncoder encoder(context);
    message.describe(encoder);
    return encoder.take();
}

}  // namespace assay::wire
