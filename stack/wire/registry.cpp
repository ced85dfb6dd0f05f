#include "stack/wire/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <vector>

#include "stack/wire/encode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/endpoint_info.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/events.h"
#include "stack/wire/messages/measurement_log.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::wire {

namespace {

// A request, and the response to it, of each row; ERROR, which answers any.
const std::vector<MessageInfo>& by_code() {
    static const auto kMessages = [] {
        std::vector<MessageInfo> all = {
            {ErrorResponse::kCode, "ERROR", Version::v1_0, make_described<ErrorResponse>}};
        for (const RequestInfo& row : requests()) {
            all.push_back({row.code, row.name, row.since, row.make});
            if (row.make_response != nullptr)
                all.push_back({row.response_code, row.response_name, row.since, row.make_response});
        }
        std::ranges::sort(all, {}, &MessageInfo::code);
        return all;
    }();
    return kMessages;
}

}  // namespace

std::span<const MessageInfo> messages() { return by_code(); }

const MessageInfo* message_info(Code code) {
    static const auto kByCode = [] {
        std::array<const MessageInfo*, 256> table{};
        for (const MessageInfo& info : messages()) table[byte(info.code)] = &info;
        return table;
    }();
    return kByCode[byte(code)];
}

const MessageInfo* message_info(std::string_view name) {
    for (const MessageInfo& info : messages()) {
        if (info.name == name) return &info;
    }
    return nullptr;
}

std::string message_name(Code code) {
    const MessageInfo* info = message_info(code);
    return info != nullptr ? std::string(info->name) : fmt::format("0x{:02x}", byte(code));
}

std::ostream& operator<<(std::ostream& out, Code code) { return out << message_name(code); }

std::unique_ptr<Described> make_nested(Nested structure, ByteView bytes) {
    switch (structure) {
        case Nested::measurement_record: return make_described<MeasurementRecord>();
        case Nested::certificate_chain: return make_described<CertChain>();
        case Nested::message: {
            const MessageInfo* info = bytes.size() < 2 ? nullptr : message_info(code_of(bytes));
            return info == nullptr ? nullptr : info->make();
        }
        case Nested::opaque_data: return make_described<OpaqueData>();
        case Nested::measurement_log: return make_described<MeasurementLog>();
        case Nested::event_groups: return make_described<EventGroups>();
        case Nested::device_class: return make_described<DeviceClassIdentifier>();
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
    const MessageInfo* info = message_info(code_of(bytes));
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
