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

const Case kCases[] = {
    {
        .id = "ses/heartbeat",
        .title = "HEARTBEAT is acknowledged inside its session",
        .requirements = {"SPDM-SES-037"},
        .since = v1_1,
        .needs = cap::hbeat,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(beating(test));
            for (int i = 0; i < 3; ++i) {
                Exchange exchange = TRY(test.lab().send_in(id, wire::Heartbeat{}));
                TRY(expect_answer_inside(test, exchange, "SPDM-SES-037"));
                const Bytes& ack = *exchange.response;
                TRY(test.expect_that((wire::param1(ack) | wire::param2(ack)) == 0, "SPDM-SES-037",
                                     "parameters of zero", to_hex(ByteView(ack).subspan(2, 2)), "Param1"));
            }
            return {};
        },
    },
    {
        .id = "ses/heartbeat-size",
        .title = "HEARTBEAT of another size is InvalidRequest",
        .requirements = {"SPDM-SES-004"},
        .since = v1_1,
        .needs = cap::hbeat,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(beating(test));
            for (size_t more : {size_t{1}, size_t{4}}) {
                Bytes request = padded(header(test.version(), code::heartbeat), more);
                TRY(expect_inside(test, TRY(test.lab().send_in(id, request)), invalid(), "SPDM-SES-004"));
                TRY(expect_goes_on(test, id, "SPDM-SES-004"));
            }
            return {};
        },
    },
    {
        .id = "ses/heartbeat-without-capability",
        .title = "HEARTBEAT needs HBEAT_CAP on both sides",
        .requirements = {"SPDM-SES-005"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test, lab::session_offer(lab::kSessionFlags & ~cap::hbeat)));
            Exchange exchange = TRY(test.lab().send_in(id, wire::Heartbeat{}));
            TRY(expect_inside(test, exchange));
            TRY(expect_unsupported(test, exchange, {ErrorCode::unexpected_request}, "SPDM-SES-005"));
            return expect_goes_on(test, id, "SPDM-SES-005");
        },
    },
    {
        .id = "ses/heartbeat-without-period",
        .title = "HEARTBEAT needs a HeartbeatPeriod",
        .requirements = {"SPDM-SES-003"},
        .since = v1_1,
        .needs = cap::hbeat,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
    // Alive behind one period and a half, over behind two.
    {
        .id = "ses/silence",
        .title = "A session ends when nothing was heard for two periods",
        .requirements = {"SPDM-SES-006"},
        .since = v1_1,
        .needs = cap::hbeat,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(beating_in_our_time(test));
            microseconds one = period(test, id);
            test.lab().dut().wait(one + one / 2);
            TRY(expect_goes_on(test, id, "SPDM-SES-006"));
            const Bytes records[] = {TRY(due_record(test, id)), TRY(due_record(test, id, 1))};
            test.lab().dut().wait(2 * one + seconds(1));
            for (const Bytes& record : records) TRY(expect_expired(test, record, "SPDM-SES-006"));
            return {};
        },
    },
    {
        .id = "ses/other-requests",
        .title = "Any request inside keeps a session alive",
        .requirements = {"SPDM-SES-007"},
        .since = v1_1,
        .needs = cap::hbeat,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(beating_in_our_time(test));
            microseconds one = period(test, id);
            for (int i = 0; i < 4; ++i) {
                test.lab().dut().wait(one + one / 2);
                TRY(expect_goes_on(test, id, "SPDM-SES-007"));
            }
            return {};
        },
    },
    {
        .id = "ses/silence-of-one",
        .title = "A session is kept alive by its own requests only",
        .requirements = {"SPDM-SES-028", "SPDM-SES-007"},
        .since = v1_1,
        .needs = cap::hbeat,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
    // Records made without the session's keys do not keep it alive.
    {
        .id = "ses/silence-and-bad-record",
        .title = "A record that is not authentic keeps no session alive",
        .requirements = {"SPDM-SES-029"},
        .since = v1_1,
        .needs = cap::hbeat,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(beating_in_our_time(test));
            microseconds one = period(test, id);
            Bytes due = TRY(due_record(test, id));
            Bytes bad = due;
            bad.back() ^= 1;
            test.lab().dut().wait(one + one / 2);
            TRY(test.lab().send_record(bad, probe(test), lab::Wait::silence));
            test.lab().dut().wait(one);
            return expect_expired(test, due, "SPDM-SES-029");
        },
    },
    // Nor does a request outside.
    {
        .id = "ses/silence-and-plain-request",
        .title = "A request outside keeps no session alive",
        .requirements = {"SPDM-ATK-020", "SPDM-SES-001"},
        .since = v1_1,
        .needs = cap::hbeat,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(beating_in_our_time(test));
            microseconds one = period(test, id);
            Bytes due = TRY(due_record(test, id));
            test.lab().dut().wait(one + one / 2);
            TRY(test.expect(TRY(test.lab().send(wire::Heartbeat{})), session_needed(test), "SPDM-SES-001"));
            test.lab().dut().wait(one);
            return expect_expired(test, due, "SPDM-ATK-020");
        },
    },
    {
        .id = "ses/slow-handshake",
        .title = "A slow handshake does not end by silence",
        .requirements = {"SPDM-SES-030"},
        .since = v1_1,
        .needs = cap::hbeat,
        .run = [](CaseContext& test) -> CheckResult {
            if (!test.lab().dut().time_is_cheap())
                return CaseContext::not_applicable("the target lives in real time");
            uint32_t id = TRY(in_handshake(test));
            microseconds one = period(test, id);
            if (one == seconds(0)) return CaseContext::not_applicable("the session has no HeartbeatPeriod");
            test.lab().dut().wait(3 * one);
            TRY(completed(test, id, "SPDM-SES-030"));
            test.lab().dut().wait(one);
            return expect_goes_on(test, id, "SPDM-SES-030");
        },
    },
};

}  // namespace

void add_session_timers(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
