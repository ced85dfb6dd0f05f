// Attacks on the records of sessions: an attacker on the link repeats, reorders, drops, reflects and moves
// them.
#include "conformance/suites/responder/sessions.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/messages/vendor_defined.h"

namespace assay::cases {

namespace {

using wire::KeyOperation;
using wire::KeyUpdate;

// How many records an attacker keeps or holds back.
constexpr uint64_t kSome = 3;
// The first number that does not fit two bytes.
constexpr uint64_t kShortRound = 0x10000;
constexpr size_t kSessionIdSize = 4;

// The record with another session's identifier.
Bytes moved(Bytes record, uint32_t session) {
    for (size_t i = 0; i < kSessionIdSize; ++i) record.at(i) = static_cast<uint8_t>(session >> 8 * i);
    return record;
}

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

// At once and later.
CheckResult repeated(CaseContext& test) {
    BadRecords bad(test, "SPDM-ATK-001");
    for (bool later : {false, true}) {
        std::vector<Bytes> records = TRY(probed(test, TRY(bad.session()), false));
        TRY(bad.refuse(later ? records.front() : records.back()));
    }
    return {};
}

// What is refused in its phase, but came in a good record, counts too; and so does the end of the handshake.
CheckResult repeated_in_handshake(CaseContext& test) {
    BadRecords bad(test, "SPDM-ATK-001", [](CaseContext& on) { return in_handshake(on); });
    Exchange first = TRY(test.lab().send_in(TRY(bad.session()), probe(test)));
    TRY(expect_inside(test, first));
    return bad.refuse(first.request_record);
}

CheckResult repeated_finish(CaseContext& test) {
    uint32_t id = TRY(in_handshake(test));
    TRY(completed(test, id, "SPDM-ATK-001"));
    Bytes finish = test.lab().exchanges().back().request_record;
    BadRecords bad(test, "SPDM-ATK-001", [id](CaseContext&) -> SessionOr { return id; });
    return bad.refuse(finish);
}

CheckResult reordered(CaseContext& test) {
    for (uint64_t early = 1; early <= kSome; ++early) {
        BadRecords bad(test, "SPDM-ATK-002");
        TRY(bad.refuse(TRY(due_record(test, TRY(bad.session()), early))));
    }
    return {};
}

// None of those behind it is taken, however many there are.
CheckResult dropped(CaseContext& test) {
    uint32_t id = TRY(established(test));
    std::vector<Bytes> behind;
    for (uint64_t i = 1; i <= kSome; ++i) behind.push_back(TRY(due_record(test, id, i)));
    for (const Bytes& record : behind) TRY(expect_dead_record(test, record, "SPDM-ATK-003"));
    return {};
}

// As it is, with the number that the next request has, and in a session whose next number it has.
CheckResult reflected(CaseContext& test) {
    BadRecords bad(test, "SPDM-ATK-004");
    TRY(bad.refuse(TRY(probed(test, TRY(bad.session()), true)).back()));
    uint32_t id = TRY(bad.session());
    TRY(bad.refuse(TRY(test.lab().seal(id, probe(test), {.keys = Direction::response}))));
    uint32_t first = TRY(established(test));
    Bytes answer = TRY(probed(test, first, true)).front();
    uint32_t second = TRY(another(test));
    BadRecords other(test, "SPDM-ATK-004", [second](CaseContext&) -> SessionOr { return second; });
    return other.refuse(moved(answer, second));
}

// Both sessions are due the same number.
CheckResult spliced(CaseContext& test) {
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
}

CheckResult round_older(CaseContext& test) {
    lab::Lab& lab = test.lab();
    if (lab.dut().transport().sequence_size != 2)
        return CaseContext::not_applicable("no two bytes of the sequence number are sent on that transport");
    BadRecords bad(test, "SPDM-ATK-006");
    uint32_t id = TRY(bad.session());
    Bytes old = TRY(due_record(test, id));
    TRY(expect_goes_on(test, id, "SPDM-ATK-006"));
    if (!lab.dut().set_sequence(id, Direction::request, kShortRound))
        return CaseContext::not_applicable("the sequence number cannot be set");
    lab.session(id)->channel.set_sequence(Direction::request, kShortRound);
    return bad.refuse(old);
}

// Under the keys of the handshake, and under data keys made from what there is of the transcript.
CheckResult without_finish(CaseContext& test) {
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
}

// A requester that knows what FINISH_RSP will be has the data keys before the device gives them out.
// END_SESSION under them does nothing, neither now nor once they are valid.
CheckResult early_data(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t id = TRY(in_handshake(test));
    bool psk = lab.session(id)->channel.kind() == spdm::SessionKind::psk;
    const Bytes finish = TRY(psk ? lab.psk_finish(id) : lab.finish(id));
    const Bytes finish_record = TRY(lab.seal(id, finish));
    spdm::Session& channel = lab.session(id)->channel;
    const record::TrafficKey answers = channel.schedule().traffic_key(Direction::response);
    record::SealOptions due = channel.seal_options(Direction::response);
    // The code of what came under the handshake keys.
    auto code_of = [&](const Exchange& exchange) -> std::optional<uint8_t> {
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
    Exchange early = TRY(lab.send_in(id, wire::EndSession{}));
    // A refusal of it comes under the keys that are valid.
    bool refusal = early.silent() || code_of(early) == code::error;
    TRY(test.expect_that(refusal, "SPDM-ATK-016", "a refusal, or no answer", lab::describe(early)));
    if (!early.silent()) return {};
    Exchange late = TRY(lab.send_record(finish_record, finish, lab::Wait::silence));
    if (code_of(late) != wire::code_of(response)) return {};
    channel.set_sequence(Direction::request, 0);
    return expect_goes_on(test, id, "SPDM-ATK-016");
}

// Each request that is legal only inside, from outside.
CheckResult plain_messages(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t id = TRY(established(test));
    std::vector<Bytes> requests = {header(test.version(), code::heartbeat),
                                   header(test.version(), code::end_session),
                                   header(test.version(), code::end_session, 1)};
    for (uint8_t operation = 1; operation <= 3; ++operation)
        requests.push_back(header(test.version(), code::key_update, operation, 7));
    for (const Bytes& request : requests) {
        Exchange exchange = TRY(lab.send(request, lab::Wait::silence));
        TRY(expect_not_taken(test, exchange, "SPDM-ATK-020"));
        TRY(expect_goes_on(test, id, "SPDM-ATK-020"));
    }
    return {};
}

// A key update whose acknowledgement did not arrive, and what an attacker can send behind it.
struct Update {
    uint32_t id = 0;
    Bytes record{};    // of KEY_UPDATE, which was acknowledged
    Bytes again{};     // the same request anew, with the next number under the old key
    Bytes verify{};    // VerifyNewKey under the new key
    Bytes one_more{};  // the same under the key of yet another update
};

std::expected<Update, engine::Finding> updated(CaseContext& test, KeyOperation operation) {
    lab::Lab& lab = test.lab();
    Update update{.id = TRY(established(test))};
    if (!lab.seen().parameters().both(cap::key_upd))
        return std::unexpected(CaseContext::not_applicable("the connection has no KEY_UPDATE").error());
    constexpr uint8_t kTag = 0x51;
    Bytes message = header(test.version(), code::key_update, static_cast<uint8_t>(operation), kTag);
    Bytes verify = header(test.version(), code::key_update,
                          static_cast<uint8_t>(KeyOperation::verify_new_key), kTag + 1);
    uint64_t next = lab.session(update.id)->channel.sequence(Direction::request);
    update.again = TRY(lab.seal(update.id, message, {.sequence = next + 1}));
    Exchange exchange = TRY(lab.send_in(update.id, message));
    TRY(expect_answer_inside(test, exchange, "SPDM-SES-011"));
    update.record = exchange.request_record;
    update.verify = TRY(lab.seal(update.id, verify));
    spdm::Session& channel = lab.session(update.id)->channel;
    channel.update(Direction::request);
    update.one_more = TRY(lab.seal(update.id, verify));
    channel.roll_back(Direction::request);
    return update;
}

// The keys have been updated once, or the session is over.
CheckResult updated_once(CaseContext& test, const Update& update, std::string_view requirement) {
    lab::Lab& lab = test.lab();
    const Bytes plain = header(test.version(), code::key_update, 3);
    Exchange verified = TRY(lab.send_record(update.verify, plain));
    if (verified.answered()) return expect_goes_on(test, update.id, requirement);
    TRY(test.expect_that(!came_inside(verified) || verified.error() == ErrorCode::decrypt_error, requirement,
                         "VerifyNewKey is taken, or the session is over", lab::describe(verified)));
    return expect_dead_record(test, update.one_more, requirement);
}

CheckResult lost_acknowledgement(CaseContext& test) {
    for (KeyOperation operation : {KeyOperation::update_key, KeyOperation::update_all_keys}) {
        Update update = TRY(updated(test, operation));
        (void)TRY(test.lab().send_record(update.again, header(test.version(), code::key_update),
                                         lab::Wait::silence));
        TRY(updated_once(test, update, "SPDM-ATK-021"));
    }
    return {};
}

// Before VerifyNewKey and behind it.
CheckResult doubled_update(CaseContext& test) {
    for (KeyOperation operation : {KeyOperation::update_key, KeyOperation::update_all_keys}) {
        Update update = TRY(updated(test, operation));
        const Bytes plain = header(test.version(), code::key_update);
        Exchange again = TRY(test.lab().send_record(update.record, plain, lab::Wait::silence));
        TRY(expect_not_taken(test, again, "SPDM-ATK-022"));
        TRY(updated_once(test, update, "SPDM-ATK-022"));
        update = TRY(updated(test, operation));
        TRY(updated_once(test, update, "SPDM-ATK-022"));
        BadRecords bad(test, "SPDM-ATK-022", [&update](CaseContext&) -> SessionOr { return update.id; });
        TRY(bad.refuse(update.record));
    }
    return {};
}

// A session's request that the device puts off, with its token.
std::expected<std::optional<uint8_t>, engine::Finding> put_off(CaseContext& test, uint32_t id,
                                                               const Bytes& request) {
    constexpr int kPatience = 8;
    lab::Lab& lab = test.lab();
    for (int i = 0; i < kPatience; ++i) {
        Exchange exchange = TRY(lab.send_record(TRY(lab.seal(id, request)), request));
        if (exchange.error() == ErrorCode::busy) continue;
        if (exchange.error() != ErrorCode::response_not_ready || exchange.response->size() < 8) break;
        return (*exchange.response)[6];
    }
    return std::nullopt;
}

// From outside and from another session: neither gets it, and who asked gets it still.
CheckResult deferred_elsewhere(CaseContext& test) {
    lab::Lab& lab = test.lab();
    uint32_t id = TRY(established(test));
    uint32_t other = TRY(another(test));
    wire::VendorDefinedRequest vendor;
    vendor.standard_id = 3;
    vendor.vendor_id = {1, 0};
    vendor.payload = {1, 2, 3};
    const Bytes request = TRY(lab.encode(vendor));
    auto token = TRY(put_off(test, id, request));
    if (!token)
        return CaseContext::not_applicable("the device does not put VENDOR_DEFINED_REQUEST off in a session");
    const Bytes ready = header(test.version(), code::respond_if_ready, wire::code_of(request), *token);
    TRY(expect_not_taken(test, TRY(lab.send_once(ready, lab::Wait::silence)), "SPDM-ATK-024"));
    Exchange foreign = TRY(lab.send_record(TRY(lab.seal(other, ready)), ready, lab::Wait::silence));
    TRY(expect_not_taken(test, foreign, "SPDM-ATK-024"));
    return expect_answer_inside(test, TRY(lab.send_in(id, ready)), "SPDM-ATK-024");
}

}  // namespace

void add_attack_records(CaseList& cases) {
    auto add = [&](Case one) { cases.push_back(since(v1_1, needs(cap::mac, std::move(one)))); };
    add(negative("atk/repeated-record", "A record that an attacker repeats is acted upon once",
                 {"SPDM-ATK-001"}, repeated));
    add(negative("atk/repeated-record-in-handshake", "A record of the handshake is acted upon once",
                 {"SPDM-ATK-001"}, repeated_in_handshake));
    add(negative("atk/repeated-finish", "The record of FINISH does nothing in the session that it completed",
                 {"SPDM-ATK-001"}, repeated_finish));
    add(negative("atk/reordered-records", "A record that overtakes others is not acted upon",
                 {"SPDM-ATK-002"}, reordered));
    add(negative("atk/dropped-record", "What comes behind a record that was dropped is not acted upon",
                 {"SPDM-ATK-003"}, dropped));
    add(negative("atk/reflected-record", "The device's own records are none of the requester's",
                 {"SPDM-ATK-004"}, reflected));
    add(negative("atk/spliced-record", "A record of one session is none of another", {"SPDM-ATK-005"},
                 spliced));
    add(negative("atk/round-older", "A record is refused whose number fits in its low bytes only",
                 {"SPDM-ATK-006"}, round_older));
    add(negative("atk/finish-left-out", "Without FINISH there is no application phase", {"SPDM-ATK-015"},
                 without_finish));
    add(negative("atk/early-data", "Data under keys that are not valid yet is not acted upon, nor kept",
                 {"SPDM-ATK-016"}, early_data));
    add(negative("atk/plain-message", "A message outside a session changes nothing in it", {"SPDM-ATK-020"},
                 plain_messages));
    add(negative("atk/lost-acknowledgement", "A lost KEY_UPDATE_ACK does not part the keys of both sides",
                 {"SPDM-ATK-021"}, lost_acknowledgement));
    add(negative("atk/doubled-key-update", "A KEY_UPDATE that an attacker repeats updates nothing",
                 {"SPDM-ATK-022"}, doubled_update));
    add(negative("atk/deferred-elsewhere", "The answer that was put off in a session stays there",
                 {"SPDM-ATK-024"}, deferred_elsewhere));
}

}  // namespace assay::cases
