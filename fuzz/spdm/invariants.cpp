#include "fuzz/spdm/invariants.h"

#include <fmt/format.h>

#include <cstring>

#include "fuzz/common/coverage.h"
#include "fuzz/common/exact.h"
#include "stack/wire/annotate.h"
#include "stack/wire/decode.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/key_exchange.h"

namespace assay::fuzz {

namespace {

using namespace wire;

std::string explain(ByteView request, ByteView response, const Context& context) {
    return fmt::format("request {}\nresponse {}\n{}", to_hex(request), to_hex(response),
                       to_text(response, annotate(response, context), context.version));
}

bool same(const spdm::Parameters& a, const spdm::Parameters& b) {
    return a.version == b.version && a.requester_flags == b.requester_flags &&
           a.responder_flags == b.responder_flags && a.base_asym == b.base_asym &&
           a.base_hash == b.base_hash && a.measurement_hash == b.measurement_hash &&
           a.measurement_specification == b.measurement_specification && a.opaque_format == b.opaque_format;
}

// An exchange, with what judges it.
struct Exchange {
    ByteView request, response;
    Context request_context, response_context;
    Code asked;  // of the request; of the deferred one where it is RESPOND_IF_READY
    bool refused;
    const spdm::Parameters& parameters;

    void demand(bool holds, std::string_view rule) const {
        if (!holds) violated(rule, explain(request, response, response_context));
    }
};

void check_header(const Exchange& seen) {
    seen.demand(seen.refused || code_of(seen.response) == response_to(seen.asked),
                "a response has the code of its request");
    // Before there is one: GET_VERSION goes with 1.0, GET_CAPABILITIES with the version it asks for.
    const uint8_t version = version_byte(seen.response);
    const bool other = (seen.asked == code::get_version && version == byte(Version::v1_0)) ||
                       (seen.asked == code::get_capabilities && version == version_byte(seen.request));
    seen.demand(other || version == byte(seen.parameters.version), "a response has the negotiated version");
}

void check_sizes(const Exchange& seen, const Before& before) {
    const uint32_t most = seen.parameters.requester_data_transfer_size;
    seen.demand(most == 0 || is_vca(seen.asked) || seen.response.size() <= most,
                "a response fits what the requester takes");
    const uint32_t taken = seen.parameters.responder_max_msg_size;
    const bool limited = taken != 0 && before.parameters.responder_max_msg_size != 0;
    seen.demand(seen.refused || !limited || seen.request.size() <= taken,
                "a request that is answered is not larger than MaxSPDMmsgSize");
}

void check_meaning(const Exchange& seen) {
    seen.demand(seen.refused || decode_any(seen.request, seen.request_context),
                "a request that is answered can be read");
    seen.demand(!asks_uninvited(seen.parameters, seen.response, seen.response_context),
                "nobody is asked for mutual authentication without MUT_AUTH_CAP");
    const bool chooses = !seen.refused && seen.asked == code::negotiate_algorithms;
    seen.demand(!chooses || selects_what_was_offered(seen.request, seen.response, seen.request_context),
                "what is selected was offered");
}

void check_refusal(const Exchange& seen, const Before& before, const spdm::Responder& responder) {
    if (!seen.refused) return;
    const uint8_t error = param1(seen.response);
    const auto since = error_since(error);
    seen.demand(since && *since <= seen.parameters.version, "an error code is one of the negotiated version");
    const bool put_off = error == static_cast<uint8_t>(ErrorCode::response_not_ready) ||
                         error == static_cast<uint8_t>(ErrorCode::busy);
    seen.demand(responder.last_refusal() || put_off, "an ERROR comes from a named check");
    const bool unharmed = before.state == responder.state() && same(before.parameters, seen.parameters) &&
                          before.authenticated == responder.authenticated();
    seen.demand(unharmed, "a refused message leaves no trace");
}

void check_form(const Exchange& seen) {
    Context context = seen.response_context;
    if (seen.refused)
        context.version = version_from_byte(version_byte(seen.response)).value_or(context.version);
    size_t used = 0;
    const auto message = decode_any(seen.response, context, &used);
    seen.demand(message && used == seen.response.size(), "a response can be read to its end");
    seen.demand(equal(encode_any_raw(**message, context), seen.response),
                "a response encodes to the same bytes");
}

}  // namespace

namespace {
bool one_of(uint64_t selected, uint64_t offered) {
    return (selected & (selected - 1)) == 0 && (selected & ~offered) == 0;
}

}  // namespace

bool selects_what_was_offered(ByteView request, ByteView response, const Context& context) {
    auto offer = decode<NegotiateAlgorithms>(request, context);
    auto chosen = decode<Algorithms>(response, context);
    if (!offer || !chosen) return true;
    return one_of(chosen->base_asym_sel, offer->base_asym_algo) &&
           one_of(chosen->base_hash_sel, offer->base_hash_algo) &&
           one_of(chosen->measurement_specification_sel, offer->measurement_specification) &&
           one_of(chosen->other_params_selection & 0x0f, offer->other_params_support & 0x0f);
}

bool asks_uninvited(const spdm::Parameters& parameters, ByteView response, const Context& context) {
    if (parameters.both(cap::mut_auth)) return false;
    auto exchange = decode<KeyExchangeResponse>(response, context);
    auto challenge = decode<ChallengeAuth>(response, context);
    return (exchange && exchange->mut_auth_requested != 0) ||
           (challenge && (challenge->slot_id & kBasicMutAuthReq) != 0);
}

Before::Before(const spdm::Responder& responder)
    : state(responder.state()),
      parameters(responder.parameters()),
      authenticated(responder.authenticated()) {}

void check_exchange(const Before& before, const spdm::Responder& responder, lab::Observer& observer,
                    ByteView request, const std::optional<Bytes>& answer) {
    if (!answer) {
        if (request.size() >= 4)
            violated("only a message shorter than its header is dropped", to_hex(request));
        return;
    }
    const Exact response(*answer);
    const bool deferred = code_of(request) == code::respond_if_ready && observer.deferred() != nullptr;
    const Exchange seen{.request = request,
                        .response = response,
                        .request_context = observer.request_context(request),
                        .response_context = observer.expected_response_context(),
                        .asked = code_of(deferred ? ByteView(*observer.deferred()) : request),
                        .refused = code_of(response) == code::error,
                        .parameters = responder.parameters()};
    observer.response(response);
    check_header(seen);
    check_sizes(seen, before);
    check_meaning(seen);
    check_refusal(seen, before, responder);
    check_form(seen);
    const std::optional<lab::SignatureCheck>& signature = observer.last_signature();
    if (signature && signature->result != lab::SignatureCheck::Result::good) {
        violated("a signature covers what was on the wire",
                 signature->why + "\n" + explain(request, response, seen.response_context));
    }
}

}  // namespace assay::fuzz
