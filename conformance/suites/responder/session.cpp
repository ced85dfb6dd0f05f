// Sessions apart from their keys: answers inside, the end, and what happens outside at the same time.
#include "stack/wire/messages/session.h"

#include "conformance/suites/responder/sessions.h"
#include "stack/wire/header.h"

namespace assay::cases {

namespace {

const Case kCases[] = {
    // Good requests and bad ones: whatever the answer is, it stays inside.
    {
        .id = "ses/answers-inside",
        .title = "Whatever answers a request inside a session comes inside it",
        .requirements = {"SPDM-SES-026", "SPDM-SES-038"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test));
            Bytes other_version = probe(test);
            other_version[wire::kVersionAt] ^= 0x03;
            const Bytes requests[] = {probe(test), header(test.version(), wire::Code{0xa0}), other_version,
                                      header(test.version(), code::get_certificate, 0x0f)};
            for (const Bytes& request : requests) {
                Exchange exchange = TRY(test.lab().send_in(id, request));
                TRY(test.expect_that(!exchange.silent(), "SPDM-SES-026", "an answer", "silence"));
                TRY(expect_inside(test, exchange));
            }
            return expect_goes_on(test, id, "SPDM-SES-026");
        },
    },
    {
        .id = "ses/end-session",
        .title = "END_SESSION is acknowledged inside, and the session is over",
        .requirements = {"SPDM-SES-022", "SPDM-SES-123"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t clear : {uint8_t{0}, wire::kClearNegotiatedState}) {
                uint32_t id = TRY(established(test));
                Bytes later = TRY(due_record(test, id, 1));
                Exchange exchange = TRY(test.lab().send_in(id, wire::EndSession{.param1 = clear}));
                TRY(expect_answer_inside(test, exchange, "SPDM-SES-123"));
                const Bytes& ack = *exchange.response;
                TRY(test.expect_that((wire::param1(ack) | wire::param2(ack)) == 0, "SPDM-SES-022",
                                     "parameters of zero", to_hex(ByteView(ack).subspan(2, 2)), "Param1"));
                TRY(expect_over(test, later, "SPDM-SES-022"));
            }
            return {};
        },
    },
    {
        .id = "ses/end-session-size",
        .title = "END_SESSION of another size is InvalidRequest and ends nothing",
        .requirements = {"SPDM-SES-021"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test));
            for (size_t more : {size_t{1}, size_t{4}}) {
                Bytes request = padded(header(test.version(), code::end_session), more);
                TRY(expect_inside(test, TRY(test.lab().send_in(id, request)), invalid(), "SPDM-SES-021"));
                TRY(expect_goes_on(test, id, "SPDM-SES-021"));
            }
            return {};
        },
    },
    {
        .id = "ses/end-keeps-connection",
        .title = "Without CACHE_CAP the connection outlives its session",
        .requirements = {"SPDM-SES-023", "SPDM-SES-022"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test));
            bool caches = (test.lab().seen().parameters().responder_flags & cap::cache) != 0;
            if (caches) return CaseContext::not_applicable("the device claims CACHE_CAP");
            Exchange end =
                TRY(test.lab().send_in(id, wire::EndSession{.param1 = wire::kClearNegotiatedState}));
            TRY(expect_answer_inside(test, end, "SPDM-SES-022"));
            Exchange next = TRY(test.lab().send(probe(test)));
            Allowed known{.errors = {ErrorCode::unsupported_request}, .answer = true, .equal = true};
            return test.expect(next, known, "SPDM-SES-023");
        },
    },
    {
        .id = "ses/end-leaves-others",
        .title = "END_SESSION ends one session",
        .requirements = {"SPDM-SES-024", "SPDM-SES-022"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t first = TRY(established(test));
            uint32_t second = TRY(another(test));
            TRY(expect_answer_inside(test, TRY(test.lab().send_in(second, wire::EndSession{})),
                                     "SPDM-SES-022"));
            return expect_goes_on(test, first, "SPDM-SES-024");
        },
    },
    // Where the identifier does not come again, the old record belongs to no session.
    {
        .id = "ses/identifier-again",
        .title = "A session has no key of the one that ended before it",
        .requirements = {"SPDM-SES-025", "SPDM-SEC-001", "SPDM-SES-022"},
        .since = v1_1,
        .needs = cap::key_ex | cap::cert,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            const ExchangeOptions options{.req_session_id = 0x2345};
            TRY(established(test));
            if (!lab.seen().parameters().both(cap::key_ex))
                return CaseContext::not_applicable("there is no KEY_EXCHANGE");
            TRY(lab.negotiated_with_chain(test.version()));
            uint32_t first = TRY(lab.new_session(options));
            Bytes old = TRY(due_record(test, first));
            TRY(expect_goes_on(test, first, "SPDM-SES-025"));
            TRY(expect_answer_inside(test, TRY(lab.send_in(first, wire::EndSession{})), "SPDM-SES-022"));
            auto again = [&](CaseContext& on) -> SessionOr { return TRY(on.lab().new_session(options)); };
            BadRecords bad(test, "SPDM-SES-025", again);
            uint32_t second = TRY(bad.session());
            return first == second ? bad.refuse(old) : bad.ignore(old, "SPDM-SEC-001");
        },
    },
};

}  // namespace

void add_session(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
