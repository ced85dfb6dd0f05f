#include "fuzz/spdm/session_messages.h"

#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

using namespace wire;

namespace {

uint8_t summary_type(uint8_t choice) {
    constexpr uint8_t kTypes[] = {summary::none, summary::tcb, summary::all, 7};
    return kTypes[choice & 3];
}

}  // namespace

bool SessionMessages::holds_our_share(ByteView key_exchange) const {
    constexpr size_t kShare = 40;
    return key_exchange.size() >= kShare + share_.size() &&
           equal(key_exchange.subspan(kShare, share_.size()), share_);
}

void SessionMessages::remember_request_id(const lab::Exchange& exchange) {
    if (!exchange.answered()) return;
    const Bytes& response = *exchange.response;
    bool asks = wire::code_of(response) == code::encapsulated_request ||
                wire::code_of(response) == code::encapsulated_response_ack;
    if (asks) request_id_ = wire::param1(response);
}

template <class M>
std::optional<Bytes> SessionMessages::plain(M message) const {
    Context context = lab_.seen().request_context();
    message.spdm_version = byte(context.version);
    return encode_raw(message, context);
}

std::optional<Bytes> SessionMessages::build(const SessionStep& step, std::optional<uint32_t> id) {
    uint8_t low = static_cast<uint8_t>(step.seed), high = static_cast<uint8_t>(step.seed >> 8);
    switch (step.kind) {
        case StepKind::key_exchange: return key_exchange(step);
        case StepKind::finish: return id ? finish(step, *id) : std::nullopt;
        case StepKind::psk_exchange: {
            PskExchange message = lab_.psk_exchange({.summary_type = summary_type(low)});
            if (step.edit == EditMode::repaired) message.psk_hint = step.extra;
            return plain(std::move(message));
        }
        case StepKind::psk_finish: {
            if (!id) return std::nullopt;
            auto bytes = lab_.psk_finish(*id);
            return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
        }
        case StepKind::heartbeat: return plain(Heartbeat{});
        case StepKind::key_update:
            return plain(KeyUpdate{.key_operation = static_cast<uint8_t>(low % 5), .tag = high});
        case StepKind::end_session: return plain(EndSession{.param1 = static_cast<uint8_t>(low & 1)});
        case StepKind::get_measurements:
            return plain(lab_.get_measurements((low & 2) != 0 ? kAllMeasurements : high, (low & 1) != 0));
        case StepKind::get_digests: return plain(GetDigests{});
        case StepKind::get_certificate:
            return plain(GetCertificate{.slot_id = static_cast<uint8_t>(low % 3),
                                        .offset = static_cast<uint16_t>(high * 8),
                                        .length = 500});
        case StepKind::challenge:
            return plain(lab_.challenge(static_cast<uint8_t>(low % 3), summary_type(high)));
        case StepKind::vendor_defined: {
            VendorDefinedRequest message;
            message.standard_id = 3;
            message.vendor_id = {1, 0};
            message.payload = step.extra;
            return plain(std::move(message));
        }
        case StepKind::get_encapsulated: return plain(GetEncapsulatedRequest{});
        case StepKind::deliver: return deliver(step);
        case StepKind::respond_if_ready: return plain(RespondIfReady{.request_code = low, .token = high});
        default: return step.extra;
    }
}

std::optional<Bytes> SessionMessages::finish(const SessionStep& step, uint32_t id) {
    auto bytes = lab_.finish(id, [&](Finish& message) {
        if (step.edit != EditMode::repaired) return;
        if ((step.seed & 1) != 0) message.param1 ^= kSignatureIncluded;
        message.slot_id = static_cast<uint8_t>(step.seed >> 8);
    });
    return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

std::optional<Bytes> SessionMessages::key_exchange(const SessionStep& step) {
    auto message = lab_.key_exchange({.slot = static_cast<uint8_t>(step.seed % 3),
                                      .summary_type = summary_type(static_cast<uint8_t>(step.seed >> 8))});
    if (!message) return std::nullopt;
    share_ = message->exchange_data;
    if (step.edit == EditMode::repaired && !step.extra.empty()) message->opaque_data = step.extra;
    // A requester may well choose its half of an identifier again.
    auto last = lab_.seen().last_session();
    if (step.edit == EditMode::repaired && last) message->req_session_id = static_cast<uint16_t>(*last);
    return plain(std::move(*message));
}

// Our answer to what the device asked last, whether it fits or not.
std::optional<Bytes> SessionMessages::deliver(const SessionStep& step) {
    const Bytes& asked = lab_.seen().encapsulated();
    DeliverEncapsulatedResponse message;
    message.request_id = request_id_;
    Context context = lab_.seen().request_context();
    message.encapsulated_response = lab_.answer_encapsulated(
        asked.empty() ? Bytes{byte(context.version), byte(code::get_digests), 0, 0} : asked);
    if (step.edit == EditMode::repaired && !step.extra.empty()) {
        message.encapsulated_response = step.extra;
    } else if (step.edit == EditMode::repaired) {
        SeededRandom random(step.seed);
        context.signature_size = context.requester_signature_size;
        mutate_field(message.encapsulated_response, random, context);
    }
    return plain(std::move(message));
}

}  // namespace assay::fuzz
