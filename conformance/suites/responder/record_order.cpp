// Records that are as the requester sealed them, and not due: at another time, in another session, under
// other keys.
#include "conformance/suites/responder/sessions.h"

namespace assay::cases {

namespace {

const Case kCases[] = {
    {
        .id = "sec/replay",
        .title = "A record is taken once",
        .requirements = {"SPDM-SEC-003"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-SEC-003");
            Bytes at_once = TRY(bad.due());
            TRY(test.lab().send_record(at_once));
            TRY(bad.refuse(at_once));
            Bytes later = TRY(bad.due());
            TRY(test.lab().send_record(later));
            TRY(expect_goes_on(test, TRY(bad.session()), "SPDM-SEC-003"));
            return bad.refuse(later);
        },
    },
    {
        .id = "sec/gap",
        .title = "A record is not taken before its turn",
        .requirements = {"SPDM-SEC-004"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint64_t further : std::initializer_list<uint64_t>{1, 2, 0x100, 0x10000}) {
                BadRecords bad(test, "SPDM-SEC-004");
                TRY(bad.refuse(TRY(due_record(test, TRY(bad.session()), further))));
            }
            return {};
        },
    },
    // A record that the device sealed, and one made with its keys.
    {
        .id = "sec/response-keys",
        .title = "A record under the response keys is refused",
        .requirements = {"SPDM-SEC-017"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-SEC-017");
            uint32_t id = TRY(bad.session());
            Exchange answered = TRY(test.lab().send_in(id, probe(test)));
            TRY(bad.refuse(answered.response_record));
            return bad.refuse(
                TRY(test.lab().seal(TRY(bad.session()), probe(test), {.keys = Direction::response})));
        },
    },
    // Both sessions are due the same number.
    {
        .id = "sec/other-session",
        .title = "A record of another session is refused",
        .requirements = {"SPDM-SEC-018"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t first = 0;
            BadRecords bad(test, "SPDM-SEC-018", [&](CaseContext& on) -> SessionOr {
                first = TRY(established(on));
                return another(on);
            });
            uint32_t second = TRY(bad.session());
            TRY(bad.refuse(moved(TRY(due_record(test, first)), second)));
            second = TRY(bad.session());
            return bad.refuse(TRY(test.lab().seal(first, probe(test), {.session_id = second})));
        },
    },
    // Records under the handshake keys, with the numbers that come next there, and with those that the data
    // keys begin with.
    {
        .id = "sec/handshake-keys",
        .title = "A record under the handshake keys is refused behind the handshake",
        .requirements = {"SPDM-SEC-016", "SPDM-FIN-011"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            std::vector<Bytes> old;
            BadRecords bad(test, "SPDM-SEC-016", [&](CaseContext& on) -> SessionOr {
                uint32_t id = TRY(in_handshake(on));
                old.clear();
                for (uint64_t number = 0; number < 3; ++number)
                    old.push_back(TRY(on.lab().seal(id, probe(on), {.sequence = number})));
                TRY(completed(on, id, "SPDM-FIN-011"));
                return id;
            });
            for (size_t i = 0; i < 3; ++i) {
                TRY(bad.session());
                TRY(bad.refuse(old[i]));
            }
            return {};
        },
    },
    // A request outside is answered as if there were no session, whose measurement exchanges it does not
    // touch.
    {
        .id = "sec/plain-beside",
        .title = "A request outside is answered as such while a session exists",
        .requirements = {"SPDM-SEC-024"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t id = TRY(established(test));
            bool signs = lab.seen().parameters().meas_cap() == cap::meas_sig &&
                         test.claims().has(cap::cert) &&
                         lab.seen().parameters().measurement_specification != 0;
            if (signs) {
                Exchange first = TRY(lab.send_in(id, lab.get_measurements(wire::kAllMeasurements, false)));
                TRY(expect_answer_inside(test, first, "SPDM-SEC-024"));
            }
            Exchange outside = TRY(lab.send(probe(test)));
            Allowed allowed{.errors = {}, .answer = true};
            if (!test.claims().has(cap::cert)) allowed = refused(ErrorCode::unsupported_request);
            TRY(test.expect(outside, allowed, "SPDM-SEC-024"));
            if (!signs) return expect_goes_on(test, id, "SPDM-SEC-024");
            Exchange second = TRY(lab.send_in(id, lab.get_measurements(wire::kAllMeasurements, true)));
            return test.expect_signature(second, "SPDM-SEC-024");
        },
    },
};

}  // namespace

void add_record_order(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
