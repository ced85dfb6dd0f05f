// HEARTBEAT, and sessions that end by silence. The latter take seconds, or minutes, of a device's time: they
// run where time can be moved.
#include "conformance/suites/responder/sessions.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/session.h"

namespace assay::cases {

namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

// HeartbeatPeriod of a session, as the exchange's response gave it.
microseconds period(CaseContext& test, uint32_t id) {
    return seconds(test.lab().session(id)->heartbeat_period);
}

SessionOr beating(CaseContext& test) {
    uint32_t id = TRY(established(test));
    if (period(test, id) == seconds(0))
        return std::unexpected(CaseContext::not_applicable("the session has no HeartbeatPeriod").error());
    return id;
}

SessionOr beating_in_our_time(CaseContext& test) {
    if (!test.lab().dut().time_is_cheap())
        return std::unexpected(CaseContext::not_applicable("the target lives in real time").error());
    return beating(test);
}

CheckResult heartbeat(CaseContext& test) {
    uint32_t id = TRY(beating(test));
    for (int i = 0; i < 3; ++i) {
        Exchange exchange = TRY(test.lab().send_in(id, wire::Heartbeat{}));
        TRY(expect_answer_inside(test, exchange, "SPDM-SES-037"));
        const Bytes& ack = *exchange.response;
        TRY(test.expect_that((wire::param1(ack) | wire::param2(ack)) == 0, "SPDM-SES-037",
                             "parameters of zero", to_hex(ByteView(ack).subspan(2, 2)), "Param1"));
    }
    return {};
}

CheckResult size(CaseContext& test) {
    uint32_t id = TRY(beating(test));
    for (size_t more : {size_t{1}, size_t{4}}) {
        Bytes request = padded(header(test.version(), code::heartbeat), more);
        TRY(expect_inside(test, TRY(test.lab().send_in(id, request)), invalid(), "SPDM-SES-004"));
        TRY(expect_goes_on(test, id, "SPDM-SES-004"));
    }
    return {};
}

CheckResult without_capability(CaseContext& test) {
    uint32_t id = TRY(established(test, lab::session_offer(lab::kSessionFlags & ~cap::hbeat)));
    Exchange exchange = TRY(test.lab().send_in(id, wire::Heartbeat{}));
    TRY(expect_inside(test, exchange));
    TRY(expect_unsupported(test, exchange, {ErrorCode::unexpected_request}, "SPDM-SES-005"));
    return expect_goes_on(test, id, "SPDM-SES-005");
}

CheckResult without_period(CaseContext& test) {
    uint32_t id = TRY(established(test));
    if (period(test, id) != seconds(0))
        return CaseContext::not_applicable("the session has a HeartbeatPeriod");
    Exchange exchange = TRY(test.lab().send_in(id, wire::Heartbeat{}));
    // Who answers does no harm: the session never ends by silence (vectors/disputes.json,
    // DISPUTE-HEARTBEAT-PERIOD-ZERO).
    Allowed allowed = refused(ErrorCode::unexpected_request, {ErrorCode::invalid_request});
    allowed.answer = true;
    TRY(expect_inside(test, exchange, allowed, "SPDM-SES-003"));
    return expect_goes_on(test, id, "SPDM-SES-003");
}

// Alive behind one period and a half, over behind two.
CheckResult silence(CaseContext& test) {
    uint32_t id = TRY(beating_in_our_time(test));
    microseconds one = period(test, id);
    test.lab().dut().wait(one + one / 2);
    TRY(expect_goes_on(test, id, "SPDM-SES-006"));
    const Bytes records[] = {TRY(due_record(test, id)), TRY(due_record(test, id, 1))};
    test.lab().dut().wait(2 * one + seconds(1));
    for (const Bytes& record : records) TRY(expect_expired(test, record, "SPDM-SES-006"));
    return {};
}

CheckResult other_requests(CaseContext& test) {
    uint32_t id = TRY(beating_in_our_time(test));
    microseconds one = period(test, id);
    for (int i = 0; i < 4; ++i) {
        test.lab().dut().wait(one + one / 2);
        TRY(expect_goes_on(test, id, "SPDM-SES-007"));
    }
    return {};
}

CheckResult each_its_own(CaseContext& test) {
    uint32_t first = TRY(beating_in_our_time(test));
    uint32_t second = TRY(another(test));
    Bytes last = TRY(due_record(test, second));
    microseconds one = period(test, first);
    for (int i = 0; i < 3; ++i) {
        test.lab().dut().wait(one);
        TRY(expect_goes_on(test, first, "SPDM-SES-007"));
    }
    TRY(expect_expired(test, last, "SPDM-SES-028"));
    return expect_goes_on(test, first, "SPDM-SES-028");
}

// Records made without the session's keys do not keep it alive.
CheckResult bad_record(CaseContext& test) {
    uint32_t id = TRY(beating_in_our_time(test));
    microseconds one = period(test, id);
    Bytes due = TRY(due_record(test, id));
    Bytes bad = due;
    bad.back() ^= 1;
    test.lab().dut().wait(one + one / 2);
    TRY(test.lab().send_record(bad, probe(test), lab::Wait::silence));
    test.lab().dut().wait(one);
    return expect_expired(test, due, "SPDM-SES-029");
}

// Nor does a request outside.
CheckResult plain_heartbeat(CaseContext& test) {
    uint32_t id = TRY(beating_in_our_time(test));
    microseconds one = period(test, id);
    Bytes due = TRY(due_record(test, id));
    test.lab().dut().wait(one + one / 2);
    TRY(test.expect(TRY(test.lab().send(wire::Heartbeat{})), session_needed(test), "SPDM-SES-001"));
    test.lab().dut().wait(one);
    return expect_expired(test, due, "SPDM-ATK-020");
}

CheckResult slow_handshake(CaseContext& test) {
    if (!test.lab().dut().time_is_cheap())
        return CaseContext::not_applicable("the target lives in real time");
    uint32_t id = TRY(in_handshake(test));
    microseconds one = period(test, id);
    if (one == seconds(0)) return CaseContext::not_applicable("the session has no HeartbeatPeriod");
    test.lab().dut().wait(3 * one);
    TRY(completed(test, id, "SPDM-SES-030"));
    test.lab().dut().wait(one);
    return expect_goes_on(test, id, "SPDM-SES-030");
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
