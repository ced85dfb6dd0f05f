// Attacks on the records of sessions: an attacker on the link repeats, reorders, drops, reflects and moves
// them.
#include "conformance/suites/responder/sessions.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/session.h"

namespace assay::cases {

namespace {

using wire::KeyOperation;
using wire::KeyUpdate;

// How many records an attacker keeps or holds back.
constexpr uint64_t kSome = 3;
// The first number that does not fit two bytes.
constexpr uint64_t kShortRound = 0x10000;

// The records that requests of the probe kind came in, oldest first; `received` gives the answers'.
std::expected<std::vector<Bytes>, engine::Finding> probed(CaseContext& test, uint32_t id, bool received) {
    std::vector<Bytes> records;
    for (uint64_t i = 0; i < kSome; ++i) {
        Exchange exchange = TRY(test.lab().send_in(id, probe(test)));
        TRY(expect_inside(test, exchange));
        records.push_back(received ? exchange.response_record : exchange.request_record);
    }
    return records;
}

const Case kCases[] = {
    // At once and later.
    {
        .id = "atk/repeated-record",
        .title = "A record that an attacker repeats is acted upon once",
        .requirements = {"SPDM-ATK-001"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-ATK-001");
            for (bool later : {false, true}) {
                std::vector<Bytes> records = TRY(probed(test, TRY(bad.session()), false));
                TRY(bad.refuse(later ? records.front() : records.back()));
            }
            return {};
        },
    },
    // What is refused in its phase, but came in a good record, counts too; and so does the end of the
    // handshake.
    {
        .id = "atk/repeated-record-in-handshake",
        .title = "A record of the handshake is acted upon once",
        .requirements = {"SPDM-ATK-001"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-ATK-001", [](CaseContext& on) { return in_handshake(on); });
            Exchange first = TRY(test.lab().send_in(TRY(bad.session()), probe(test)));
            TRY(expect_inside(test, first));
            return bad.refuse(first.request_record);
        },
    },
    {
        .id = "atk/repeated-finish",
        .title = "The record of FINISH does nothing in the session that it completed",
        .requirements = {"SPDM-ATK-001"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(in_handshake(test));
            TRY(completed(test, id, "SPDM-ATK-001"));
            Bytes finish = test.lab().exchanges().back().request_record;
            BadRecords bad(test, "SPDM-ATK-001", [id](CaseContext&) -> SessionOr { return id; });
            return bad.refuse(finish);
        },
    },
    {
        .id = "atk/reordered-records",
        .title = "A record that overtakes others is not acted upon",
        .requirements = {"SPDM-ATK-002"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint64_t early = 1; early <= kSome; ++early) {
                BadRecords bad(test, "SPDM-ATK-002");
                TRY(bad.refuse(TRY(due_record(test, TRY(bad.session()), early))));
            }
            return {};
        },
    },
    // None of those behind it is taken, however many there are.
    {
        .id = "atk/dropped-record",
        .title = "What comes behind a record that was dropped is not acted upon",
        .requirements = {"SPDM-ATK-003"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test));
            std::vector<Bytes> behind;
            for (uint64_t i = 1; i <= kSome; ++i) behind.push_back(TRY(due_record(test, id, i)));
            for (const Bytes& record : behind) TRY(expect_dead_record(test, record, "SPDM-ATK-003"));
            return {};
        },
    },
    // As it is, with the number that the next request has, and in a session whose next number it has.
    {
        .id = "atk/reflected-record",
        .title = "The device's own records are none of the requester's",
        .requirements = {"SPDM-ATK-004"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            BadRecords bad(test, "SPDM-ATK-004");
            TRY(bad.refuse(TRY(probed(test, TRY(bad.session()), true)).back()));
            uint32_t id = TRY(bad.session());
            TRY(bad.refuse(TRY(test.lab().seal(id, probe(test), {.keys = Direction::response}))));
            uint32_t first = TRY(established(test));
            Bytes answer = TRY(probed(test, first, true)).front();
            uint32_t second = TRY(another(test));
            BadRecords other(test, "SPDM-ATK-004", [second](CaseContext&) -> SessionOr { return second; });
            return other.refuse(moved(answer, second));
        },
    },
    // Both sessions are due the same number.
    {
        .id = "atk/spliced-record",
        .title = "A record of one session is none of another",
        .requirements = {"SPDM-ATK-005"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t first = TRY(established(test));
            uint32_t second = TRY(another(test));
            Bytes record = TRY(due_record(test, first));
            Bytes claimed = TRY(test.lab().seal(first, probe(test), {.session_id = second}));
            BadRecords bad(test, "SPDM-ATK-005", [second](CaseContext& on) -> SessionOr {
                if (on.lab().session(second) == nullptr) return another(on);
                return second;
            });
            TRY(bad.refuse(moved(record, TRY(bad.session()))));
            if (TRY(bad.session()) == second) TRY(bad.refuse(claimed));
            // And the first is as it was.
            return expect_goes_on(test, first, "SPDM-ATK-005");
        },
    },
    {
        .id = "atk/round-older",
        .title = "A record is refused whose number fits in its low bytes only",
        .requirements = {"SPDM-ATK-006"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            if (lab.dut().transport().sequence_size != 2)
                return CaseContext::not_applicable(
                    "no two bytes of the sequence number are sent on that transport");
            BadRecords bad(test, "SPDM-ATK-006");
            uint32_t id = TRY(bad.session());
            Bytes old = TRY(due_record(test, id));
            TRY(expect_goes_on(test, id, "SPDM-ATK-006"));
            if (!lab.dut().set_sequence(id, Direction::request, kShortRound))
                return CaseContext::not_applicable("the sequence number cannot be set");
            lab.session(id)->channel.set_sequence(Direction::request, kShortRound);
            return bad.refuse(old);
        },
    },
    // Under the keys of the handshake, and under data keys made from what there is of the transcript.
    {
        .id = "atk/finish-left-out",
        .title = "Without FINISH there is no application phase",
        .requirements = {"SPDM-ATK-015"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            const Bytes requests[] = {
                header(test.version(), code::get_digests), header(test.version(), code::heartbeat),
                header(test.version(), code::key_update, 1, 1), header(test.version(), code::end_session)};
            for (const Bytes& request : requests) {
                uint32_t id = TRY(in_handshake(test));
                TRY(expect_not_taken(test, TRY(lab.send_in(id, request, {.wait = lab::Wait::silence})),
                                     "SPDM-ATK-015"));
            }
            for (const Bytes& request : requests) {
                uint32_t id = TRY(in_handshake(test));
                lab.session(id)->channel.establish();
                TRY(expect_not_taken(test, TRY(lab.send_in(id, request, {.wait = lab::Wait::silence})),
                                     "SPDM-ATK-015"));
            }
            return {};
        },
    },
    // A requester that knows what FINISH_RSP will be has the data keys before the device gives them out.
    // END_SESSION under them does nothing, neither now nor once they are valid.
    {
        .id = "atk/early-data",
        .title = "Data under keys that are not valid yet is not acted upon, nor kept",
        .requirements = {"SPDM-ATK-016"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t id = TRY(in_handshake(test));
            bool psk = lab.session(id)->channel.kind() == spdm::SessionKind::psk;
            const Bytes finish = TRY(psk ? lab.psk_finish(id) : lab.finish(id));
            const Bytes finish_record = TRY(lab.seal(id, finish));
            spdm::Session& channel = lab.session(id)->channel;
            const record::TrafficKey answers = channel.schedule().traffic_key(Direction::response);
            record::SealOptions due = channel.seal_options(Direction::response);
            // The code of what came under the handshake keys.
            auto code_of = [&](const Exchange& exchange) -> std::optional<wire::Code> {
                auto record = record::parse(exchange.response_record, lab.dut().transport());
                if (!record) return std::nullopt;
                auto plain = answers.open(due, *record);
                auto data = plain ? record::application_data(due.protection, *plain) : ByteView();
                auto message = data ? record::from_application(lab.dut().transport(), *data) : std::nullopt;
                if (!message || message->size() < 4) return std::nullopt;
                return wire::code_of(*message);
            };
            Bytes response = header(test.version(), psk ? code::psk_finish_rsp : code::finish_rsp);
            if (test.at_least(v1_4)) response.resize(response.size() + 2);
            channel.add_th(finish);
            channel.add_th(response);
            channel.establish();
            Exchange early = TRY(lab.send_in(id, wire::EndSession{}, {.wait = lab::Wait::silence}));
            // A refusal of it comes under the keys that are valid.
            bool refusal = early.silent() || code_of(early) == code::error;
            TRY(test.expect_that(refusal, "SPDM-ATK-016", "a refusal, or no answer", lab::describe(early)));
            if (!early.silent()) return {};
            Exchange late = TRY(lab.send_record(finish_record, finish, lab::Wait::silence));
            if (code_of(late) != wire::code_of(response)) return {};
            channel.set_sequence(Direction::request, 0);
            return expect_goes_on(test, id, "SPDM-ATK-016");
        },
    },
};

}  // namespace

void add_attack_records(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
