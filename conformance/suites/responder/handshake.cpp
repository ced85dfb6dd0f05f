#include "conformance/suites/responder/handshake.h"

#include <fmt/format.h>

#include "conformance/suites/responder/measurement_answer.h"
#include "stack/base/ranges.h"
#include "stack/spdm/session.h"
#include "stack/wire/annotate.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/session.h"

namespace assay::cases {

namespace {

// More sessions than that are taken for no end of them.
constexpr size_t kMostSessions = 24;
// How often a place in a full table is emptied and filled.
constexpr int kRounds = 3;
// A flow that asks more often than that does not come to an end.
constexpr int kLongestFlow = 200;

}  // namespace

Result<bool> went_along(const Result<>& way) {
    if (!way && way.error().code != Errc::refused) return std::unexpected(way.error());
    return way.has_value();
}

CheckResult ready_to_exchange(CaseContext& test) {
    TRY(test.lab().negotiated_with_chain(test.version()));
    return {};
}

CheckResult ready_to_exchange(CaseContext& test, const lab::Offer& offer) {
    if (!TRY(went_along(test.lab().negotiated_with_chain(test.version(), offer)))) {
        return CaseContext::not_applicable("the device turns that requester down in VCA");
    }
    if (!test.lab().seen().parameters().both(cap::key_ex)) {
        return CaseContext::not_applicable("there is no KEY_EXCHANGE on that connection");
    }
    return {};
}

CheckResult ready_to_share(CaseContext& test, const lab::Offer& offer) {
    lab::Lab& lab = test.lab();
    if (!TRY(went_along(lab.negotiated_with_chain(test.version(), offer)))) {
        return CaseContext::not_applicable("the device turns that requester down in VCA");
    }
    if (!lab.seen().parameters().psk()) {
        return CaseContext::not_applicable("there is no PSK_EXCHANGE on that connection");
    }
    Exchange exchange = TRY(lab.send(lab.psk_exchange()));
    if (exchange.error()) return CaseContext::not_applicable("the device does not know the requester's hint");
    if (exchange.macs.empty() || !exchange.macs.front().good) {
        return CaseContext::not_applicable("the device has another key for the requester's hint");
    }
    TRY(lab.negotiated(test.version(), offer));
    return {};
}

namespace {

template <class M>
Result<Exchange> send_raw(CaseContext& test, M message) {
    message.spdm_version = wire::byte(test.version());
    return test.lab().send(wire::encode_raw(message, test.lab().seen().request_context()));
}

}  // namespace

Result<Exchange> send_exchange(CaseContext& test, const EditExchange& edit, const ExchangeOptions& options) {
    wire::KeyExchange message = TRY(test.lab().key_exchange(options));
    if (edit) edit(message);
    return send_raw(test, std::move(message));
}

Result<Exchange> send_psk(CaseContext& test, const EditPsk& edit, const ExchangeOptions& options) {
    wire::PskExchange message = test.lab().psk_exchange(options);
    if (edit) edit(message);
    return send_raw(test, std::move(message));
}

std::expected<uint32_t, engine::Finding> begun(CaseContext& test, const Exchange& exchange,
                                               std::string_view requirement) {
    TRY(test.expect_answer(exchange, requirement));
    auto id = test.lab().seen().last_session();
    TRY(test.expect_that(id.has_value(), requirement, "a session", "a response that none can be made of"));
    return *id;
}

Result<Bytes> with_verify_data(CaseContext& test, uint32_t session, Bytes head) {
    const lab::ObservedSession* observed = test.lab().session(session);
    if (observed == nullptr) return fail(Errc::state, "session", Error::npos, "there is no such session");
    const spdm::Session& channel = observed->channel;
    crypto::Digest th = channel.th_with({head});
    append(head, channel.schedule().verify_data(spdm::Direction::request, th.view()).view());
    return head;
}

Result<Bytes> signed_finish(CaseContext& test, uint32_t session, const Signing& how) {
    lab::Lab& lab = test.lab();
    const lab::Observer& seen = lab.seen();
    const wire::Context context = seen.request_context();
    const Bytes usual = TRY(lab.finish(session));
    auto message = TRY(wire::decode<wire::Finish>(usual, context));
    auto suite = seen.parameters().requester_suite();
    auto chain = seen.requester_chains().find(message.slot_id);
    auto keys = suite ? lab.identity().identities.find(suite->sign) : lab.identity().identities.end();
    bool known = chain != seen.requester_chains().end() && keys != lab.identity().identities.end();
    if (!known || !keys->second[how.signer])
        return fail(Errc::state, "slot", Error::npos, "the lab has no identity there");
    const spdm::Session& channel = lab.session(session)->channel;
    const size_t tail = context.hash_size + context.requester_signature_size;
    ByteView head = spdm::finish_part(lab.finish_transcript(), ByteView(usual).first(usual.size() - tail));
    crypto::Digest chain_digest = lab.provider().digest(suite->hash, chain->second);
    spdm::Suite signs = *suite;
    signs.version = how.version.value_or(suite->version);
    message.signature =
        TRY(lab::ours(spdm::sign_transcript(lab.provider(), signs, keys->second[how.signer]->key, how.context,
                                            channel.th_with({chain_digest.view(), head}))));
    if (how.flipped) message.signature[*how.flipped % message.signature.size()] ^= 0x01;
    crypto::Digest th = channel.th_with({chain_digest.view(), head, message.signature});
    message.requester_verify_data =
        to_bytes(channel.schedule().verify_data(spdm::Direction::request, th.view()).view());
    return wire::encode_raw(message, context);
}

CheckResult finish_with(CaseContext& test, uint32_t session, ByteView message, std::string_view requirement) {
    return test.expect_answer(TRY(test.lab().send_handshake(session, message)), requirement);
}

namespace {

// An error in the device's answer, not in this program.
std::unexpected<Error> unreadable(const Error& error) {
    return fail(Errc::bad_code, error.field, error.offset, error.text());
}

}  // namespace

Result<Exchange> run_flow(CaseContext& test, std::optional<uint32_t> place, bool implicit,
                          const EditAnswer& edit) {
    lab::Lab& lab = test.lab();
    auto transfer = [&](ByteView message) {
        return place ? lab.send_in(*place, message) : lab.send(message);
    };
    Bytes asked = header(test.version(), code::get_digests);
    uint8_t request_id = 0;
    if (!implicit) {
        Exchange poll = TRY(transfer(TRY(lab.encode(wire::GetEncapsulatedRequest{}))));
        if (!poll.answered()) return poll;
        auto first = wire::decode<wire::EncapsulatedRequest>(*poll.response, poll.response_context);
        if (!first) return unreadable(first.error());
        request_id = first->request_id;
        asked = std::move(first->encapsulated_request);
    }
    for (int i = 0; i < kLongestFlow; ++i) {
        Bytes answer = lab.answer_encapsulated(asked);
        if (edit) edit(asked, answer);
        wire::DeliverEncapsulatedResponse deliver{.request_id = request_id,
                                                  .encapsulated_response = std::move(answer)};
        Exchange exchange = TRY(transfer(TRY(lab.encode(deliver))));
        if (!exchange.answered()) return exchange;
        auto ack = wire::decode<wire::EncapsulatedResponseAck>(*exchange.response, exchange.response_context);
        if (!ack) return unreadable(ack.error());
        if (ack->payload_type != static_cast<uint8_t>(wire::AckPayload::present)) return exchange;
        request_id = ack->request_id;
        asked = std::move(ack->encapsulated_request);
    }
    return fail(Errc::out_of_range, "encapsulated flow", Error::npos, "it does not come to an end");
}

CheckResult expect_unsupported(CaseContext& test, const Exchange& exchange, std::vector<ErrorCode> also,
                               std::string_view requirement) {
    TRY(test.expect(exchange, refused(ErrorCode::unsupported_request, std::move(also)), requirement));
    if (exchange.error() != ErrorCode::unsupported_request) return {};
    uint8_t named = wire::param2(*exchange.response);
    uint8_t asked = byte(wire::code_of(exchange.request));
    return test.expect_that(named == asked, requirement, fmt::format("ErrorData 0x{:02x}", asked),
                            fmt::format("0x{:02x}", named), "ErrorData");
}

Allowed not_authentic() {
    Allowed allowed = refused(ErrorCode::decrypt_error);
    allowed.silence = allowed.equal = true;
    return allowed;
}

Allowed session_needed(CaseContext& test) {
    if (!test.at_least(v1_2)) {
        return refused(ErrorCode::unspecified, {ErrorCode::unexpected_request, ErrorCode::invalid_request});
    }
    return refused(ErrorCode::session_required,
                   {ErrorCode::unexpected_request, ErrorCode::invalid_request, ErrorCode::unspecified});
}

Allowed bad_share() {
    Allowed allowed = refused(ErrorCode::invalid_request, {ErrorCode::unspecified});
    allowed.equal = true;
    return allowed;
}

CheckResult expect_not_taken(CaseContext& test, const Exchange& exchange, std::string_view requirement) {
    return test.expect_that(!exchange.answered(), requirement, "a refusal", lab::describe(exchange));
}

CheckResult expect_macs(CaseContext& test, const Exchange& exchange, size_t count,
                        std::string_view requirement) {
    TRY(test.expect_that(exchange.macs.size() == count, requirement, fmt::format("{} HMACs", count),
                         fmt::format("{}", exchange.macs.size()), "ResponderVerifyData"));
    for (const lab::MacCheck& mac : exchange.macs) {
        TRY(test.expect_that(mac.good, requirement, to_hex(mac.due), "another HMAC", "ResponderVerifyData"));
    }
    return {};
}

CheckResult expect_exact(CaseContext& test, const Exchange& exchange, std::string_view requirement) {
    TRY(test.expect_answer(exchange, requirement));
    size_t used = wire::annotate(*exchange.response, exchange.response_context).used;
    size_t most = exchange.session ? used : test.lab().arriving(used);
    size_t size = exchange.response->size();
    return test.expect_that(size >= used && size <= most, requirement, fmt::format("{} bytes", used),
                            fmt::format("{}", size));
}

CheckResult expect_alive(CaseContext& test, uint32_t session, std::string_view requirement) {
    Exchange exchange = TRY(test.lab().send_in(session, header(test.version(), code::get_digests)));
    bool alive = !exchange.silent() && !exchange.unreadable && !exchange.outside &&
                 exchange.error() != ErrorCode::decrypt_error;
    return test.expect_that(alive, requirement, "an answer inside the session", lab::describe(exchange));
}

CheckResult expect_ends(CaseContext& test, uint32_t session, std::string_view requirement) {
    return test.expect_answer(TRY(test.lab().send_in(session, wire::EndSession{})), requirement);
}

void make_mac_wrong(Bytes& message, size_t hash_size, int way) {
    const auto mac = std::span(message).last(hash_size);
    if (way == kWrongMacs - 1)
        std::ranges::fill(mac, uint8_t{0});
    else
        mac[static_cast<size_t>(way) * (mac.size() - 1) / 2] ^= 0x01;
}

Result<Bytes> later_record(CaseContext& test, uint32_t session) {
    const lab::ObservedSession* observed = test.lab().session(session);
    if (observed == nullptr) return fail(Errc::state, "session", Error::npos, "there is no such session");
    // A handshake in the clear takes no number.
    uint64_t next = observed->channel.sequence(spdm::Direction::request);
    if (!test.lab().seen().parameters().clear_handshake()) ++next;
    return test.lab().seal(session, header(test.version(), code::get_digests), {.sequence = next});
}

CheckResult expect_dead_record(CaseContext& test, ByteView record, std::string_view requirement) {
    Bytes plain = header(test.version(), code::get_digests);
    return expect_not_taken(test, TRY(test.lab().send_record(record, plain, lab::Wait::silence)),
                            requirement);
}

CheckResult fill_the_table(CaseContext& test, const OpenSession& open, std::string_view requirement) {
    const Allowed full = refused(ErrorCode::session_limit_exceeded, {ErrorCode::unspecified});
    std::vector<uint32_t> ids;
    Exchange last;
    while (ids.size() < kMostSessions) {
        last = TRY(open(test));
        if (!last.answered()) break;
        ids.push_back(TRY(begun(test, last, requirement)));
    }
    bool limited = ids.size() < kMostSessions;
    if (limited) TRY(test.expect(last, full, requirement));
    TRY(test.expect_that(!ids.empty(), requirement, "room for one session", "none"));
    // No session was closed for the refused one, and a session that ends makes room for another.
    for (uint32_t id : ids) TRY(expect_alive(test, id, requirement));
    if (!limited) return {};
    for (int round = 0; round < kRounds; ++round) {
        TRY(expect_ends(test, ids.front(), requirement));
        ids.erase(ids.begin());
        ids.push_back(TRY(begun(test, TRY(open(test)), requirement)));
        TRY(test.expect(TRY(open(test)), full, requirement));
    }
    for (uint32_t id : ids) TRY(expect_alive(test, id, requirement));
    return {};
}

namespace {

// What the summary of a kind may be on this connection; empty when nothing is known to compare it with.
std::expected<std::vector<Bytes>, engine::Finding> known_summaries(CaseContext& test, uint8_t type,
                                                                   std::string_view requirement) {
    if (type == wire::summary::none) return std::vector<Bytes>{Bytes()};
    if (type == wire::summary::all) return summaries_of_all(test, requirement);
    if (!test.claims().has(cap::chal)) return std::vector<Bytes>();
    Exchange challenge = TRY(test.lab().send(test.lab().challenge(0, type)));
    return std::vector<Bytes>{
        TRY(answer_to<wire::ChallengeAuth>(test, challenge, requirement)).measurement_summary_hash};
}

CheckResult compare_summary(CaseContext& test, const AskSummary& ask, uint8_t type,
                            std::string_view requirement) {
    TRY(ready_to_exchange(test));
    const std::vector<Bytes> known = TRY(known_summaries(test, type, requirement));
    Bytes hash = TRY(ask(test, type));
    size_t due = type == wire::summary::none ? 0 : test.lab().seen().request_context().hash_size;
    TRY(test.expect_that(hash.size() == due, requirement, fmt::format("{} bytes", due),
                         fmt::format("{}", hash.size()), "MeasurementSummaryHash"));
    return test.expect_that(known.empty() || contains(known, hash), requirement,
                            "the summary of the measurements on this connection", to_hex(hash),
                            "MeasurementSummaryHash");
}

}  // namespace

CheckResult compare_summaries(CaseContext& test, const AskSummary& ask, std::string_view requirement) {
    TRY(ready_to_exchange(test));
    if (test.lab().seen().parameters().measurement_specification == 0) {
        return CaseContext::not_applicable("no measurement specification is negotiated");
    }
    for (uint8_t type : {wire::summary::none, wire::summary::tcb, wire::summary::all}) {
        // What is measured may change in between, but not every time.
        if (!compare_summary(test, ask, type, requirement))
            TRY(compare_summary(test, ask, type, requirement));
    }
    return {};
}

}  // namespace assay::cases
