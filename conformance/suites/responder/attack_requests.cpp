// Attacks on the requests of a session: an attacker on the link sends some outside of it, repeats others, and
// keeps answers back.
#include "conformance/suites/responder/sessions.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/messages/vendor_defined.h"

namespace assay::cases {

namespace {

using wire::KeyOperation;
using wire::KeyUpdate;

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
    Exchange verified = TRY(lab.send_record(update.verify, plain, lab::Wait::silence));
    if (verified.answered()) return expect_goes_on(test, update.id, requirement);
    TRY(test.expect_that(!came_inside(verified) || verified.error() == ErrorCode::decrypt_error, requirement,
                         "VerifyNewKey is taken, or the session is over", lab::describe(verified)));
    return expect_dead_record(test, update.one_more, requirement);
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

const Case kCases[] = {
    // Each request that is legal only inside, from outside.
    {
        .id = "atk/plain-message",
        .title = "A message outside a session changes nothing in it",
        .requirements = {"SPDM-ATK-020"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
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
        },
    },
    {
        .id = "atk/lost-acknowledgement",
        .title = "A lost KEY_UPDATE_ACK does not part the keys of both sides",
        .requirements = {"SPDM-ATK-021", "SPDM-SES-011"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (KeyOperation operation : {KeyOperation::update_key, KeyOperation::update_all_keys}) {
                Update update = TRY(updated(test, operation));
                (void)TRY(test.lab().send_record(update.again, header(test.version(), code::key_update),
                                                 lab::Wait::silence));
                TRY(updated_once(test, update, "SPDM-ATK-021"));
            }
            return {};
        },
    },
    // Before VerifyNewKey and behind it.
    {
        .id = "atk/doubled-key-update",
        .title = "A KEY_UPDATE that an attacker repeats updates nothing",
        .requirements = {"SPDM-ATK-022", "SPDM-SES-011"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (KeyOperation operation : {KeyOperation::update_key, KeyOperation::update_all_keys}) {
                Update update = TRY(updated(test, operation));
                const Bytes plain = header(test.version(), code::key_update);
                Exchange again = TRY(test.lab().send_record(update.record, plain, lab::Wait::silence));
                TRY(expect_not_taken(test, again, "SPDM-ATK-022"));
                TRY(updated_once(test, update, "SPDM-ATK-022"));
                update = TRY(updated(test, operation));
                TRY(updated_once(test, update, "SPDM-ATK-022"));
                BadRecords bad(test, "SPDM-ATK-022",
                               [&update](CaseContext&) -> SessionOr { return update.id; });
                TRY(bad.refuse(update.record));
            }
            return {};
        },
    },
    // From outside and from another session: neither gets it, and who asked gets it still.
    {
        .id = "atk/deferred-elsewhere",
        .title = "The answer that was put off in a session stays there",
        .requirements = {"SPDM-ATK-024"},
        .since = v1_1,
        .needs = cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
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
                return CaseContext::not_applicable(
                    "the device does not put VENDOR_DEFINED_REQUEST off in a session");
            const Bytes ready =
                header(test.version(), code::respond_if_ready, byte(wire::code_of(request)), *token);
            TRY(expect_not_taken(test, TRY(lab.send_once(ready, lab::Wait::silence)), "SPDM-ATK-024"));
            Exchange foreign = TRY(lab.send_record(TRY(lab.seal(other, ready)), ready, lab::Wait::silence));
            TRY(expect_not_taken(test, foreign, "SPDM-ATK-024"));
            return expect_answer_inside(test, TRY(lab.send_in(id, ready)), "SPDM-ATK-024");
        },
    },
};

}  // namespace

void add_attack_requests(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
