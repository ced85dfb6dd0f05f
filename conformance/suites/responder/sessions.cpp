#include "conformance/suites/responder/sessions.h"

#include <fmt/format.h>

#include "stack/base/ranges.h"

namespace assay::cases {

namespace {

constexpr const char* kNoSessions = "the device has no sessions with that requester";

// A negotiated connection, and whether its sessions come from KEY_EXCHANGE.
std::expected<bool, engine::Finding> connected(CaseContext& test, const lab::Offer& offer) {
    lab::Lab& lab = test.lab();
    auto none = [](const char* why) { return std::unexpected(CaseContext::not_applicable(why).error()); };
    if (!lab.dut().carries_secured()) return none("the target cannot carry records");
    if (!TRY(went_along(lab.negotiated_with_chain(test.version(), offer)))) return none(kNoSessions);
    const spdm::Parameters& parameters = lab.seen().parameters();
    if (!parameters.both(cap::mac)) return none(kNoSessions);
    bool cert = (parameters.responder_flags & cap::cert) != 0;
    if (parameters.both(cap::key_ex) && cert) return true;
    if (!parameters.psk()) return none(kNoSessions);
    TRY(ready_to_share(test, offer));
    return false;
}

SessionOr opened(CaseContext& test, Result<uint32_t> session) {
    if (session) return *session;
    const std::vector<Exchange>& all = test.lab().exchanges();
    bool full = !all.empty() && all.back().error() == ErrorCode::session_limit_exceeded;
    if (full)
        return std::unexpected(
            CaseContext::not_applicable("the device has no room for another session").error());
    return std::unexpected(engine::Finding(session.error()));
}

// Another session of the kind that the connection has.
bool exchanges_keys(CaseContext& test) {
    const spdm::Parameters& parameters = test.lab().seen().parameters();
    return parameters.both(cap::key_ex) && (parameters.responder_flags & cap::cert) != 0;
}

}  // namespace

SessionOr established(CaseContext& test, const lab::Offer& offer) {
    bool exchange = TRY(connected(test, offer));
    return opened(test, exchange ? test.lab().new_session() : test.lab().new_psk_session());
}

SessionOr in_handshake(CaseContext& test, const lab::Offer& offer) {
    bool exchange = TRY(connected(test, offer));
    if (test.lab().seen().parameters().clear_handshake())
        return std::unexpected(CaseContext::not_applicable("the handshake is in the clear").error());
    uint32_t id = TRY(opened(test, exchange ? test.lab().begin_session() : test.lab().begin_psk_session()));
    if (test.lab().session(id)->channel.phase() != spdm::Phase::handshake)
        return std::unexpected(CaseContext::not_applicable("the handshake is over at once").error());
    return id;
}

CheckResult completed(CaseContext& test, uint32_t session_id, std::string_view requirement) {
    lab::Lab& lab = test.lab();
    const lab::ObservedSession* session = lab.session(session_id);
    TRY(test.expect_that(session != nullptr, requirement, "the handshake goes on", "DecryptError"));
    bool psk = session->channel.kind() == spdm::SessionKind::psk;
    Bytes message = TRY(psk ? lab.psk_finish(session_id) : lab.finish(session_id));
    return expect_answer_inside(test, TRY(lab.send_in(session_id, message)), requirement);
}

SessionOr another(CaseContext& test) {
    lab::Lab& lab = test.lab();
    return opened(test, exchanges_keys(test) ? lab.new_session() : lab.new_psk_session());
}

SessionOr another_handshake(CaseContext& test) {
    lab::Lab& lab = test.lab();
    return opened(test, exchanges_keys(test) ? lab.begin_session() : lab.begin_psk_session());
}

namespace {

constexpr std::string_view kIdentifiers = "SPDM-KEX-015";
constexpr uint16_t kSame = 0x1234, kOther = 0x5678;

// The handshake, where there is one that is open.
CheckResult completed_if_open(CaseContext& test, uint32_t id) {
    bool open = test.lab().session(id)->channel.phase() == spdm::Phase::handshake;
    return open ? completed(test, id, kIdentifiers) : CheckResult{};
}

// Who is full refuses every identifier, not only the one that is in use.
CheckResult judge_refusal(CaseContext& test, const Exchange& refusal, const AskSession& ask) {
    if (refusal.error() != ErrorCode::session_limit_exceeded)
        return test.expect_answer(refusal, kIdentifiers);
    Exchange other = TRY(ask(test, {.req_session_id = kOther}));
    TRY(test.expect_that(other.error().has_value(), kIdentifiers,
                         "a session for a ReqSessionID that is in use, as for another",
                         "SessionLimitExceeded for that ReqSessionID alone", "RspSessionID"));
    return CaseContext::not_applicable("the device has one session at a time");
}

}  // namespace

CheckResult expect_own_identifier(CaseContext& test, const AskSession& ask) {
    uint32_t first = TRY(begun(test, TRY(ask(test, {.req_session_id = kSame})), kIdentifiers));
    bool open = test.lab().session(first)->channel.phase() == spdm::Phase::handshake;
    TRY(completed_if_open(test, first));
    // The next one's handshake is open when the one behind it is asked for.
    std::vector<uint32_t> live{first};
    for (int i = 0; i < 2; ++i) {
        Exchange exchange = TRY(ask(test, {.req_session_id = kSame}));
        // How many handshakes may be open at once is the device's affair.
        if (i > 0 && exchange.error()) break;
        if (exchange.error()) return judge_refusal(test, exchange, ask);
        uint32_t next = TRY(begun(test, exchange, kIdentifiers));
        TRY(test.expect_that(!contains(live, next), kIdentifiers, "another SessionID than a live one",
                             fmt::format("0x{:08x} again", next), "RspSessionID"));
        live.push_back(next);
        if (!open) break;
    }
    for (uint32_t id : live) TRY(completed_if_open(test, id));
    for (uint32_t id : live) TRY(expect_goes_on(test, id, kIdentifiers));
    return {};
}

Bytes probe(CaseContext& test) { return header(test.version(), code::get_digests); }

bool came_inside(const Exchange& exchange) {
    return !exchange.silent() && !exchange.outside && !exchange.unreadable;
}

bool goes_on(const Exchange& exchange) {
    return came_inside(exchange) && exchange.error() != ErrorCode::decrypt_error;
}

CheckResult expect_inside(CaseContext& test, const Exchange& exchange) {
    constexpr std::string_view kRule = "SPDM-SES-026";
    if (exchange.silent()) return {};
    TRY(test.expect_that(exchange.error() != ErrorCode::session_required, "SPDM-SES-038",
                         "no SessionRequired to what came in a session", lab::describe(exchange),
                         "ErrorCode"));
    TRY(test.expect_that(!exchange.outside, kRule, "a record of the session",
                         lab::describe(exchange) + " outside of it"));
    TRY(test.expect_that(!exchange.unreadable, kRule, "a record under the keys that the session is due",
                         "a record that cannot be opened"));
    auto record = record::parse(exchange.response_record, test.lab().dut().transport());
    bool same = record && record->session_id == exchange.session;
    return test.expect_that(same, kRule, "a record of the session", "a record of another one", "SessionID");
}

CheckResult expect_answer_inside(CaseContext& test, const Exchange& exchange, std::string_view requirement) {
    TRY(expect_inside(test, exchange));
    return test.expect_answer(exchange, requirement);
}

CheckResult expect_inside(CaseContext& test, const Exchange& exchange, const Allowed& allowed,
                          std::string_view requirement) {
    TRY(expect_inside(test, exchange));
    return test.expect(exchange, allowed, requirement);
}

CheckResult expect_goes_on(CaseContext& test, uint32_t session, std::string_view requirement) {
    lab::Lab& lab = test.lab();
    TRY(test.expect_that(lab.session(session) != nullptr, requirement, "a session that goes on",
                         "one that DecryptError ended"));
    Exchange exchange = TRY(lab.send_in(session, probe(test)));
    TRY(expect_inside(test, exchange));
    return test.expect_that(goes_on(exchange), requirement, "an answer inside the session",
                            lab::describe(exchange));
}

Result<Bytes> due_record(CaseContext& test, uint32_t session, uint64_t further) {
    const lab::ObservedSession* observed = test.lab().session(session);
    if (observed == nullptr) return fail(Errc::state, "session", Error::npos, "there is no such session");
    uint64_t next = observed->channel.sequence(Direction::request) + further;
    return test.lab().seal(session, probe(test), {.sequence = next});
}

Bytes moved(Bytes record, uint32_t session) {
    for (size_t i = 0; i < sizeof session; ++i) record.at(i) = static_cast<uint8_t>(session >> 8 * i);
    return record;
}

CheckResult expect_over(CaseContext& test, ByteView record, std::string_view requirement) {
    Exchange exchange = TRY(test.lab().send_record(record, probe(test), lab::Wait::silence));
    return test.expect_that(exchange.silent(), requirement, "silence: the session is over",
                            lab::describe(exchange));
}

CheckResult expect_expired(CaseContext& test, ByteView record, std::string_view requirement) {
    Exchange exchange = TRY(test.lab().send_record(record, probe(test), lab::Wait::silence));
    bool over = exchange.silent() || exchange.error() == ErrorCode::decrypt_error;
    return test.expect_that(over, requirement, "silence or DecryptError: the session is over",
                            lab::describe(exchange));
}

BadRecords::BadRecords(CaseContext& test, std::string_view requirement, Open open)
    : test_(test),
      requirement_(requirement),
      open_(open ? std::move(open) : [](CaseContext& on) { return established(on); }) {}

SessionOr BadRecords::session() {
    if (!session_) session_ = TRY(open_(test_));
    return *session_;
}

const spdm::Session& BadRecords::channel() const { return test_.lab().session(*session_)->channel; }

std::expected<Bytes, engine::Finding> BadRecords::due() { return TRY(due_record(test_, TRY(session()))); }

CheckResult BadRecords::refuse(ByteView record) {
    // All of them are made now: a device that answers DecryptError leaves no keys to make them with. Where no
    // number is on the wire even the attempt to open the due record uses one up, if bad ones do.
    uint32_t id = TRY(session());
    bool numbered = test_.lab().dut().transport().sequence_size != 0;
    Bytes due = TRY(due_record(test_, id));
    Bytes further = TRY(due_record(test_, id, numbered ? 1 : 2));
    Exchange exchange = TRY(test_.lab().send_record(record, probe(test_), lab::Wait::silence));
    if (!exchange.silent()) {
        TRY(test_.expect_that(came_inside(exchange), "SPDM-SEC-025",
                              "DecryptError in a record of the session",
                              lab::describe(exchange) + (exchange.outside ? " outside of it" : "")));
        // Who opens more of a record before refusing it may say what it found.
        Allowed allowed =
            refused(ErrorCode::decrypt_error,
                    {ErrorCode::invalid_request, ErrorCode::unexpected_request, ErrorCode::unspecified});
        TRY(test_.expect(exchange, allowed, requirement_));
    }
    return judge_after(exchange.error() == ErrorCode::decrypt_error, due, further);
}

CheckResult BadRecords::judge_after(bool said_so, ByteView due, ByteView further) {
    Exchange next = TRY(test_.lab().send_record(due, probe(test_), lab::Wait::silence));
    bool answered = !next.silent() && next.error() != ErrorCode::decrypt_error;
    if (said_so) {
        session_.reset();
        return test_.expect_that(!answered, "SPDM-SEC-025", "the session is over behind DecryptError",
                                 lab::describe(next));
    }
    TRY(test_.expect_that(!answered || goes_on(next), requirement_, "the session is over, or goes on",
                          lab::describe(next)));
    if (answered) return {};
    session_.reset();
    Exchange last = TRY(test_.lab().send_record(further, probe(test_), lab::Wait::silence));
    answered = !last.silent() && last.error() != ErrorCode::decrypt_error;
    return test_.expect_that(!answered, requirement_, "a refused record that uses no sequence number up",
                             "the record behind the due one was taken");
}

CheckResult BadRecords::refuse_authentic(ByteView record, const Allowed& allowed) {
    TRY(session());
    session_.reset();
    Exchange exchange = TRY(test_.lab().send_record(record, probe(test_), lab::Wait::silence));
    test_.judge(requirement_);
    // What is not an SPDM message may be application data that the device knows and answers.
    if (exchange.silent() || exchange.application) return {};
    TRY(test_.expect_that(came_inside(exchange), "SPDM-SES-026", "an answer in a record of the session",
                          lab::describe(exchange)));
    return test_.expect(exchange, allowed, requirement_);
}

CheckResult BadRecords::ignore(ByteView record, std::string_view requirement) {
    uint32_t id = TRY(session());
    Exchange exchange = TRY(test_.lab().send_record(record, probe(test_), lab::Wait::silence));
    TRY(test_.expect_that(exchange.silent(), requirement, "silence", lab::describe(exchange)));
    return expect_goes_on(test_, id, requirement);
}

}  // namespace assay::cases
