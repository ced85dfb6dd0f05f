// Sequence numbers of records, and how many records one key protects (DSP0277).
#include <fmt/format.h>

#include "conformance/cases/responder/sessions.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/messages/session.h"

namespace assay::cases {

namespace {

constexpr const char* kNoNumbers = "the target cannot be brought to a sequence number";
constexpr uint8_t kExponent = 4;
constexpr int kLimit = 1 << kExponent;

// Brings both ends of a session to a number.
bool moved(Trial& trial, uint32_t id, Way way, uint64_t next) {
    if (!trial.lab().dut().set_sequence(id, way, next)) return false;
    trial.lab().session(id)->channel.set_sequence(way, next);
    return true;
}

// The header of an answer: so many bytes of the number that is due, and a Length that counts what follows.
Judgement expect_form(Trial& trial, uint32_t id) {
    lab::Lab& lab = trial.lab();
    const record::Transport& transport = lab.dut().transport();
    uint64_t next = lab.session(id)->channel.sequence(Way::response);
    Exchange exchange = TRY(lab.send_in(id, probe(trial)));
    TRY(expect_inside(trial, exchange));
    TRY(trial.expect_that(goes_on(exchange), "SPDM-SEC-005", "an answer inside the session",
                          lab::describe(exchange)));
    auto record = TRY(record::parse(exchange.response_record, transport));
    uint64_t low =
        transport.sequence_size == 0 ? 0 : next & ((uint64_t{1} << 8 * transport.sequence_size) - 1);
    TRY(trial.expect_that(record.sequence == low, "SPDM-SEC-006", fmt::format("sequence number {}", low),
                          fmt::format("{}", record.sequence), "SequenceNumber"));
    size_t size = record.header.size() + record.length;
    size_t came = exchange.response_record.size();
    return trial.expect_that(came >= size && came <= lab.arriving(size), "SPDM-SEC-005",
                             fmt::format("a record of {} bytes", size), fmt::format("{}", came), "Length");
}

Judgement form(Trial& trial) {
    uint32_t id = TRY(established(trial));
    for (int i = 0; i < 3; ++i) TRY(expect_form(trial, id));
    return {};
}

// Each way in turn, and both at once.
Judgement field_wraps(Trial& trial) {
    constexpr uint64_t kNear = 0xfffe;
    if (trial.lab().dut().transport().sequence_size != 2)
        return Trial::not_applicable("the transport sends no two bytes of the sequence number");
    for (const auto& ways : {std::vector{Way::request}, {Way::response}, {Way::request, Way::response}}) {
        uint32_t id = TRY(established(trial));
        for (Way way : ways) {
            if (!moved(trial, id, way, kNear)) return Trial::not_applicable(kNoNumbers);
        }
        for (int i = 0; i < 4; ++i) TRY(expect_form(trial, id));
    }
    return {};
}

// The header says another number than the one that is due, while IV and MAC are made with that one.
Judgement stated(Trial& trial) {
    lab::Lab& lab = trial.lab();
    if (lab.dut().transport().sequence_size == 0)
        return Trial::not_applicable("the transport sends nothing of the sequence number");
    for (uint64_t change : std::initializer_list<uint64_t>{0x0001, 0x0002, 0x0100, 0x8000}) {
        BadRecords bad(trial, "SPDM-SEC-029");
        uint32_t id = TRY(bad.session());
        // The control: so far the session has taken a record, and its number is not zero.
        TRY(expect_goes_on(trial, id, "SPDM-SEC-029"));
        uint64_t due = bad.channel().sequence(Way::request);
        TRY(bad.refuse(TRY(lab.seal(id, probe(trial), {.stated = due ^ change}))));
    }
    return {};
}

// Messages that get no answer take the request counter ahead.
Judgement counters(Trial& trial) {
    uint32_t id = TRY(established(trial));
    for (int i = 0; i < 3; ++i) {
        Bytes nothing = TRY(trial.lab().seal(id, Bytes{}));
        TRY(trial.lab().send_record(nothing, {}, lab::Wait::silence));
        TRY(expect_goes_on(trial, id, "SPDM-SEC-009"));
    }
    return {};
}

// Whether a request was acted upon.
Judgement expect_untaken(Trial& trial, const Exchange& exchange, std::string_view requirement) {
    if (exchange.silent()) return {};
    return trial.expect(exchange, refused(ErrorCode::decrypt_error, {ErrorCode::unspecified}), requirement);
}

// The number before the last may be taken, or be too much already. Behind it nothing is, the first one
// included.
Judgement last_request(Trial& trial) {
    lab::Lab& lab = trial.lab();
    uint32_t id = TRY(established(trial));
    if (!moved(trial, id, Way::request, record::kMaxSequence - 1)) return Trial::not_applicable(kNoNumbers);
    std::vector<Bytes> records;
    for (uint64_t number : {record::kMaxSequence - 1, record::kMaxSequence, uint64_t{0}})
        records.push_back(TRY(lab.seal(id, probe(trial), {.sequence = number})));
    Exchange exchange = TRY(lab.send_record(records[0], probe(trial)));
    if (!goes_on(exchange)) TRY(expect_untaken(trial, exchange, "SPDM-SEC-019"));
    TRY(expect_untaken(trial, TRY(lab.send_record(records[1], probe(trial), lab::Wait::silence)),
                       "SPDM-SEC-019"));
    return expect_untaken(trial, TRY(lab.send_record(records[2], probe(trial), lab::Wait::silence)),
                          "SPDM-SEC-019");
}

Judgement last_response(Trial& trial) {
    uint32_t id = TRY(established(trial));
    if (!moved(trial, id, Way::response, record::kMaxSequence)) return Trial::not_applicable(kNoNumbers);
    Bytes first = TRY(due_record(trial, id));
    Bytes second = TRY(due_record(trial, id, 1));
    TRY(expect_over(trial, first, "SPDM-SEC-019"));
    return expect_over(trial, second, "SPDM-SEC-019");
}

// A session whose secured message version is the one that is offered, with a limit.
SessionOr limited(Trial& trial, uint16_t version, uint8_t exponent) {
    lab::Lab& lab = trial.lab();
    TRY(ready_to_exchange(trial, lab::session_offer()));
    Exchange exchange = TRY(lab.send(TRY(lab.key_exchange({.versions = {version}, .aead_limit = exponent}))));
    if (exchange.error())
        return std::unexpected(
            Trial::not_applicable("the device has no such secured message version").error());
    uint32_t id = TRY(begun(trial, exchange, "SPDM-SEC-026"));
    TRY(lab.finish_session(id));
    return id;
}

SessionOr at_1_3(Trial& trial) {
    uint32_t id = TRY(limited(trial, spdm::kSecured1_3, kExponent));
    if (trial.lab().session(id)->channel.limit() != kLimit)
        return std::unexpected(Trial::not_applicable("the device has a lower limit of its own").error());
    return id;
}

// One record there and one back, whatever it says: to ask again what was put off would take further ones.
Judgement once(Trial& trial, uint32_t id, std::string_view requirement) {
    Exchange exchange = TRY(trial.lab().send_record(TRY(due_record(trial, id))));
    TRY(expect_inside(trial, exchange));
    return trial.expect_that(goes_on(exchange), requirement, "an answer inside the session",
                             lab::describe(exchange));
}

// Half of the requests get no answer, so that the response key has records left to answer with.
Judgement limit_of_requests(Trial& trial) {
    lab::Lab& lab = trial.lab();
    uint32_t id = TRY(at_1_3(trial));
    for (int i = 0; i < kLimit; ++i) {
        if (i % 2 == 0) {
            TRY(once(trial, id, "SPDM-SEC-020"));
        } else {
            TRY(lab.send_record(TRY(lab.seal(id, Bytes{}))));
        }
    }
    Bytes beyond = TRY(due_record(trial, id));
    return expect_untaken(trial, TRY(lab.send_record(beyond, probe(trial), lab::Wait::silence)),
                          "SPDM-SEC-020");
}

Judgement update(Trial& trial, uint32_t id, wire::KeyOperation operation) {
    wire::KeyUpdate request{.key_operation = static_cast<uint8_t>(operation), .tag = 1};
    TRY(expect_answer_inside(trial, TRY(trial.lab().send_in(id, request)), "SPDM-SEC-020"));
    request.key_operation = static_cast<uint8_t>(wire::KeyOperation::verify_new_key);
    return expect_answer_inside(trial, TRY(trial.lab().send_in(id, request)), "SPDM-SEC-020");
}

// A new request key does not make the response key last longer.
Judgement limit_of_responses(Trial& trial) {
    uint32_t id = TRY(at_1_3(trial));
    if (!trial.lab().seen().parameters().both(cap::key_upd))
        return Trial::not_applicable("KEY_UPD_CAP is not on both sides");
    for (int i = 0; i < kLimit - 2; ++i) TRY(once(trial, id, "SPDM-SEC-020"));
    TRY(update(trial, id, wire::KeyOperation::update_key));
    if (trial.lab().session(id)->channel.sequence(Way::response) != kLimit)
        return Trial::not_applicable("the device puts KEY_UPDATE off");
    Bytes beyond = TRY(due_record(trial, id));
    Exchange exchange = TRY(trial.lab().send_record(beyond, probe(trial), lab::Wait::silence));
    return trial.expect_that(exchange.silent(), "SPDM-SEC-020", "no record beyond the limit of its key",
                             lab::describe(exchange));
}

Judgement limit_anew(Trial& trial) {
    uint32_t id = TRY(at_1_3(trial));
    if (!trial.lab().seen().parameters().both(cap::key_upd))
        return Trial::not_applicable("KEY_UPD_CAP is not on both sides");
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < kLimit - 4; ++i) TRY(once(trial, id, "SPDM-SEC-020"));
        TRY(update(trial, id, wire::KeyOperation::update_all_keys));
    }
    return once(trial, id, "SPDM-SEC-020");
}

Judgement limit_too_high(Trial& trial) {
    constexpr uint8_t kHighest = 64;
    TRY(limited(trial, spdm::kSecured1_3, kHighest));
    lab::Lab& lab = trial.lab();
    for (uint8_t exponent : Bytes{kHighest + 1, 0xff}) {
        TRY(ready_to_exchange(trial));
        Exchange exchange =
            TRY(lab.send(TRY(lab.key_exchange({.versions = {spdm::kSecured1_3}, .aead_limit = exponent}))));
        TRY(trial.expect(exchange, refused(ErrorCode::invalid_request, {ErrorCode::unspecified}),
                         "SPDM-SEC-021"));
    }
    return {};
}

Judgement limit_before_1_3(Trial& trial) {
    uint32_t id = TRY(limited(trial, spdm::kSecured1_2, kExponent));
    for (int i = 0; i < kLimit + 4; ++i) TRY(once(trial, id, "SPDM-SEC-022"));
    return {};
}

}  // namespace

void add_record_numbers(CaseList& cases) {
    auto add = [&](Case one, uint32_t flags = 0) {
        cases.push_back(since(v1_1, needs(flags, std::move(one))));
    };
    add(positive("sec/form", "A record has the sequence number's bytes that its transport sends",
                 {"SPDM-SEC-005", "SPDM-SEC-006"}, form));
    add(positive("sec/sequence-field-wraps", "The number goes on where its two bytes begin anew",
                 {"SPDM-SEC-006"}, field_wraps));
    add(negative("sec/number-in-header",
                 "A record whose header says another number than the one that is due is refused",
                 {"SPDM-SEC-029"}, stated));
    add(positive("sec/counters", "Requests and responses are counted apart", {"SPDM-SEC-009"}, counters));
    add(negative("sec/last-request", "No request has the last number, nor the first one again",
                 {"SPDM-SEC-019"}, last_request));
    add(negative("sec/last-response", "No answer has the last number", {"SPDM-SEC-019"}, last_response));
    add(negative("sec/limit-of-requests", "A key takes as many records as was agreed, and no more",
                 {"SPDM-SEC-020"}, limit_of_requests),
        kExchanges);
    add(negative("sec/limit-of-responses", "A key seals as many records as was agreed, and no more",
                 {"SPDM-SEC-020"}, limit_of_responses),
        kExchanges | cap::key_upd);
    add(positive("sec/limit-anew", "A new key is counted anew", {"SPDM-SEC-020"}, limit_anew),
        kExchanges | cap::key_upd);
    add(negative("sec/limit-too-high", "An AeadLimitExponent above 64 is InvalidRequest", {"SPDM-SEC-021"},
                 limit_too_high),
        kExchanges);
    add(positive("sec/limit-before-1-3", "Before secured message version 1.3 there is no limit to agree on",
                 {"SPDM-SEC-022"}, limit_before_1_3),
        kExchanges);
}

}  // namespace assay::cases
