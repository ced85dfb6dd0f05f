// KEY_UPDATE: which side uses which key at which point.
#include <fmt/format.h>

#include <utility>

#include "conformance/suites/responder/sessions.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/session.h"

namespace assay::cases {

namespace {

using wire::KeyOperation;
using wire::KeyUpdate;

constexpr uint8_t kUpdate = static_cast<uint8_t>(KeyOperation::update_key);
constexpr uint8_t kUpdateAll = static_cast<uint8_t>(KeyOperation::update_all_keys);
constexpr uint8_t kVerify = static_cast<uint8_t>(KeyOperation::verify_new_key);

SessionOr updatable(CaseContext& test) {
    uint32_t id = TRY(established(test));
    if (!test.lab().seen().parameters().both(cap::key_upd))
        return std::unexpected(CaseContext::not_applicable("KEY_UPD_CAP is not on both sides").error());
    return id;
}

// The operation is acknowledged, with its tag, under the key that is due by then.
CheckResult acknowledged(CaseContext& test, uint32_t id, uint8_t operation, uint8_t tag,
                         std::string_view rule) {
    lab::Lab& lab = test.lab();
    const spdm::Session& channel = lab.session(id)->channel;
    uint32_t before = channel.generation(Direction::response);
    Exchange exchange = TRY(lab.send_in(id, KeyUpdate{.key_operation = operation, .tag = tag}));
    TRY(test.expect_that(!exchange.unreadable, rule, "an acknowledgement under the response key that is due",
                         "a record that cannot be opened"));
    TRY(expect_answer_inside(test, exchange, rule));
    auto ack = TRY(wire::decode<wire::KeyUpdateAck>(*exchange.response, exchange.response_context));
    TRY(test.expect_that(ack.key_operation == operation && ack.tag == tag, "SPDM-SES-011",
                         fmt::format("operation {} and tag 0x{:02x}", operation, tag),
                         fmt::format("{} and 0x{:02x}", ack.key_operation, ack.tag), "Tag"));
    uint32_t due = before + (operation == kUpdateAll ? 1 : 0);
    return test.expect_that(channel.generation(Direction::response) == due, rule,
                            operation == kUpdateAll ? "an acknowledgement under the new response key"
                                                    : "one under the unchanged response key",
                            "the other one");
}

CheckResult updated(CaseContext& test, uint32_t id, uint8_t operation) {
    constexpr uint8_t kTag = 0x5a;
    TRY(acknowledged(test, id, operation, kTag, operation == kUpdateAll ? "SPDM-SES-013" : "SPDM-SES-012"));
    TRY(acknowledged(test, id, kVerify, static_cast<uint8_t>(~kTag), "SPDM-SES-012"));
    return expect_goes_on(test, id, "SPDM-SES-012");
}

CheckResult update(CaseContext& test, uint8_t operation) {
    uint32_t id = TRY(updatable(test));
    TRY(expect_goes_on(test, id, "SPDM-SES-026"));
    for (uint8_t tag : Bytes{0x00, 0xff, 0x01}) {
        TRY(acknowledged(test, id, operation, tag,
                         operation == kUpdateAll ? "SPDM-SES-013" : "SPDM-SES-012"));
        // Between the two the new keys are in use already.
        TRY(expect_goes_on(test, id, "SPDM-SES-014"));
        TRY(acknowledged(test, id, kVerify, static_cast<uint8_t>(tag ^ 0x3c), "SPDM-SES-012"));
        TRY(expect_goes_on(test, id, "SPDM-SES-014"));
    }
    return {};
}

// A session whose request key was updated; `old` is a record under the key before, of the number that was
// next there.
SessionOr with_new_key(CaseContext& test, bool verified, Bytes& old) {
    uint32_t id = TRY(updatable(test));
    old = TRY(due_record(test, id, 1));
    TRY(acknowledged(test, id, kUpdate, 1, "SPDM-SES-012"));
    if (verified) TRY(acknowledged(test, id, kVerify, 2, "SPDM-SES-012"));
    return id;
}

// Refused, or taken for a repetition of the first one: there is one new key. The lab, which takes an
// acknowledgement for an update, is corrected.
CheckResult still_one_new_key(CaseContext& test, uint32_t id, const Exchange& second, std::string_view rule) {
    Allowed allowed = refused(ErrorCode::invalid_request, {ErrorCode::unexpected_request});
    allowed.answer = true;
    allowed.equal = second.answered();
    TRY(expect_inside(test, second, allowed, rule));
    if (second.answered()) test.lab().session(id)->channel.roll_back(Direction::request);
    TRY(acknowledged(test, id, kVerify, 9, rule));
    return expect_goes_on(test, id, rule);
}

const Case kCases[] = {
    {
        .id = "upd/update-key",
        .title = "UpdateKey changes the request key, and is acknowledged as it came",
        .requirements = {"SPDM-SES-012", "SPDM-SES-011", "SPDM-SES-014"},
        .since = v1_1,
        .needs = cap::key_upd,
        .run = [](CaseContext& test) { return update(test, kUpdate); },
    },
    {
        .id = "upd/update-all-keys",
        .title = "UpdateAllKeys changes both keys, the acknowledgement's included",
        .requirements = {"SPDM-SES-013", "SPDM-SES-011", "SPDM-SES-014", "SPDM-SES-012"},
        .since = v1_1,
        .needs = cap::key_upd,
        .run = [](CaseContext& test) { return update(test, kUpdateAll); },
    },
    {
        .id = "upd/many",
        .title = "Twenty updates leave the session usable",
        .requirements = {"SPDM-SES-017", "SPDM-SES-011", "SPDM-SES-012", "SPDM-SES-013"},
        .since = v1_1,
        .needs = cap::key_upd,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr int kUpdates = 20;
            uint32_t id = TRY(updatable(test));
            for (int i = 0; i < kUpdates; ++i) TRY(updated(test, id, i % 3 == 0 ? kUpdateAll : kUpdate));
            return expect_goes_on(test, id, "SPDM-SES-017");
        },
    },
    {
        .id = "upd/old-key",
        .title = "The old request key is void behind VerifyNewKey",
        .requirements = {"SPDM-SES-015", "SPDM-SES-011", "SPDM-SES-012"},
        .since = v1_1,
        .needs = cap::key_upd,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            Bytes old;
            BadRecords bad(test, "SPDM-SES-015",
                           [&](CaseContext& on) { return with_new_key(on, true, old); });
            TRY(bad.session());
            return bad.refuse(old);
        },
    },
    {
        .id = "upd/old-key-in-between",
        .title = "The old request key is taken until VerifyNewKey",
        .requirements = {"SPDM-SES-016", "SPDM-SES-012", "SPDM-SES-011"},
        .since = v1_1,
        .needs = cap::key_upd,
        .run = [](CaseContext& test) -> CheckResult {
            Bytes old;
            uint32_t id = TRY(with_new_key(test, false, old));
            Exchange exchange = TRY(test.lab().send_record(old, probe(test), lab::Wait::silence));
            TRY(test.expect_that(goes_on(exchange), "SPDM-SES-016", "an answer", lab::describe(exchange)));
            TRY(acknowledged(test, id, kVerify, 2, "SPDM-SES-012"));
            return expect_goes_on(test, id, "SPDM-SES-012");
        },
    },
    // A record under the new key that goes on counting where the old one was.
    {
        .id = "upd/old-number",
        .title = "A new key does not go on counting",
        .requirements = {"SPDM-SES-014", "SPDM-SES-011", "SPDM-SES-012"},
        .since = v1_1,
        .needs = cap::key_upd,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr uint64_t kBefore = 5;
            BadRecords bad(test, "SPDM-SES-014", [](CaseContext& on) -> SessionOr {
                uint32_t id = TRY(updatable(on));
                for (uint64_t i = 0; i < kBefore; ++i) TRY(expect_goes_on(on, id, "SPDM-SES-014"));
                TRY(acknowledged(on, id, kUpdate, 1, "SPDM-SES-012"));
                return id;
            });
            uint32_t id = TRY(bad.session());
            return bad.refuse(TRY(due_record(test, id, kBefore + 1)));
        },
    },
    {
        .id = "upd/operation",
        .title = "Another operation is InvalidRequest and changes no key",
        .requirements = {"SPDM-SES-008", "SPDM-SES-036", "SPDM-SES-011", "SPDM-SES-012"},
        .since = v1_1,
        .needs = cap::key_upd,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(updatable(test));
            for (uint8_t operation : Bytes{0x00, 0x04, 0x80, 0xff}) {
                Bytes request = header(test.version(), code::key_update, operation, 7);
                TRY(expect_inside(test, TRY(test.lab().send_in(id, request)), invalid(), "SPDM-SES-008"));
                TRY(expect_goes_on(test, id, "SPDM-SES-036"));
            }
            return updated(test, id, kUpdate);
        },
    },
    {
        .id = "upd/size",
        .title = "KEY_UPDATE of another size is InvalidRequest and changes no key",
        .requirements = {"SPDM-SES-035", "SPDM-SES-036", "SPDM-SES-011", "SPDM-SES-012"},
        .since = v1_1,
        .needs = cap::key_upd,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(updatable(test));
            for (uint8_t operation : {kUpdate, kUpdateAll}) {
                Bytes request = padded(header(test.version(), code::key_update, operation, 7), 1);
                TRY(expect_inside(test, TRY(test.lab().send_in(id, request)), invalid(), "SPDM-SES-035"));
                TRY(expect_goes_on(test, id, "SPDM-SES-036"));
            }
            return updated(test, id, kUpdate);
        },
    },
    {
        .id = "upd/verify-first",
        .title = "VerifyNewKey without an update is InvalidRequest",
        .requirements = {"SPDM-SES-009", "SPDM-SES-036", "SPDM-SES-011", "SPDM-SES-012"},
        .since = v1_1,
        .needs = cap::key_upd,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(updatable(test));
            Bytes verify = header(test.version(), code::key_update, kVerify, 7);
            TRY(expect_inside(test, TRY(test.lab().send_in(id, verify)), invalid(), "SPDM-SES-009"));
            TRY(expect_goes_on(test, id, "SPDM-SES-036"));
            return updated(test, id, kUpdate);
        },
    },
    // A VerifyNewKey may be the repetition of one whose acknowledgement was lost.
    {
        .id = "upd/verify-twice",
        .title = "A second VerifyNewKey changes no key",
        .requirements = {"SPDM-SES-109", "SPDM-SES-011", "SPDM-SES-012", "SPDM-SES-013"},
        .since = v1_1,
        .needs = cap::key_upd,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(updatable(test));
            TRY(updated(test, id, kUpdate));
            Bytes verify = header(test.version(), code::key_update, kVerify, 7);
            Allowed either = refused(ErrorCode::invalid_request, {ErrorCode::unexpected_request});
            either.answer = either.equal = true;
            TRY(expect_inside(test, TRY(test.lab().send_in(id, verify)), either, "SPDM-SES-109"));
            TRY(expect_goes_on(test, id, "SPDM-SES-109"));
            return updated(test, id, kUpdateAll);
        },
    },
    {
        .id = "upd/twice",
        .title = "A second update before VerifyNewKey makes no further key",
        .requirements = {"SPDM-SES-010", "SPDM-SES-011", "SPDM-SES-012", "SPDM-SES-013"},
        .since = v1_1,
        .needs = cap::key_upd,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            const std::pair<uint8_t, uint8_t> pairs[] = {
                {kUpdate, kUpdate}, {kUpdate, kUpdateAll}, {kUpdateAll, kUpdate}, {kUpdateAll, kUpdateAll}};
            for (auto [one, other] : pairs) {
                uint32_t id = TRY(updatable(test));
                TRY(acknowledged(test, id, one, 1, one == kUpdateAll ? "SPDM-SES-013" : "SPDM-SES-012"));
                Bytes request = header(test.version(), code::key_update, other, 2);
                TRY(still_one_new_key(test, id, TRY(test.lab().send_in(id, request)), "SPDM-SES-010"));
            }
            return {};
        },
    },
    // The acknowledgement was lost, so the request comes again, under the key that the requester still has.
    {
        .id = "upd/repeated",
        .title = "An update that is repeated under the old key happens once",
        .requirements = {"SPDM-ATK-021", "SPDM-SES-011", "SPDM-SES-012"},
        .since = v1_1,
        .needs = cap::key_upd,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t id = TRY(updatable(test));
            Bytes request = header(test.version(), code::key_update, kUpdate, 3);
            uint64_t next = lab.session(id)->channel.sequence(Direction::request);
            Bytes again = TRY(lab.seal(id, request, {.sequence = next + 1}));
            TRY(acknowledged(test, id, kUpdate, 3, "SPDM-SES-012"));
            Exchange second = TRY(lab.send_record(again, request, lab::Wait::silence));
            if (second.silent() || second.error() == ErrorCode::decrypt_error) return {};
            return still_one_new_key(test, id, second, "SPDM-ATK-021");
        },
    },
    // The same record again, from an attacker without keys.
    {
        .id = "upd/replayed",
        .title = "The record of an update updates once",
        .requirements = {"SPDM-ATK-022", "SPDM-SES-011", "SPDM-SES-012"},
        .since = v1_1,
        .needs = cap::key_upd,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (bool verified : {false, true}) {
                Bytes record;
                BadRecords bad(test, "SPDM-ATK-022", [&](CaseContext& on) -> SessionOr {
                    uint32_t id = TRY(updatable(on));
                    record = TRY(on.lab().seal(id, header(on.version(), code::key_update, kUpdate, 4)));
                    TRY(expect_answer_inside(on, TRY(on.lab().send_record(record)), "SPDM-SES-012"));
                    if (verified) TRY(acknowledged(on, id, kVerify, 5, "SPDM-SES-012"));
                    return id;
                });
                TRY(bad.session());
                TRY(bad.refuse(record));
            }
            return {};
        },
    },
    {
        .id = "upd/without-capability",
        .title = "KEY_UPDATE needs KEY_UPD_CAP on both sides",
        .requirements = {"SPDM-SES-019", "SPDM-SES-036"},
        .since = v1_1,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            uint32_t id = TRY(established(test, lab::session_offer(lab::kSessionFlags & ~cap::key_upd)));
            Bytes request = header(test.version(), code::key_update, kUpdate, 7);
            Exchange exchange = TRY(test.lab().send_in(id, request));
            TRY(expect_inside(test, exchange));
            TRY(expect_unsupported(test, exchange, {ErrorCode::unexpected_request}, "SPDM-SES-019"));
            return expect_goes_on(test, id, "SPDM-SES-036");
        },
    },
    // The device's own update: it asks by an encapsulated request, and the requester accepts.
    {
        .id = "upd/encapsulated",
        .title = "A device updates its own key by UpdateKey and VerifyNewKey",
        .requirements = {"SPDM-SES-020", "SPDM-SES-011", "SPDM-SES-012", "SPDM-SES-013"},
        .since = v1_1,
        .needs = cap::key_upd,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            uint32_t id = TRY(updatable(test));
            if (!lab.dut().ask_for_key_update(id))
                return CaseContext::not_applicable("the target cannot be made to update its key");
            Exchange exchange = TRY(lab.send_in(id, wire::GetEncapsulatedRequest{}));
            TRY(expect_answer_inside(test, exchange, "SPDM-SES-020"));
            auto first =
                TRY(wire::decode<wire::EncapsulatedRequest>(*exchange.response, exchange.response_context));
            Bytes asked = std::move(first.encapsulated_request);
            uint8_t request_id = first.request_id;
            for (uint8_t operation : {kUpdate, kVerify}) {
                bool right = asked.size() >= 4 && wire::code_of(asked) == code::key_update &&
                             wire::param1(asked) == operation;
                TRY(test.expect_that(right, "SPDM-SES-020",
                                     fmt::format("KEY_UPDATE with operation {}", operation), to_hex(asked),
                                     "EncapsulatedRequest"));
                wire::DeliverEncapsulatedResponse answer{
                    .request_id = request_id, .encapsulated_response = lab.answer_encapsulated(asked)};
                exchange = TRY(lab.send_in(id, answer));
                TRY(expect_answer_inside(test, exchange, "SPDM-SES-020"));
                auto ack = TRY(wire::decode<wire::EncapsulatedResponseAck>(*exchange.response,
                                                                           exchange.response_context));
                request_id = ack.request_id;
                asked = std::move(ack.encapsulated_request);
            }
            TRY(test.expect_that(asked.empty(), "SPDM-SES-020", "nothing more to ask", to_hex(asked),
                                 "EncapsulatedRequest"));
            TRY(test.expect_that(lab.session(id)->channel.generation(Direction::response) == 1,
                                 "SPDM-SES-020", "answers under the new response key", "under the old one"));
            TRY(expect_goes_on(test, id, "SPDM-SES-020"));
            return updated(test, id, kUpdateAll);
        },
    },
};

}  // namespace

void add_key_update(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
