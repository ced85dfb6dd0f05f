// What a requester does in sessions with an honest responder: each message is inside or outside of the
// session as it must be, signed, and under the right keys.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "conformance/suites/requester/case_context.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/psk.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/registry.h"

namespace assay::cases::requester {

namespace {

using namespace wire;

// The end is reached, and all that was signed or authenticated on the way is good.
CheckResult expect_good(CaseContext& test, const Run& run, std::string_view requirement) {
    if (test.subject().dut().has_exit_status()) {
        TRY(test.expect_that(run.end.succeeded(), requirement, "the requester completes the flow",
                             run.end.output.empty() ? lab::describe(run.end) : run.end.output));
    }
    const lab::Observer& seen = run.seen();
    TRY(test.expect_that(seen.macs(false) == 0, requirement, "HMACs over the transcript that was on the wire",
                         fmt::format("{} wrong ones", seen.macs(false)), "RequesterVerifyData"));
    const size_t bad = seen.signatures(lab::SignatureCheck::Result::bad);
    return test.expect_that(bad == 0, requirement, "signatures over the transcript that was on the wire",
                            fmt::format("{} wrong ones", bad), "Signature");
}

Context context_of(const Run& run) { return run.seen().parameters().context(); }

// FINISH where it belongs, signed or not.
CheckResult expect_finish(CaseContext& test, const Run& run, bool inside, std::optional<uint8_t> slot) {
    const Exchange* finish = run.first(code::finish);
    TRY(test.expect_that(finish != nullptr, "SPDM-FIN-101", "FINISH", "none"));
    TRY(test.expect_that(finish->session.has_value() == inside, "SPDM-FIN-101",
                         inside ? "FINISH inside the session" : "FINISH outside the session",
                         "the other way round"));
    bool is_signed = (param1(finish->request) & kSignatureIncluded) != 0;
    TRY(test.expect_that(is_signed == slot.has_value(), "SPDM-FIN-106",
                         slot ? "a signature, as it was asked for" : "no signature: none was asked for",
                         is_signed ? "one" : "none", "Param1"));
    return test.expect_that(param2(finish->request) == slot.value_or(0), "SPDM-FIN-109",
                            fmt::format("slot {}", slot.value_or(0)),
                            fmt::format("{}", param2(finish->request)), "SlotID");
}

// Each key update is verified before the next message that could use its key.
CheckResult expect_verified_updates(CaseContext& test, const Run& run) {
    const Exchange* update = nullptr;
    for (const Exchange& seen : run.exchanges()) {
        if (code_of(seen.request) != code::key_update) continue;
        const bool verifies = param1(seen.request) == static_cast<uint8_t>(KeyOperation::verify_new_key);
        TRY(test.expect_that(verifies == (update != nullptr), "SPDM-SES-112",
                             "VerifyNewKey behind each update, and nowhere else", "another order",
                             "KeyOperation", run.place(&seen)));
        update = verifies ? nullptr : &seen;
    }
    return test.expect_that(update == nullptr, "SPDM-SES-112", "VerifyNewKey behind each update", "none");
}

CheckResult by_keys(CaseContext& test) {
    const Run& run = *TRY(test.honest(by_exchange()));
    TRY(expect_good(test, run, "SPDM-FIN-013"));
    TRY(expect_finish(test, run, true, std::nullopt));
    const Exchange* first = run.first(code::key_exchange);
    const auto exchange = decode<KeyExchange>(first->request, context_of(run));
    TRY(test.expect_that(exchange && exchange->exchange_data.size() == context_of(run).exchange_size,
                         "SPDM-KEX-134", "two coordinates and nothing before them", "another share",
                         "ExchangeData", run.place(first)));
    TRY(expect_verified_updates(test, run));
    std::set<uint32_t> ended;
    for (const Exchange& seen : run.exchanges()) {
        const bool over = seen.session && ended.contains(*seen.session);
        TRY(test.expect_that(!over, "SPDM-SES-122", "nothing behind END_SESSION", "a further request", {},
                             run.place(&seen)));
        if (seen.session && code_of(seen.request) == code::end_session) ended.insert(*seen.session);
    }
    return {};
}

CheckResult in_clear(CaseContext& test) {
    const Run& run = *TRY(test.honest(by_exchange(), in_the_clear()));
    TRY(expect_good(test, run, "SPDM-FIN-013"));
    return expect_finish(test, run, false, std::nullopt);
}

// Whether the responder can judge who the requester is.
bool is_known(CaseContext& test) {
    return test.subject().dut().configurable() || !test.subject().options().requester_roots.empty();
}

CheckResult asked_back_by(CaseContext& test, uint8_t form, bool clear) {
    const uint8_t slot = test.subject().dut().configurable() ? 3 : 0;
    const Setup asks = both(mutual(form), [slot](Ends& ends) { ends.device.requester_slot = slot; });
    const Run& run = *TRY(test.honest(by_exchange(), clear ? both(asks, in_the_clear()) : asks));
    TRY(test.claims(run, cap::mut_auth, "MUT_AUTH_CAP"));
    TRY(expect_good(test, run, "SPDM-FIN-116"));
    TRY(expect_finish(test, run, !clear, slot));
    if (form == mut_auth::plain) return {};
    const Exchange* finish = run.first(code::finish);
    const Bytes before = run.exchanges()[run.place(finish) - 1].response.value_or(Bytes{});
    bool over = before.size() >= 4 && code_of(before) == code::encapsulated_response_ack &&
                param2(before) != static_cast<uint8_t>(AckPayload::present);
    TRY(test.expect_that(over, "SPDM-FIN-115", "FINISH behind the end of the flow", "before it"));
    if (form != mut_auth::implicit_get_digests) return {};
    const Exchange* first = run.first(code::deliver_encapsulated_response);
    bool unasked = first != nullptr && first->request.size() > 5 && param1(first->request) == 0 &&
                   wire::Code{first->request[5]} == code::digests &&
                   run.count(code::get_encapsulated_request) == 0;
    return test.expect_that(unasked, "SPDM-ENC-112", "DIGESTS under RequestID 0, unasked", "something else");
}

CheckResult asked_back(CaseContext& test) {
    if (!is_known(test))
        return CaseContext::not_applicable("no root of the requester's certificates is given");
    std::vector<std::function<CheckResult()>> forms;
    for (uint8_t form : {mut_auth::encapsulated, mut_auth::implicit_get_digests, mut_auth::plain}) {
        if (form == mut_auth::plain && !test.subject().dut().configurable()) continue;
        for (bool clear : {false, true})
            forms.emplace_back([=, &test] { return asked_back_by(test, form, clear); });
    }
    return CaseContext::each_that_applies(forms);
}

CheckResult by_shared_key(CaseContext& test) {
    for (bool with_context : {true, false}) {
        const Run& run = *TRY(test.honest(by_psk(), [&](Ends& ends) {
            const uint32_t psk = with_context ? cap::psk_with_context : cap::psk_no_context;
            ends.device.flags = (ends.device.flags & ~cap::psk) | psk;
        }));
        TRY(expect_good(test, run, with_context ? "SPDM-PSK-026" : "SPDM-PSK-010"));
        TRY(test.expect_that((run.count(code::psk_finish) == 1) == with_context, "SPDM-PSK-105",
                             with_context ? "PSK_FINISH" : "no PSK_FINISH", "the other way round"));
    }
    return {};
}

// Several handshakes: in one run where the requester can be told so, else in two runs.
std::expected<std::vector<const Run*>, Finding> handshakes(CaseContext& test, lab::FlowOptions flow) {
    flow.sessions = 3;
    std::vector<const Run*> runs{TRY(test.honest(flow))};
    if (!test.subject().dut().configurable()) runs.push_back(TRY(test.honest(flow, [](Ends&) {})));
    return runs;
}

CheckResult fresh_exchanges(CaseContext& test) {
    std::set<Bytes> randoms, shares;
    size_t count = 0;
    for (const Run* run : TRY(handshakes(test, by_exchange()))) {
        TRY(expect_good(test, *run, "SPDM-KEX-127"));
        for (const Exchange& seen : run->exchanges()) {
            auto message = decode<KeyExchange>(seen.request, context_of(*run));
            if (!message) continue;
            ++count;
            randoms.insert(to_bytes(message->random_data));
            shares.insert(message->exchange_data);
        }
    }
    return test.expect_that(randoms.size() == count && shares.size() == count, "SPDM-KEX-127",
                            "RandomData and ExchangeData of its own in each", "repeated ones");
}

CheckResult fresh_contexts(CaseContext& test) {
    std::set<Bytes> contexts;
    size_t count = 0;
    for (const Run* run : TRY(handshakes(test, by_psk()))) {
        TRY(expect_good(test, *run, "SPDM-PSK-117"));
        for (const Exchange& seen : run->exchanges()) {
            auto message = decode<PskExchange>(seen.request, context_of(*run));
            if (!message) continue;
            ++count;
            contexts.insert(message->requester_context);
            const size_t size = message->requester_context.size();
            TRY(test.expect_that(size >= context_of(*run).hash_size, "SPDM-PSK-119", "a hash's size",
                                 fmt::format("{} bytes", size), "RequesterContext", run->place(&seen)));
        }
    }
    return test.expect_that(contexts.size() == count, "SPDM-PSK-117", "a RequesterContext of its own in each",
                            "repeated ones", "RequesterContext");
}

// What is to be fresh in each handshake.
CheckResult fresh(CaseContext& test) {
    return CaseContext::each_that_applies(
        {[&] { return fresh_exchanges(test); }, [&] { return fresh_contexts(test); }});
}

CheckResult carried(CaseContext& test) {
    if (const record::Transport* own = test.subject().dut().transport())
        return expect_good(test, *TRY(test.honest(by_exchange(), over(*own))), "SPDM-SEC-005");
    for (const record::Transport* transport : {&record::mctp(), &record::tcp(), &record::doe()})
        TRY(expect_good(test, *TRY(test.honest(by_exchange(), over(*transport))), "SPDM-SEC-005"));
    return expect_good(test, *TRY(test.honest(by_exchange(), without(cap::encrypt))), "SPDM-SEC-014");
}

// Inside a session too: exact sizes, nothing in reserved fields.
CheckResult well_formed(CaseContext& test) {
    const Setup asks = is_known(test) ? mutual(mut_auth::encapsulated) : Setup{};
    const Run& run = *TRY(test.honest(by_exchange(), asks));
    TRY(expect_good(test, run, "SPDM-HDR-015"));
    for (const Exchange& seen : run.exchanges()) {
        // A record that holds something else than SPDM is none of these messages.
        if (!seen.session || code_of(seen.request) == wire::Code{}) continue;
        size_t used = 0;
        auto message = decode_any(seen.request, context_of(run), &used);
        TRY(test.expect_that(message && used == seen.request.size(), "SPDM-HDR-015",
                             "a request of exactly its fields", to_hex(seen.request)));
        auto again = encode_any(**message, context_of(run));
        TRY(test.expect_that(again.has_value(), "SPDM-HDR-008", "reserved fields of zero",
                             again ? "" : again.error().text()));
    }
    return {};
}

struct Row {
    std::string id, title;
    std::vector<std::string> requirements;
    CheckResult (*run)(CaseContext&);
};

}  // namespace

void add_honest_sessions(std::vector<RequesterCase>& cases) {
    const Row rows[] = {
        {"req/session",
         "A session that KEY_EXCHANGE began, from FINISH to END_SESSION",
         {"SPDM-FIN-013", "SPDM-FIN-101", "SPDM-FIN-106", "SPDM-FIN-109", "SPDM-KEX-134", "SPDM-SES-112",
          "SPDM-SES-113", "SPDM-SES-122", "SPDM-SES-014", "SPDM-SEC-009"},
         by_keys},
        {"req/session-in-the-clear",
         "FINISH outside the session where both sides want it there",
         {"SPDM-FIN-101", "SPDM-FIN-013", "SPDM-FIN-106"},
         in_clear},
        {"req/session-mutual",
         "A requester that is asked for its identity proves it, in all three forms",
         {"SPDM-FIN-106", "SPDM-FIN-109", "SPDM-FIN-115", "SPDM-FIN-116", "SPDM-FIN-120", "SPDM-ENC-112",
          "SPDM-ENC-014"},
         asked_back},
        {"req/session-psk",
         "A session of a pre-shared key, with PSK_FINISH where there is one",
         {"SPDM-PSK-010", "SPDM-PSK-011", "SPDM-PSK-012", "SPDM-PSK-026", "SPDM-PSK-105", "SPDM-PSK-111"},
         by_shared_key},
        {"req/session-fresh",
         "What has to be fresh in each handshake is",
         {"SPDM-KEX-127", "SPDM-PSK-117", "SPDM-PSK-119"},
         fresh},
        {"req/session-carried",
         "Records as each transport has them, and records that are not encrypted",
         {"SPDM-SEC-005", "SPDM-SEC-007", "SPDM-SEC-014", "SPDM-SEC-113"},
         carried},
        {"req/session-well-formed",
         "A requester's messages inside sessions have exact sizes and clean fields",
         {"SPDM-HDR-008", "SPDM-HDR-015"},
         well_formed}};
    for (const Row& row : rows)
        cases.push_back({row.id, row.title, row.requirements, row.run, Version::v1_1});
}

}  // namespace assay::cases::requester
