#include "fuzz/dut/oracles.h"

#include <fmt/format.h>

#include "fuzz/common/coverage.h"
#include "fuzz/spdm/invariants.h"
#include "stack/wire/annotate.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

using namespace wire;
using spdm::Direction;

namespace {

std::string both(const lab::Exchange& exchange) {
    return fmt::format("request {}\nresponse {}", to_hex(exchange.request),
                       exchange.response ? to_hex(*exchange.response) : "none");
}

void demand(bool holds, std::string_view rule, const lab::Exchange& exchange) {
    if (!holds) violated(rule, both(exchange));
}

}  // namespace

SessionStates session_states(const lab::Observer& observer) {
    SessionStates states;
    for (const auto& [id, session] : observer.sessions()) {
        const spdm::Session& channel = session.channel;
        states.emplace(
            id,
            SessionState{channel.phase(),
                         {channel.generation(Direction::request), channel.generation(Direction::response)},
                         {channel.sequence(Direction::request), channel.sequence(Direction::response)}});
    }
    return states;
}

void responses_are_well_formed(const lab::Lab& lab, const lab::Exchange& exchange) {
    if (!exchange.response || exchange.unreadable || exchange.application || exchange.request.size() < 4)
        return;
    const Bytes& response = *exchange.response;
    demand(response.size() >= 4, "a response has a header", exchange);
    const bool refused = code_of(response) == code::error;
    const bool deferred = code_of(exchange.request) == code::respond_if_ready;
    const Code asked = deferred ? static_cast<Code>(param1(exchange.request)) : code_of(exchange.request);
    demand(refused || code_of(response) == response_to(asked), "a response has the code of its request",
           exchange);
    if (refused) return;
    const spdm::Parameters& parameters = lab.seen().parameters();
    const bool first = asked == code::get_version || asked == code::get_capabilities;
    demand(first || version_byte(response) == byte(parameters.version),
           "a response has the negotiated version", exchange);
    demand(!asks_uninvited(parameters, response, exchange.response_context),
           "nobody is asked for mutual authentication without MUT_AUTH_CAP", exchange);
    demand(asked != code::negotiate_algorithms ||
               selects_what_was_offered(exchange.request, response, exchange.request_context),
           "what is selected was offered", exchange);
    size_t used = 0;
    const auto message = decode_any(response, exchange.response_context, &used);
    demand(message && response.size() <= lab.arriving(used), "a response can be read to its end", exchange);
}

void establishment_is_earned(const lab::Lab& lab, const SessionStates& before,
                             const lab::Exchange& exchange) {
    if (!exchange.answered() || exchange.unreadable) return;
    const Code code = code_of(exchange.request);
    if (code != code::finish && code != code::psk_finish) return;
    for (const auto& [id, session] : lab.seen().sessions()) {
        const auto was = before.find(id);
        const bool meant = exchange.session ? *exchange.session == id : before.size() == 1;
        if (!meant || was == before.end() || was->second.phase != spdm::Phase::handshake) continue;
        const bool psk = session.channel.kind() == spdm::SessionKind::psk;
        demand(psk == (code == code::psk_finish), "a session is established by the finish of its kind",
               exchange);
        const auto& signature = lab.seen().last_signature();
        const bool is_signed = signature && signature->code == code::finish &&
                               signature->result != lab::SignatureCheck::Result::bad;
        demand(session.mut_auth_requested == 0 || is_signed, "mutual authentication is not skipped",
               exchange);
    }
}

void key_updates_are_acknowledged(const lab::Exchange& exchange) {
    if (!exchange.session || !exchange.answered() || exchange.unreadable) return;
    if (exchange.request.size() < 4 || code_of(exchange.request) != code::key_update) return;
    const Bytes& response = *exchange.response;
    if (code_of(response) != code::key_update_ack) return;
    demand(param1(response) == param1(exchange.request) && param2(response) == param2(exchange.request),
           "KEY_UPDATE_ACK says what it acknowledges", exchange);
}

}  // namespace assay::fuzz
