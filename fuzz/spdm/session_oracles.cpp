#include "fuzz/spdm/session_oracles.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "fuzz/common/coverage.h"
#include "stack/base/ranges.h"
#include "stack/spdm/legality.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/annotate.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/psk.h"

namespace assay::fuzz {

namespace {

using namespace wire;
using spdm::Direction;
using spdm::Phase;

constexpr Direction kWays[] = {Direction::request, Direction::response};

std::string explain(const lab::Exchange& exchange) {
    return fmt::format("request {} (record {})\nresponse {} (record {})", to_hex(exchange.request),
                       to_hex(exchange.request_record),
                       exchange.response ? to_hex(*exchange.response) : "none",
                       to_hex(exchange.response_record));
}

SessionState state_of(const spdm::Session& channel) {
    return {channel.phase(),
            {channel.generation(Direction::request), channel.generation(Direction::response)},
            {channel.sequence(Direction::request), channel.sequence(Direction::response)}};
}

bool is_error(const lab::Exchange& exchange) { return exchange.error().has_value(); }

}  // namespace

SessionStates session_states(const spdm::Responder& responder) {
    SessionStates states;
    for (const auto& [id, session] : responder.sessions()) states.emplace(id, state_of(session.channel));
    return states;
}

void both_ends_agree(const spdm::Responder& responder, lab::Observer& observer, const StepFacts& facts) {
    auto& seen = observer.sessions();
    for (auto session = seen.begin(); session != seen.end();) {
        bool there = responder.sessions().contains(session->first);
        auto silent = facts.silent.find(session->first);
        bool expired = silent != facts.silent.end() && silent->second > 2 * facts.heartbeat_period;
        bool may_end = expired || facts.turn != Turn::now || facts.parted.contains(session->first);
        if (!there && !may_end)
            violated("a session ends only for a reason on the wire", fmt::format("{:08x}", session->first));
        session = there ? std::next(session) : seen.erase(session);
    }
    for (const auto& [id, session] : responder.sessions()) {
        if (facts.parted.contains(id)) continue;
        auto found = seen.find(id);
        if (found == seen.end())
            violated("a session comes about only on the wire", fmt::format("{:08x}", id));
        const spdm::Session &ours = found->second.channel, &theirs = session.channel;
        SessionState a = state_of(ours), b = state_of(theirs);
        if (!(a == b)) {
            violated("both ends are at the same point of a session",
                     fmt::format("{:08x}: phase {}/{}, generations {}.{}/{}.{}, sequences {}.{}/{}.{}", id,
                                 int(a.phase), int(b.phase), a.generations[0], a.generations[1],
                                 b.generations[0], b.generations[1], a.sequences[0], a.sequences[1],
                                 b.sequences[0], b.sequences[1]));
        }
        for (Direction way : kWays) {
            if (!equal_secret(ours.schedule().secret(way).view(), theirs.schedule().secret(way).view()))
                violated("both ends hold the same keys", fmt::format("{:08x}", id));
        }
    }
}

void nothing_undue_is_accepted(const lab::Exchange& exchange, const StepFacts& facts) {
    if (facts.turn != Turn::never || !exchange.response || exchange.unreadable) return;
    if (!is_error(exchange)) violated("what is not due is not answered", explain(exchange));
}

void what_is_answered_is_legal(const SessionStates& before, const lab::Exchange& exchange) {
    if (!exchange.answered() || exchange.unreadable || exchange.request.size() < 2) return;
    const wire::RequestInfo* row = wire::request_info(wire::code_of(exchange.request));
    if (row == nullptr) return;
    wire::SessionScope place = wire::SessionScope::outside;
    if (exchange.session) {
        auto session = before.find(*exchange.session);
        if (session == before.end()) return;
        place = session->second.phase == Phase::handshake ? wire::SessionScope::handshake
                                                          : wire::SessionScope::application;
    }
    if (!row->legal.in(place)) violated("what is answered is legal where it stands", explain(exchange));
}

bool may_begin_flow(const lab::Exchange& exchange) {
    constexpr wire::Code kBegin[] = {code::key_exchange_rsp, code::challenge_auth,
                                     code::encapsulated_request};
    return exchange.answered() && contains(kBegin, wire::code_of(*exchange.response));
}

void only_a_flow_is_in_flight(const spdm::Responder& responder, const lab::Exchange& exchange, bool begun) {
    const auto& refusal = responder.last_refusal();
    if (!begun && is_error(exchange) && refusal && refusal->check == spdm::Check::encap_in_flight)
        violated("a flow ends with its connection", explain(exchange));
}

void encapsulated_flows_go_on(const Bytes& asked, const Bytes& asks, const lab::Exchange& exchange) {
    bool delivered = exchange.answered() && exchange.request.size() > 1 &&
                     wire::code_of(exchange.request) == code::deliver_encapsulated_response;
    if (delivered && !asked.empty() && asked == asks)
        violated("an encapsulated flow goes on", explain(exchange));
}

void a_refusal_leaves_no_trace(const Before& before, const SessionStates& sessions,
                               const spdm::Responder& responder, const lab::Exchange& exchange) {
    auto error = exchange.error();
    if (!error && exchange.response) return;
    bool unharmed = before.state == responder.state() && before.authenticated == responder.authenticated() &&
                    before.parameters.version == responder.parameters().version;
    if (!unharmed) violated("a refused message leaves the connection as it was", explain(exchange));
    for (const auto& [id, now] : session_states(responder)) {
        auto was = sessions.find(id);
        if (was == sessions.end()) violated("a refused message makes no session", explain(exchange));
        bool same = was->second.phase == now.phase && was->second.generations[0] == now.generations[0] &&
                    was->second.generations[1] == now.generations[1];
        if (!same) violated("a refused message changes no session", explain(exchange));
        bool its_own = exchange.session == id;
        bool moved = was->second.sequences[0] != now.sequences[0];
        bool nothing = !exchange.response || exchange.outside;
        if (moved && (!its_own || (nothing && exchange.request.size() >= 4)))
            violated("a record that is dropped moves no number", explain(exchange));
    }
}

void establishment_is_earned(const SessionStates& before, const spdm::Responder& responder,
                             const lab::Observer& observer, const lab::Exchange& exchange) {
    for (const auto& [id, session] : responder.sessions()) {
        auto was = before.find(id);
        bool established = session.channel.phase() == Phase::application &&
                           (was == before.end() || was->second.phase == Phase::handshake);
        if (!established) continue;
        wire::Code code = wire::code_of(exchange.request);
        bool psk = session.channel.kind() == spdm::SessionKind::psk;
        bool own_kind = psk ? code == code::psk_finish || code == code::psk_exchange : code == code::finish;
        if (!own_kind) violated("a session is established by the finish of its kind", explain(exchange));
        const auto& signature = observer.last_signature();
        bool is_signed = signature && signature->code == code::finish &&
                         signature->result == lab::SignatureCheck::Result::good;
        if (session.mut_auth_requested != 0 && !is_signed)
            violated("mutual authentication is not skipped", explain(exchange));
    }
}

void answers_are_authentic(const lab::Exchange& exchange, const StepFacts& facts) {
    bool parted = !facts.parted.empty();
    if (exchange.outside && exchange.response)
        violated("what comes in a session is answered in it", explain(exchange));
    if (exchange.unreadable && facts.turn == Turn::now && !parted)
        violated("an answer opens under the session's keys", explain(exchange));
    if (exchange.signature && exchange.signature->result == lab::SignatureCheck::Result::bad)
        violated("a signature covers what was on the wire",
                 exchange.signature->why + "\n" + explain(exchange));
    for (const lab::MacCheck& mac : exchange.macs) {
        if (!mac.good && !parted && !is_error(exchange))
            violated("verify data covers what was on the wire", explain(exchange));
    }
}

void honest_proofs_are_accepted(const spdm::Responder& responder, const lab::Exchange& exchange,
                                const StepFacts& facts) {
    using spdm::Check;
    constexpr Check kProofs[] = {Check::finish_signature, Check::finish_hmac,   Check::psk_finish_hmac,
                                 Check::mutual_chain,     Check::mutual_digest, Check::mutual_signature};
    const auto& refusal = responder.last_refusal();
    if (!facts.honest || facts.turn != Turn::now || !facts.parted.empty() || !is_error(exchange) || !refusal)
        return;
    if (contains(kProofs, refusal->check)) violated("an honest proof is accepted", explain(exchange));
}

void key_updates_take_effect(const SessionStates& before, const spdm::Responder& responder,
                             const lab::Exchange& exchange) {
    if (!exchange.session || !exchange.answered() || exchange.unreadable) return;
    if (exchange.request.size() < 4 || wire::code_of(exchange.request) != code::key_update) return;
    if (wire::code_of(*exchange.response) != code::key_update_ack) return;
    const Bytes& response = *exchange.response;
    if (wire::param1(response) != wire::param1(exchange.request) ||
        wire::param2(response) != wire::param2(exchange.request))
        violated("KEY_UPDATE_ACK says what it acknowledges", explain(exchange));
    auto was = before.find(*exchange.session);
    auto now = responder.sessions().find(*exchange.session);
    if (was == before.end() || now == responder.sessions().end()) return;
    auto operation = static_cast<KeyOperation>(wire::param1(exchange.request));
    bool all = operation == KeyOperation::update_all_keys;
    const bool renewed[] = {all || operation == KeyOperation::update_key, all};
    SessionState state = state_of(now->second.channel);
    for (size_t way : {0U, 1U}) {
        if (state.generations[way] != was->second.generations[way] + (renewed[way] ? 1 : 0))
            violated("a key update renews the keys that it names", explain(exchange));
    }
}

void silent_sessions_end(const spdm::Responder& responder, const StepFacts& facts) {
    for (const auto& [id, session] : responder.sessions()) {
        auto silent = facts.silent.find(id);
        bool beats = session.heartbeat_period != 0 && session.channel.phase() == Phase::application;
        if (!beats || silent == facts.silent.end()) continue;
        if (silent->second > 2U * session.heartbeat_period + 1U)
            violated("a silent session ends", fmt::format("{:08x} after {} s", id, silent->second));
    }
}

void what_begins_a_session_is_fresh(const SessionStates& before, std::set<Bytes>& given, size_t share_size,
                                    const lab::Exchange& exchange) {
    constexpr size_t kRandom = 8, kShare = 40;
    if (!exchange.answered() || exchange.session || exchange.request.size() < 6) return;
    const Bytes &request = exchange.request, &response = *exchange.response;
    bool exchanges = wire::code_of(response) == code::key_exchange_rsp;
    if ((!exchanges && wire::code_of(response) != code::psk_exchange_rsp) || response.size() < 6) return;
    auto half = [](const Bytes& of) { return static_cast<uint16_t>(of[4] | of[5] << 8); };
    if (before.contains(spdm::session_id(half(request), half(response))))
        violated("a session that lives has its identifier for itself", explain(exchange));
    if (!exchanges || response.size() < kShare + share_size) return;
    ByteView random = ByteView(response).subspan(kRandom, kShare - kRandom);
    ByteView share = ByteView(response).subspan(kShare, share_size);
    if (!given.insert(to_bytes(random)).second || !given.insert(to_bytes(share)).second)
        violated("random values and shares are given out once", explain(exchange));
}

namespace {

template <class Request, class Response>
void check_selection(const std::vector<uint16_t>& supported, const lab::Exchange& exchange) {
    const auto request = decode<Request>(exchange.request, exchange.request_context);
    const auto response = decode<Response>(*exchange.response, exchange.response_context);
    if (!request || !response) return;
    const auto asked = spdm::read_secured_opaque(request->opaque_data, exchange.request_context);
    const auto said = spdm::read_secured_opaque(response->opaque_data, exchange.response_context);
    if (!asked || !said || !said->selected) return;
    // Update and alpha numbers do not make a version another one.
    const auto line = [](uint16_t version) { return version >> 8; };
    int highest = 0;
    for (uint16_t version : asked->offered) {
        if (contains(supported | std::views::transform(line), line(version)))
            highest = std::max(highest, line(version));
    }
    if (line(*said->selected) != highest)
        violated("the highest version of both sides is selected", explain(exchange));
}

}  // namespace

void the_highest_version_is_selected(const std::vector<uint16_t>& supported, const lab::Exchange& exchange) {
    if (!exchange.answered() || exchange.session || exchange.request.size() < 2) return;
    const wire::Code answer = wire::code_of(*exchange.response);
    if (answer == code::key_exchange_rsp)
        check_selection<KeyExchange, KeyExchangeResponse>(supported, exchange);
    if (answer == code::psk_exchange_rsp)
        check_selection<PskExchange, PskExchangeResponse>(supported, exchange);
}

void no_secret_is_left(const spdm::Responder& responder, size_t live_before) {
    if (!responder.sessions().empty()) return;
    size_t live = SecretBytes::live();
    if (live > live_before)
        violated("no secret is left when no session is", fmt::format("{} bytes", live - live_before));
}

}  // namespace assay::fuzz
