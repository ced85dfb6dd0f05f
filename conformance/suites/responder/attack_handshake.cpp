// Attacks on the handshake: what an attacker on the link changed, repeated or put together establishes no
// session at the responder.
#include <memory>

#include "conformance/suites/responder/between.h"
#include "conformance/suites/responder/sessions.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/messages/algorithms.h"

namespace assay::cases {

namespace {

// Handshakes that go on inside the session, and in the clear where the device has that too.
std::vector<uint32_t> kinds(CaseContext& test, uint32_t flags) {
    if (!test.claims().has(cap::handshake_in_the_clear)) return {flags};
    return {flags, flags | cap::handshake_in_the_clear};
}

// The application phase has not begun: what would be its first record is not taken.
CheckResult expect_no_session(CaseContext& test, const Exchange& finish, ByteView first_record,
                              std::string_view requirement) {
    TRY(expect_not_taken(test, finish, requirement));
    return expect_dead_record(test, first_record, requirement);
}

// A recorded handshake: its exchange, what completed it, and the first record of the application phase.
struct Recording {
    Bytes exchange;
    Bytes finish;
    Bytes finish_record;  // empty: in the clear
    Bytes first;
};

std::expected<Recording, engine::Finding> record_handshake(CaseContext& test, bool psk) {
    lab::Lab& lab = test.lab();
    Recording made;
    uint32_t id = psk ? TRY(lab.begin_psk_session()) : TRY(lab.begin_session());
    made.exchange = lab.exchanges().back().request;
    made.finish = TRY(psk ? lab.psk_finish(id) : lab.finish(id));
    Exchange finish = TRY(psk ? lab.send_in(id, made.finish) : lab.send_handshake(id, made.finish));
    TRY(test.expect_answer(finish, psk ? "SPDM-PSK-012" : "SPDM-FIN-013"));
    made.finish_record = finish.request_record;
    made.first = TRY(lab.send_in(id, probe(test))).request_record;
    return made;
}

// The same with the identifier of the session that the repeated exchange began.
Bytes moved(Bytes record, uint32_t session) {
    for (size_t i = 0; i < sizeof session && i < record.size(); ++i)
        record[i] = static_cast<uint8_t>(session >> 8 * i);
    return record;
}

CheckResult play_back(CaseContext& test, const Recording& made, std::string_view requirement) {
    lab::Lab& lab = test.lab();
    std::optional<uint32_t> before = lab.seen().last_session();
    Exchange exchange = TRY(lab.send(made.exchange));
    // A device that does not even accept the repeated exchange is safe.
    if (!exchange.answered() || lab.seen().last_session() == before) return {};
    uint32_t id = *lab.seen().last_session();
    for (const Bytes& finish : {made.finish_record, moved(made.finish_record, id)}) {
        Exchange last =
            TRY(made.finish_record.empty() ? lab.send(made.finish, lab::Wait::silence)
                                           : lab.send_record(finish, made.finish, lab::Wait::silence));
        TRY(expect_no_session(test, last, moved(made.first, id), requirement));
    }
    return {};
}

// On the same connection, and on another with the same six messages.
CheckResult recorded(CaseContext& test, bool psk, uint32_t flags, std::string_view requirement) {
    lab::Lab& lab = test.lab();
    const lab::Offer offer = lab::session_offer(flags);
    for (bool anew : {false, true}) {
        TRY(psk ? ready_to_share(test, offer) : ready_to_exchange(test, offer));
        Recording made = TRY(record_handshake(test, psk));
        if (anew) TRY(lab.negotiate_again(test.version(), offer));
        TRY(play_back(test, made, requirement));
    }
    return {};
}

const Case kCases[] = {
    {
        .id = "atk/recorded-handshake",
        .title = "KEY_EXCHANGE and FINISH that were recorded begin nothing",
        .requirements = {"SPDM-ATK-011", "SPDM-FIN-013"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint32_t flags : kinds(test, lab::kSessionFlags))
                TRY(recorded(test, false, flags, "SPDM-ATK-011"));
            return {};
        },
    },
    {
        .id = "atk/recorded-psk-handshake",
        .title = "PSK_EXCHANGE and PSK_FINISH that were recorded begin nothing",
        .requirements = {"SPDM-ATK-012", "SPDM-PSK-012"},
        .since = v1_1,
        .needs = cap::psk_with_context | cap::mac,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            return recorded(test, true, lab::kSessionFlags, "SPDM-ATK-012");
        },
    },
    // What completes one handshake, in another: on one connection, where neither is completed, and across
    // two.
    {
        .id = "atk/spliced-handshakes",
        .title = "FINISH of one handshake does not complete another",
        .requirements = {"SPDM-ATK-013"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (uint32_t flags : kinds(test, lab::kSessionFlags)) {
                for (bool across : {false, true}) {
                    const lab::Offer offer = lab::session_offer(flags);
                    TRY(ready_to_exchange(test, offer));
                    uint32_t first = TRY(lab.begin_session());
                    const Bytes finish = TRY(lab.finish(first));
                    const Bytes first_record = TRY(later_record(test, first));
                    if (across) TRY(lab.negotiate_again(test.version(), offer));
                    Exchange exchange = TRY(send_exchange(test));
                    if (exchange.error())
                        return CaseContext::not_applicable("the device has one handshake at a time");
                    uint32_t second = *lab.seen().last_session();
                    const Bytes second_record = TRY(later_record(test, second));
                    Exchange last = TRY(lab.send_handshake(second, finish));
                    TRY(expect_no_session(test, last, second_record, "SPDM-ATK-013"));
                    TRY(expect_dead_record(test, first_record, "SPDM-ATK-013"));
                }
            }
            return {};
        },
    },
    // PSK_FINISH with everything right but its kind, with mutual authentication asked for and without.
    {
        .id = "atk/psk-finish-instead",
        .title = "PSK_FINISH does not complete what KEY_EXCHANGE began",
        .requirements = {"SPDM-ATK-017", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (uint32_t flags : kinds(test, lab::kSessionFlags)) {
                for (uint32_t mutual : {0U, lab::kMutualFlags}) {
                    TRY(ready_to_exchange(test, lab::session_offer(flags | mutual)));
                    Exchange exchange = TRY(send_exchange(test));
                    // A device need not authenticate a requester whose chain it cannot check.
                    if (exchange.error() && mutual != 0) continue;
                    TRY(test.expect_answer(exchange, "SPDM-KEX-017"));
                    uint32_t id = *lab.seen().last_session();
                    const Bytes message = TRY(lab.psk_finish(id));
                    const Bytes first_record = TRY(later_record(test, id));
                    for (bool inside : {true, false}) {
                        if (lab.session(id) == nullptr) break;
                        Exchange last = TRY(inside ? lab.send_in(id, message, {.wait = lab::Wait::silence})
                                                   : lab.send(message, lab::Wait::silence));
                        TRY(expect_not_taken(test, last, "SPDM-ATK-017"));
                    }
                    TRY(expect_dead_record(test, first_record, "SPDM-ATK-017"));
                }
            }
            return {};
        },
    },
    // The mirror of it, without a signature and with one.
    {
        .id = "atk/finish-instead",
        .title = "FINISH does not complete what PSK_EXCHANGE began",
        .requirements = {"SPDM-ATK-018"},
        .since = v1_1,
        .needs = cap::psk_with_context | cap::mac,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (bool is_signed : {false, true}) {
                TRY(ready_to_share(test, lab::session_offer(lab::kMutualFlags)));
                if (is_signed && !lab.seen().parameters().requester_suite()) continue;
                uint32_t id = TRY(lab.begin_psk_session());
                const Bytes message = TRY(lab.finish(id, [&](wire::Finish& finish) {
                    if (is_signed) finish.param1 = wire::kSignatureIncluded;
                }));
                const Bytes first_record = TRY(later_record(test, id));
                Exchange last = TRY(lab.send_in(id, message));
                TRY(expect_no_session(test, last, first_record, "SPDM-ATK-018"));
            }
            return {};
        },
    },
    // The right hint and another key: one that differs in a bit, and a random one.
    {
        .id = "atk/hint-without-key",
        .title = "Who names a key and has another one gets no session",
        .requirements = {"SPDM-ATK-023", "SPDM-PSK-001"},
        .since = v1_1,
        .needs = kShares,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            TRY(ready_to_share(test));
            const lab::RequesterIdentity before = lab.identity();
            struct Restore {
                lab::Lab& lab;
                const lab::RequesterIdentity& who;
                ~Restore() { lab.set_identity(who); }
            } restore{lab, before};
            const Bytes key = to_bytes(before.psk.key->view());
            Bytes near = key;
            near.back() ^= 0x01;
            for (const Bytes& other : {near, Bytes(key.size())}) {
                lab::RequesterIdentity who = before;
                who.psk.key = std::make_shared<const SecretBytes>(other);
                lab.set_identity(std::move(who));
                TRY(lab.negotiated(test.version(), lab::session_offer()));
                Exchange exchange = TRY(send_psk(test));
                TRY(test.expect_answer(exchange, "SPDM-PSK-001"));
                uint32_t id = *lab.seen().last_session();
                if (lab.session(id)->channel.phase() == spdm::Phase::application) {
                    TRY(expect_dead_record(test, TRY(due_record(test, id)), "SPDM-ATK-023"));
                    continue;
                }
                const Bytes message = TRY(lab.psk_finish(id));
                const Bytes first_record = TRY(later_record(test, id));
                Exchange last = TRY(lab.send_in(id, message));
                TRY(expect_no_session(test, last, first_record, "SPDM-ATK-023"));
            }
            return {};
        },
    },
};

}  // namespace

void add_attack_handshake(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
