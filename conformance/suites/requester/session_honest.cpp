// What a requester does in sessions with an honest responder: each message is inside or outside of the
// session as it must be, signed, and under the right keys.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "conformance/suites/requester/requester_harness.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/psk.h"
#include "stack/wire/registry.h"

namespace assay::cases {

namespace {

using namespace wire;
using engine::CaseContext;
using engine::CheckResult;

constexpr size_t kP256Share = 64;

// Runs the flow of sessions at the test's version.
struct Walked {
    FaultRow row;
    RequesterHarness harness;
    FaultOutcome outcome;

    Walked(CaseContext& test, const spdm::FaultConfig& faults, const spdm::SessionOptions& session,
           const Setup& setup)
        : row{.check = spdm::Check::retries, .version = test.version(), .setup = setup, .session = session},
          harness(row, faults),
          outcome(harness.run()) {
        keep(test, outcome.log);
    }
    const SeenExchange* first(uint8_t code) const {
        auto found = std::ranges::find_if(outcome.log,
                                          [&](const SeenExchange& s) { return code_of(s.request) == code; });
        return found == outcome.log.end() ? nullptr : &*found;
    }
    size_t place(const SeenExchange* seen) const { return static_cast<size_t>(seen - outcome.log.data()); }
    size_t count(uint8_t code) const {
        return static_cast<size_t>(std::ranges::count_if(
            outcome.log, [&](const SeenExchange& s) { return code_of(s.request) == code; }));
    }
    Context context() const { return meeting_context(); }

   private:
    Context meeting_context() const { return harness.seen().parameters().context(); }
};

// The end is reached, and all that was signed or authenticated on the way is good.
CheckResult expect_good(CaseContext& test, const Walked& walked, std::string_view requirement) {
    const FaultOutcome& outcome = walked.outcome;
    TRY(test.expect_that(outcome.complete, requirement, "the requester completes the flow",
                         outcome.refusal ? outcome.refusal->text() : "it does not"));
    const lab::Observer& seen = walked.harness.seen();
    TRY(test.expect_that(seen.macs(false) == 0, requirement, "HMACs over the transcript that was on the wire",
                         fmt::format("{} wrong ones", seen.macs(false)), "RequesterVerifyData"));
    size_t bad = seen.signatures(lab::SignatureCheck::Result::bad);
    return test.expect_that(bad == 0, requirement, "signatures over the transcript that was on the wire",
                            fmt::format("{} wrong ones", bad), "Signature");
}

// FINISH where it belongs, signed or not.
CheckResult expect_finish(CaseContext& test, const Walked& walked, bool inside, std::optional<uint8_t> slot) {
    const SeenExchange* finish = walked.first(code::finish);
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

CheckResult by_keys(CaseContext& test, const spdm::FaultConfig& faults) {
    Walked walked(test, faults, by_exchange(), {});
    TRY(expect_good(test, walked, "SPDM-FIN-013"));
    TRY(expect_finish(test, walked, true, std::nullopt));
    auto exchange = decode<KeyExchange>(walked.first(code::key_exchange)->request, walked.context());
    TRY(test.expect_that(exchange && exchange->exchange_data.size() == kP256Share, "SPDM-KEX-134",
                         "two coordinates and nothing before them", "another share", "ExchangeData"));
    TRY(test.expect_that(walked.count(code::key_update) == 4, "SPDM-SES-112",
                         "both updates, and VerifyNewKey behind each", "others"));
    bool last = code_of(walked.outcome.log.back().request) == code::end_session;
    return test.expect_that(last, "SPDM-SES-122", "nothing behind END_SESSION", "a further request");
}

CheckResult in_clear(CaseContext& test, const spdm::FaultConfig& faults) {
    Walked walked(test, faults, by_exchange(), in_the_clear());
    TRY(expect_good(test, walked, "SPDM-FIN-013"));
    return expect_finish(test, walked, false, std::nullopt);
}

CheckResult asked_back(CaseContext& test, const spdm::FaultConfig& faults) {
    for (uint8_t form : {mut_auth::encapsulated, mut_auth::implicit_get_digests, mut_auth::plain}) {
        for (bool clear : {false, true}) {
            Walked walked(test, faults, by_exchange(),
                          [&](spdm::Device& device, spdm::RequesterConfig& config) {
                              mutual(form)(device, config);
                              if (clear) in_the_clear()(device, config);
                              device.requester_slot = 3;
                          });
            TRY(expect_good(test, walked, "SPDM-FIN-116"));
            TRY(expect_finish(test, walked, !clear, uint8_t{3}));
            if (form == mut_auth::plain) continue;
            const SeenExchange* finish = walked.first(code::finish);
            const Bytes& before = walked.outcome.log[walked.place(finish) - 1].response;
            bool over = before.size() >= 4 && code_of(before) == code::encapsulated_response_ack &&
                        param2(before) != static_cast<uint8_t>(AckPayload::present);
            TRY(test.expect_that(over, "SPDM-FIN-115", "FINISH behind the end of the flow", "before it"));
            if (form != mut_auth::implicit_get_digests) continue;
            const SeenExchange* first = walked.first(code::deliver_encapsulated_response);
            bool unasked = first != nullptr && first->request.size() > 5 && param1(first->request) == 0 &&
                           first->request[5] == code::digests &&
                           walked.count(code::get_encapsulated_request) == 0;
            TRY(test.expect_that(unasked, "SPDM-ENC-112", "DIGESTS under RequestID 0, unasked",
                                 "something else"));
        }
    }
    return {};
}

CheckResult by_shared_key(CaseContext& test, const spdm::FaultConfig& faults) {
    for (bool with_context : {true, false}) {
        Walked walked(test, faults, by_psk(), [&](spdm::Device& device, spdm::RequesterConfig&) {
            uint32_t psk = with_context ? cap::psk_with_context : cap::psk_no_context;
            device.flags = (device.flags & ~cap::psk) | psk;
        });
        TRY(expect_good(test, walked, with_context ? "SPDM-PSK-026" : "SPDM-PSK-010"));
        TRY(test.expect_that((walked.count(code::psk_finish) == 1) == with_context, "SPDM-PSK-105",
                             with_context ? "PSK_FINISH" : "no PSK_FINISH", "the other way round"));
    }
    return {};
}

// What is to be fresh in each handshake.
CheckResult fresh(CaseContext& test, const spdm::FaultConfig& faults) {
    constexpr unsigned kSessions = 3;
    Walked exchanges(test, faults, by_exchange(kSessions), {});
    TRY(expect_good(test, exchanges, "SPDM-KEX-127"));
    std::set<Bytes> randoms, shares, contexts;
    for (const SeenExchange& seen : exchanges.outcome.log) {
        auto message = decode<KeyExchange>(seen.request, exchanges.context());
        if (!message) continue;
        randoms.insert(to_bytes(message->random_data));
        shares.insert(message->exchange_data);
    }
    TRY(test.expect_that(randoms.size() == kSessions && shares.size() == kSessions, "SPDM-KEX-127",
                         "RandomData and ExchangeData of its own in each", "repeated ones"));
    spdm::SessionOptions options = by_psk();
    options.sessions = kSessions;
    Walked shared(test, faults, options, {});
    TRY(expect_good(test, shared, "SPDM-PSK-117"));
    for (const SeenExchange& seen : shared.outcome.log) {
        auto message = decode<PskExchange>(seen.request, shared.context());
        if (!message) continue;
        contexts.insert(message->requester_context);
        TRY(test.expect_that(message->requester_context.size() >= shared.context().hash_size, "SPDM-PSK-119",
                             "a hash's size", fmt::format("{} bytes", message->requester_context.size()),
                             "RequesterContext"));
    }
    return test.expect_that(contexts.size() == kSessions, "SPDM-PSK-117",
                            "a RequesterContext of its own in each", "repeated ones", "RequesterContext");
}

CheckResult carried(CaseContext& test, const spdm::FaultConfig& faults) {
    for (const record::Transport* transport : {&record::mctp(), &record::tcp(), &record::doe()}) {
        Walked walked(test, faults, by_exchange(), over(*transport));
        TRY(expect_good(test, walked, "SPDM-SEC-005"));
    }
    Walked walked(test, faults, by_exchange(), without(cap::encrypt));
    return expect_good(test, walked, "SPDM-SEC-014");
}

// Inside a session too: exact sizes, nothing in reserved fields.
CheckResult well_formed(CaseContext& test, const spdm::FaultConfig& faults) {
    Walked walked(test, faults, by_exchange(), mutual(mut_auth::encapsulated));
    TRY(expect_good(test, walked, "SPDM-HDR-015"));
    for (const SeenExchange& seen : walked.outcome.log) {
        if (!seen.session) continue;
        size_t used = 0;
        auto message = decode_any(seen.request, walked.context(), &used);
        TRY(test.expect_that(message && used == seen.request.size(), "SPDM-HDR-015",
                             "a request of exactly its fields", to_hex(seen.request)));
        auto again = encode_any(**message, walked.context());
        TRY(test.expect_that(again.has_value(), "SPDM-HDR-008", "reserved fields of zero",
                             again ? "" : again.error().text()));
    }
    return {};
}

struct Row {
    std::string id, title;
    std::vector<std::string> requirements;
    CheckResult (*run)(CaseContext&, const spdm::FaultConfig&);
};

}  // namespace

void add_honest_sessions(std::vector<engine::Case>& cases) {
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
    for (const Row& row : rows) {
        engine::Case one;
        one.id = row.id;
        one.title = row.title;
        one.requirements = row.requirements;
        one.since = Version::v1_1;
        one.run = [run = row.run](CaseContext& test) -> CheckResult {
            std::optional<spdm::FaultConfig> faults = test.lab().dut().requester();
            if (!faults) return CaseContext::not_applicable("the target is no requester");
            return run(test, *faults);
        };
        cases.push_back(std::move(one));
    }
}

}  // namespace assay::cases
