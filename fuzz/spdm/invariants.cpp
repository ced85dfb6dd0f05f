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

bool one_of(uint64_t selected, uint64_t offered) {
    return (selected & (selected - 1)) == 0 && (selected & ~offered) == 0;
}

// DSP0274, ALGORITHMS: of what was offered, one at most.
bool was_offered(ByteView request, ByteView response, const Context& context) {
    auto offer = decode<NegotiateAlgorithms>(request, context);
    auto chosen = decode<Algorithms>(response, context);
    return offer && chosen && one_of(chosen->base_asym_sel, offer->base_asym_algo) &&
           one_of(chosen->base_hash_sel, offer->base_hash_algo) &&
           one_of(chosen->measurement_specification_sel, offer->measurement_specification) &&
           one_of(chosen->other_params_selection & 0x0f, offer->other_params_support & 0x0f);
}

// Whether the response asks for mutual authentication, which not both sides can.
bool asks_uninvited(const spdm::Parameters& parameters, ByteView response, const Context& context) {
    if (parameters.both(cap::mut_auth)) return false;
    auto exchange = decode<KeyExchangeResponse>(response, context);
    auto challenge = decode<ChallengeAuth>(response, context);
    return (exchange && exchange->mut_auth_requested != 0) ||
           (challenge && (challenge->slot_id & kBasicMutAuthReq) != 0);
}

}  // namespace

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
    Exact exact(*answer);
    ByteView response = exact;
    Context context = observer.expected_response_context();
    Context request_context = observer.request_context(request);
    Code asked = wire::code_of(request);
    if (asked == code::respond_if_ready && observer.deferred() != nullptr)
        asked = wire::code_of(*observer.deferred());
    observer.response(response);
    const Code answered = wire::code_of(response);
    bool refused = answered == code::error;
    if (!refused && answered != wire::response_to(asked)) {
        violated("a response has the code of its request", explain(request, response, context));
    }
    const spdm::Parameters& parameters = responder.parameters();
    // Before there is one: GET_VERSION goes with 1.0, GET_CAPABILITIES with the version it asks for.
    bool other = (asked == code::get_version && response[0] == byte(Version::v1_0)) ||
                 (asked == code::get_capabilities && response[0] == request[0]);
    if (response[0] != byte(parameters.version) && !other) {
        violated("a response has the negotiated version", explain(request, response, context));
    }
    uint32_t most = parameters.requester_data_transfer_size;
    if (most != 0 && !wire::is_vca(asked) && response.size() > most) {
        violated("a response fits what the requester takes", explain(request, response, context));
    }
    if (!refused && !decode_any(request, request_context)) {
        violated("a request that is answered can be read", explain(request, response, context));
    }
    uint32_t taken = parameters.responder_max_msg_size;
    if (!refused && taken != 0 && request.size() > taken && before.parameters.responder_max_msg_size != 0) {
        violated("a request that is answered is not larger than MaxSPDMmsgSize",
                 explain(request, response, context));
    }
    if (asks_uninvited(parameters, response, context)) {
        violated("nobody is asked for mutual authentication without MUT_AUTH_CAP",
                 explain(request, response, context));
    }
    bool chooses = !refused && asked == code::negotiate_algorithms;
    if (chooses && !was_offered(request, response, request_context)) {
        violated("what is selected was offered", explain(request, response, context));
    }
    if (refused) {
        auto since = error_since(response[2]);
        if (!since || *since > parameters.version) {
            violated("an error code is one of the negotiated version", explain(request, response, context));
        }
        bool put_off = response[2] == static_cast<uint8_t>(ErrorCode::response_not_ready) ||
                       response[2] == static_cast<uint8_t>(ErrorCode::busy);
        if (!responder.last_refusal() && !put_off) {
            violated("an ERROR comes from a named check", explain(request, response, context));
        }
        bool unharmed = before.state == responder.state() && same(before.parameters, parameters) &&
                        before.authenticated == responder.authenticated();
        if (!unharmed) violated("a refused message leaves no trace", explain(request, response, context));
        context.version = version_from_byte(response[0]).value_or(context.version);
    }
    size_t used = 0;
    auto message = decode_any(response, context, &used);
    if (!message || used != response.size()) {
        violated("a response can be read to its end", explain(request, response, context));
    }
    if (!equal(encode_any_raw(**message, context), response)) {
        violated("a response encodes to the same bytes", explain(request, response, context));
    }
    const std::optional<lab::SignatureCheck>& signature = observer.last_signature();
    if (signature && signature->result != lab::SignatureCheck::Result::good) {
        violated("a signature covers what was on the wire",
                 signature->why + "\n" + explain(request, response, context));
    }
}

}  // namespace assay::fuzz
