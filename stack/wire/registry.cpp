#include "stack/wire/registry.h"

#include <fmt/format.h>

#include "stack/wire/encode.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/measurements.h"
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
    row<Measurements>("MEASUREMENTS"),
    row<Capabilities>("CAPABILITIES"),
    row<Algorithms>("ALGORITHMS"),
    row<VendorDefinedResponse>("VENDOR_DEFINED_RESPONSE"),
    row<ErrorResponse>("ERROR"),
    row<GetDigests>("GET_DIGESTS"),
    row<GetCertificate>("GET_CERTIFICATE"),
    row<Challenge>("CHALLENGE"),
    row<GetVersion>("GET_VERSION"),
    row<GetMeasurements>("GET_MEASUREMENTS"),
    row<GetCapabilities>("GET_CAPABILITIES"),
    row<NegotiateAlgorithms>("NEGOTIATE_ALGORITHMS"),
    row<VendorDefinedRequest>("VENDOR_DEFINED_REQUEST"),
    row<RespondIfReady>("RESPOND_IF_READY"),
};

}  // namespace

std::span<const MessageInfo> messages() { return kMessages; }

const MessageInfo* message_info(uint8_t code) {
    for (const MessageInfo& info : kMessages) {
        if (info.code == code) return &info;
    }
    return nullptr;
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
        default: return nullptr;
    }
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
