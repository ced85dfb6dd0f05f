#include "fuzz/invariants.h"

#include <fmt/format.h>

#include <cstring>

#include "fuzz/coverage.h"
#include "stack/wire/annotate.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/error.h"

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

}  // namespace

Before::Before(const spdm::Responder& responder)
    : state(responder.state()),
      parameters(responder.parameters()),
      authenticated(responder.authenticated()) {}

void check_exchange(const Before& before, const spdm::Responder& responder, lab::Observer& observer,
                    ByteView request, const std::optional<Bytes>& response) {
    if (!response) {
        if (request.size() >= 4)
            violated("only a message shorter than its header is dropped", to_hex(request));
        return;
    }
    Context context = observer.expected_response_context();
    uint8_t asked = request[1];
    if (asked == code::respond_if_ready && observer.deferred() != nullptr) asked = (*observer.deferred())[1];
    observer.response(*response);
    uint8_t answered = (*response)[1];
    bool refused = answered == code::error;
    if (!refused && answered != (asked & 0x7f)) {
        violated("a response has the code of its request", explain(request, *response, context));
    }
    if (refused) {
        auto since = error_since((*response)[2]);
        if (!since || *since > responder.parameters().version) {
            violated("an error code is one of the negotiated version", explain(request, *response, context));
        }
        bool put_off = (*response)[2] == static_cast<uint8_t>(ErrorCode::response_not_ready) ||
                       (*response)[2] == static_cast<uint8_t>(ErrorCode::busy);
        if (!responder.last_refusal() && !put_off) {
            violated("an ERROR comes from a named check", explain(request, *response, context));
        }
        bool unharmed = before.state == responder.state() &&
                        same(before.parameters, responder.parameters()) &&
                        before.authenticated == responder.authenticated();
        if (!unharmed) violated("a refused message leaves no trace", explain(request, *response, context));
        context.version = version_from_byte((*response)[0]).value_or(context.version);
    }
    size_t used = 0;
    auto message = decode_any(*response, context, &used);
    if (!message || used != response->size()) {
        violated("a response can be read to its end", explain(request, *response, context));
    }
    if (encode_any_raw(**message, context) != *response) {
        violated("a response encodes to the same bytes", explain(request, *response, context));
    }
    const std::optional<lab::SignatureCheck>& signature = observer.last_signature();
    if (signature && signature->result != lab::SignatureCheck::Result::good) {
        violated("a signature covers what was on the wire",
                 signature->why + "\n" + explain(request, *response, context));
    }
}

}  // namespace assay::fuzz
