// HEARTBEAT, and sessions that end by silence. The latter take seconds, or minutes, of a device's time: they
// run where time can be moved.
#include "conformance/cases/responder/sessions.h"
#include "stack/wire/messages/session.h"

namespace assay::cases {

namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

// HeartbeatPeriod of a session, as the exchange's response gave it.
microseconds period(Trial& trial, uint32_t id) { return seconds(trial.lab().session(id)->heartbeat_period); }

SessionOr beating(Trial& trial) {
    uint32_t id = TRY(established(trial));
    if (period(trial, id) == seconds(0))
        return std::unexpected(Trial::not_applicable("the session has no HeartbeatPeriod").error());
    return id;
}

SessionOr beating_in_our_time(Trial& trial) {
    if (!trial.lab().dut().time_is_cheap())
        return std::unexpected(Trial::not_applicable("the target lives in real time").error());
    return beating(trial);
}

Judgement heartbeat(Trial& trial) {
    uint32_t id = TRY(beating(trial));
    for (int i = 0; i < 3; ++i) {
        Exchange exchange = TRY(trial.lab().send_in(id, wire::Heartbeat{}));
        TRY(expect_answer_inside(trial, exchange, "SPDM-SES-037"));
        const Bytes& ack = *exchange.response;
        TRY(trial.expect_that((ack[2] | ack[3]) == 0, "SPDM-SES-037", "parameters of zero",
                              to_hex(ByteView(ack).subspan(2, 2)), "Param1"));
    }
    return {};
}

Judgement size(Trial& trial) {
    uint32_t id = TRY(beating(trial));
    for (size_t more : {size_t{1}, size_t{4}}) {
        Bytes request = padded(header(trial.version(), code::heartbeat), more);
        TRY(expect_inside(trial, TRY(trial.lab().send_in(id, request)), invalid(), "SPDM-SES-004"));
        TRY(expect_goes_on(trial, id, "SPDM-SES-004"));
    }
    return {};
}

Judgement without_capability(Trial& trial) {
    uint32_t id = TRY(established(trial, lab::session_offer(lab::kSessionFlags & ~cap::hbeat)));
    Exchange exchange = TRY(trial.lab().send_in(id, wire::Heartbeat{}));
    TRY(expect_inside(trial, exchange));
    TRY(expect_unsupported(trial, exchange, {ErrorCode::unexpected_request}, "SPDM-SES-005"));
    return expect_goes_on(trial, id, "SPDM-SES-005");
}

Judgement without_period(Trial& trial) {
    uint32_t id = TRY(established(trial));
    if (period(trial, id) != seconds(0)) return Trial::not_applicable("the session has a HeartbeatPeriod");
    Exchange exchange = TRY(trial.lab().send_in(id, wire::Heartbeat{}));
    // Who answers does no harm: the session never ends by silence (vectors/disputes.json,
    // DISPUTE-HEARTBEAT-PERIOD-ZERO).
    Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::invalid_request});
    allowed.answer = true;
    TRY(expect_inside(trial, exchange, allowed, "SPDM-SES-003"));
    return expect_goes_on(trial, id, "SPDM-SES-003");
}

// Alive behind one period and a half, over behind two.
Judgement silence(Trial& trial) {
    uint32_t id = TRY(beating_in_our_time(trial));
    microseconds one = period(trial, id);
    trial.lab().dut().wait(one + one / 2);
    TRY(expect_goes_on(trial, id, "SPDM-SES-006"));
    const Bytes records[] = {TRY(due_record(trial, id)), TRY(due_record(trial, id, 1))};
    trial.lab().dut().wait(2 * one + seconds(1));
    for (const Bytes& record : records) TRY(expect_expired(trial, record, "SPDM-SES-006"));
    return {};
}

Judgement other_requests(Trial& trial) {
    uint32_t id = TRY(beating_in_our_time(trial));
    microseconds one = period(trial, id);
    for (int i = 0; i < 4; ++i) {
        trial.lab().dut().wait(one + one / 2);
        TRY(expect_goes_on(trial, id, "SPDM-SES-007"));
    }
    return {};
}

Judgement each_its_own(Trial& trial) {
    uint32_t first = TRY(beating_in_our_time(trial));
    uint32_t second = TRY(another(trial));
    Bytes last = TRY(due_record(trial, second));
    microseconds one = period(trial, first);
    for (int i = 0; i < 3; ++i) {
        trial.lab().dut().wait(one);
        TRY(expect_goes_on(trial, first, "SPDM-SES-007"));
    }
    TRY(expect_expired(trial, last, "SPDM-SES-028"));
    return expect_goes_on(trial, first, "SPDM-SES-028");
}

// Nobody keeps a session alive who does not have its keys.
Judgement bad_record(Trial& trial) {
    uint32_t id = TRY(beating_in_our_time(trial));
    microseconds one = period(trial, id);
    Bytes due = TRY(due_record(trial, id));
    Bytes bad = due;
    bad.back() ^= 1;
    trial.lab().dut().wait(one + one / 2);
    TRY(trial.lab().send_record(bad, probe(trial), lab::Wait::silence));
    trial.lab().dut().wait(one);
    return expect_expired(trial, due, "SPDM-SES-029");
}

// Nor does a request outside.
Judgement plain_heartbeat(Trial& trial) {
    uint32_t id = TRY(beating_in_our_time(trial));
    microseconds one = period(trial, id);
    Bytes due = TRY(due_record(trial, id));
    trial.lab().dut().wait(one + one / 2);
    TRY(trial.expect(TRY(trial.lab().send(wire::Heartbeat{})), session_needed(trial), "SPDM-SES-001"));
    trial.lab().dut().wait(one);
    return expect_expired(trial, due, "SPDM-ATK-020");
}

Judgement slow_handshake(Trial& trial) {
    if (!trial.lab().dut().time_is_cheap()) return Trial::not_applicable("the target lives in real time");
    uint32_t id = TRY(in_handshake(trial));
    microseconds one = period(trial, id);
    if (one == seconds(0)) return Trial::not_applicable("the session has no HeartbeatPeriod");
    trial.lab().dut().wait(3 * one);
    TRY(completed(trial, id, "SPDM-SES-030"));
    trial.lab().dut().wait(one);
    return expect_goes_on(trial, id, "SPDM-SES-030");
}

}  // namespace

void add_session_timers(CaseList& cases) {
    auto add = [&](Case one, uint32_t flags = cap::hbeat) {
        cases.push_back(since(v1_1, needs(flags, std::move(one))));
    };
    add(positive("ses/heartbeat", "HEARTBEAT is acknowledged inside its session", {"SPDM-SES-037"},
                 heartbeat));
    add(negative("ses/heartbeat-size", "HEARTBEAT of another size is InvalidRequest", {"SPDM-SES-004"},
                 size));
    add(negative("ses/heartbeat-without-capability", "HEARTBEAT needs HBEAT_CAP on both sides",
                 {"SPDM-SES-005"}, without_capability),
        0);
    add(negative("ses/heartbeat-without-period", "HEARTBEAT needs a HeartbeatPeriod", {"SPDM-SES-003"},
                 without_period));
    add(negative("ses/silence", "A session ends when nothing was heard for two periods", {"SPDM-SES-006"},
                 silence));
    add(positive("ses/other-requests", "Any request inside keeps a session alive", {"SPDM-SES-007"},
                 other_requests));
    add(negative("ses/silence-of-one", "A session is kept alive by its own requests only",
                 {"SPDM-SES-028", "SPDM-SES-007"}, each_its_own));
    add(negative("ses/silence-and-bad-record", "A record that is not authentic keeps no session alive",
                 {"SPDM-SES-029"}, bad_record));
    add(negative("ses/silence-and-plain-request", "A request outside keeps no session alive",
                 {"SPDM-ATK-020", "SPDM-SES-001"}, plain_heartbeat));
    add(positive("ses/slow-handshake", "A slow handshake does not end by silence", {"SPDM-SES-030"},
                 slow_handshake));
}

}  // namespace assay::cases
