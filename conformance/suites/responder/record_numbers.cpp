// Sequence numbers of records, and how many records one key protects (DSP0277).
#include <fmt/format.h>

#include "conformance/suites/responder/sessions.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/messages/session.h"

namespace assay::cases {

namespace {

constexpr const char* kNoNumbers = "the target cannot be brought to a sequence number";
constexpr uint8_t kExponent = 4;
constexpr int kLimit = 1 << kExponent;

// Brings both ends of a session to a number.
bool moved(CaseContext& test, uint32_t id, Direction way, uint64_t next) {
    if (!test.lab().dut().set_sequence(id, way, next)) return false;
    test.lab().session(id)->channel.set_sequence(way, next);
    return true;
}

// The header of an answer: so many bytes of the number that is due, and a Length that counts what follows.
CheckResult expect_form(CaseContext& test, uint32_t id) {
    lab::Lab& lab = test.lab();
    const record::Transport& transport = lab.dut().transport();
    uint64_t next = lab.session(id)->channel.sequence(Direction::response);
    Exchange exchange = TRY(lab.send_in(id, probe(test)));
    TRY(expect_inside(test, exchange));
    TRY(test.expect_that(goes_on(exchange), "SPDM-SEC-005", "an answer inside the session",
                         lab::describe(exchange)));
    auto record = TRY(record::parse(exchange.response_record, transport));
    uint64_t low =
        transport.sequence_size == 0 ? 0 : next & ((uint64_t{1} << 8 * transport.sequence_size) - 1);
    TRY(test.expect_that(record.sequence == low, "SPDM-SEC-006", fmt::format("sequence number {}", low),
                         fmt::format("{}", record.sequence), "SequenceNumber"));
    size_t size = record.header.size() + record.length;
    size_t came = exchange.response_record.size();
    return test.expect_that(came >= size && came <= lab.arriving(size), "SPDM-SEC-005",
                            fmt::format("a record of {} bytes", size), fmt::format("{}", came), "Length");
}

// Whether a request was acted upon.
CheckResult expect_untaken(CaseContext& test, const Exchange& exchange, std::string_view requirement) {
    if (exchange.silent()) return {};
    return test.expect(exchange, refused(ErrorCode::decrypt_error, {ErrorCode::unspecified}), requirement);
}

// A session whose secured message version is the one that is offered, with a limit.
SessionOr limited(CaseContext& test, uint16_t version, uint8_t exponent) {
    lab::Lab& lab = test.lab();
    TRY(ready_to_exchange(test, lab::session_offer()));
    Exchange exchange = TRY(lab.send(TRY(lab.key_exchange({.versions = {version}, .aead_limit = exponent}))));
    if (exchange.error())
        return std::unexpected(
            CaseContext::not_applicable("the device has no such secured message version").error());
    uint32_t id = TRY(begun(test, exchange, "SPDM-SEC-026"));
    TRY(lab.finish_session(id));
    return id;
}

SessionOr at_1_3(CaseContext& test) {
    uint32_t id = TRY(limited(test, spdm::kSecured1_3, kExponent));
    if (test.lab().session(id)->channel.limit() != kLimit)
        return std::unexpected(
            CaseContext::not_applicable("the device has a lower limit of its own").error());
    return id;
}

// One record there and one back, whatever it says: to ask again what was put off would take further ones.
CheckResult once(CaseContext& test, uint32_t id, std::string_view requirement) {
    Exchange exchange = TRY(test.lab().send_record(TRY(due_record(test, id))));
    TRY(expect_inside(test, exchange));
    return test.expect_that(goes_on(exchange), requirement, "an answer inside the session",
                            lab::describe(exchange));
}

CheckResult update(CaseContext& test, uint32_t id, wire::KeyOperation operation) {
    wire::KeyUpdate request{.key_operation = static_cast<uint8_t>(operation), .tag = 1};
    TRY(expect_answer_inside(test, TRY(test.lab().send_in(id, request)), "SPDM-SEC-020"));
    request.key_operation = static_cast<uint8_t>(wire::KeyOperation::verify_new_key);
    return expect_answer_inside(test, TRY(test.lab().send_in(id, request)), "SPDM-SEC-020");
}

const Case kCases[] = {
    {
        .id = "sec/form",
        .title = "A record has the sequence number's bytes that its transport sends",
        .requirements = {"SPDM-SEC-005", "SPDM-SEC-006"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test));
            for (int i = 0; i < 3; ++i) TRY(expect_form(test, id));
            return {};
        },
    },
    // Each way in turn, and both at once.
    {
        .id = "sec/sequence-field-wraps",
        .title = "The number goes on where its two bytes begin anew",
        .requirements = {"SPDM-SEC-006", "SPDM-SEC-005"},
        .since = v1_1,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr uint64_t kNear = 0xfffe;
            if (test.lab().dut().transport().sequence_size != 2)
                return CaseContext::not_applicable("the transport sends no two bytes of the sequence number");
            for (const auto& ways : {std::vector{Direction::request},
                                     {Direction::response},
                                     {Direction::request, Direction::response}}) {
                uint32_t id = TRY(established(test));
                for (Direction way : ways) {
                    if (!moved(test, id, way, kNear)) return CaseContext::not_applicable(kNoNumbers);
                }
                for (int i = 0; i < 4; ++i) TRY(expect_form(test, id));
            }
            return {};
        },
    },
    // The header says another number than the one that is due, while IV and MAC are made with that one.
    {
        .id = "sec/number-in-header",
        .title = "A record whose header says another number than the one that is due is refused",
        .requirements = {"SPDM-SEC-029"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            if (lab.dut().transport().sequence_size == 0)
                return CaseContext::not_applicable("the transport sends nothing of the sequence number");
            for (uint64_t change : std::initializer_list<uint64_t>{0x0001, 0x0002, 0x0100, 0x8000}) {
                BadRecords bad(test, "SPDM-SEC-029");
                uint32_t id = TRY(bad.session());
                // The control: so far the session has taken a record, and its number is not zero.
                TRY(expect_goes_on(test, id, "SPDM-SEC-029"));
                uint64_t due = bad.channel().sequence(Direction::request);
                TRY(bad.refuse(TRY(lab.seal(id, probe(test), {.stated = due ^ change}))));
            }
            return {};
        },
    },
    // Messages that get no answer take the request counter ahead.
    {
        .id = "sec/counters",
        .title = "Requests and responses are counted apart",
        .requirements = {"SPDM-SEC-009"},
        .since = v1_1,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test));
            for (int i = 0; i < 3; ++i) {
                Bytes nothing = TRY(test.lab().seal(id, Bytes{}));
                TRY(test.lab().send_record(nothing, {}, lab::Wait::silence));
                TRY(expect_goes_on(test, id, "SPDM-SEC-009"));
            }
            return {};
        },
    },
    // The number before the last may be taken, or be too much already. Behind it nothing is, the first one
    // included.
    {
        .id = "sec/last-request",
        .title = "No request has the last number, nor the first one again",
        .requirements = {"SPDM-SEC-019"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t id = TRY(established(test));
            if (!moved(test, id, Direction::request, record::kMaxSequence - 1))
                return CaseContext::not_applicable(kNoNumbers);
            std::vector<Bytes> records;
            for (uint64_t number : {record::kMaxSequence - 1, record::kMaxSequence, uint64_t{0}})
                records.push_back(TRY(lab.seal(id, probe(test), {.sequence = number})));
            Exchange exchange = TRY(lab.send_record(records[0], probe(test)));
            if (!goes_on(exchange)) TRY(expect_untaken(test, exchange, "SPDM-SEC-019"));
            TRY(expect_untaken(test, TRY(lab.send_record(records[1], probe(test), lab::Wait::silence)),
                               "SPDM-SEC-019"));
            return expect_untaken(test, TRY(lab.send_record(records[2], probe(test), lab::Wait::silence)),
                                  "SPDM-SEC-019");
        },
    },
    {
        .id = "sec/last-response",
        .title = "No answer has the last number",
        .requirements = {"SPDM-SEC-019"},
        .since = v1_1,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test));
            if (!moved(test, id, Direction::response, record::kMaxSequence))
                return CaseContext::not_applicable(kNoNumbers);
            Bytes first = TRY(due_record(test, id));
            Bytes second = TRY(due_record(test, id, 1));
            TRY(expect_over(test, first, "SPDM-SEC-019"));
            return expect_over(test, second, "SPDM-SEC-019");
        },
    },
    // Half of the requests get no answer, so that the response key has records left to answer with.
    {
        .id = "sec/limit-of-requests",
        .title = "A key takes as many records as was agreed, and no more",
        .requirements = {"SPDM-SEC-020", "SPDM-SEC-026"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t id = TRY(at_1_3(test));
            for (int i = 0; i < kLimit; ++i) {
                if (i % 2 == 0) {
                    TRY(once(test, id, "SPDM-SEC-020"));
                } else {
                    TRY(lab.send_record(TRY(lab.seal(id, Bytes{})), {}, lab::Wait::silence));
                }
            }
            Bytes beyond = TRY(due_record(test, id));
            return expect_untaken(test, TRY(lab.send_record(beyond, probe(test), lab::Wait::silence)),
                                  "SPDM-SEC-020");
        },
    },
    // A new request key does not make the response key last longer.
    {
        .id = "sec/limit-of-responses",
        .title = "A key seals as many records as was agreed, and no more",
        .requirements = {"SPDM-SEC-020", "SPDM-SEC-026"},
        .since = v1_1,
        .needs = kExchanges | cap::key_upd,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(at_1_3(test));
            if (!test.lab().seen().parameters().both(cap::key_upd))
                return CaseContext::not_applicable("KEY_UPD_CAP is not on both sides");
            for (int i = 0; i < kLimit - 2; ++i) TRY(once(test, id, "SPDM-SEC-020"));
            TRY(update(test, id, wire::KeyOperation::update_key));
            if (test.lab().session(id)->channel.sequence(Direction::response) != kLimit)
                return CaseContext::not_applicable("the device puts KEY_UPDATE off");
            Bytes beyond = TRY(due_record(test, id));
            Exchange exchange = TRY(test.lab().send_record(beyond, probe(test), lab::Wait::silence));
            return test.expect_that(exchange.silent(), "SPDM-SEC-020",
                                    "no record beyond the limit of its key", lab::describe(exchange));
        },
    },
    {
        .id = "sec/limit-anew",
        .title = "A new key is counted anew",
        .requirements = {"SPDM-SEC-020", "SPDM-SEC-026"},
        .since = v1_1,
        .needs = kExchanges | cap::key_upd,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(at_1_3(test));
            if (!test.lab().seen().parameters().both(cap::key_upd))
                return CaseContext::not_applicable("KEY_UPD_CAP is not on both sides");
            for (int round = 0; round < 3; ++round) {
                for (int i = 0; i < kLimit - 4; ++i) TRY(once(test, id, "SPDM-SEC-020"));
                TRY(update(test, id, wire::KeyOperation::update_all_keys));
            }
            return once(test, id, "SPDM-SEC-020");
        },
    },
    {
        .id = "sec/limit-too-high",
        .title = "An AeadLimitExponent above 64 is InvalidRequest",
        .requirements = {"SPDM-SEC-021", "SPDM-SEC-026"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr uint8_t kHighest = 64;
            TRY(limited(test, spdm::kSecured1_3, kHighest));
            lab::Lab& lab = test.lab();
            for (uint8_t exponent : Bytes{kHighest + 1, 0xff}) {
                TRY(ready_to_exchange(test));
                Exchange exchange = TRY(lab.send(
                    TRY(lab.key_exchange({.versions = {spdm::kSecured1_3}, .aead_limit = exponent}))));
                TRY(test.expect(exchange, refused(ErrorCode::invalid_request, {ErrorCode::unspecified}),
                                "SPDM-SEC-021"));
            }
            return {};
        },
    },
    {
        .id = "sec/limit-before-1-3",
        .title = "Before secured message version 1.3 there is no limit to agree on",
        .requirements = {"SPDM-SEC-022", "SPDM-SEC-026"},
        .since = v1_1,
        .needs = kExchanges,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(limited(test, spdm::kSecured1_2, kExponent));
            for (int i = 0; i < kLimit + 4; ++i) TRY(once(test, id, "SPDM-SEC-022"));
            return {};
        },
    },
};

}  // namespace

void add_record_numbers(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
