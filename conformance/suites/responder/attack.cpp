// Attacks on the negotiation before a session: an attacker on the link changes what the two sides claim, or
// suppresses mutual authentication. The responder's transcript then differs from the requester's, and no
// session is established.
#include <fmt/format.h>

#include <bit>

#include "conformance/suites/responder/between.h"
#include "conformance/suites/responder/sessions.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/encapsulated.h"

namespace assay::cases {

namespace {

constexpr size_t kFlagsOffset = 8;                            // of GET_CAPABILITIES and CAPABILITIES
constexpr size_t kMutAuthOffset = 6, kSlotIdParamOffset = 7;  // of KEY_EXCHANGE_RSP

// Handshakes that go on inside the session, and in the clear where the device has that too.
std::vector<uint32_t> kinds(CaseContext& test, uint32_t flags) {
    if (!test.claims().has(cap::handshake_in_the_clear)) return {flags};
    return {flags, flags | cap::handshake_in_the_clear};
}

bool has_code(const Bytes& message, wire::Code code) {
    return message.size() >= 4 && wire::code_of(message) == code;
}

void clear_flags(Bytes& message, uint32_t flags) {
    for (size_t i = 0; i < 4 && kFlagsOffset + i < message.size(); ++i)
        message[kFlagsOffset + i] &= static_cast<uint8_t>(~(flags >> 8 * i));
}

Tampering without_flags(uint32_t flags, bool of_requester, bool of_responder) {
    Tampering tampering;
    if (of_requester) {
        tampering.request = [flags](Bytes& request) {
            if (has_code(request, code::get_capabilities)) clear_flags(request, flags);
        };
    }
    if (of_responder) {
        tampering.response = [flags](const Bytes&, Bytes& response) {
            if (has_code(response, code::capabilities)) clear_flags(response, flags);
        };
    }
    return tampering;
}

// Of VERSION only the entry in use, or one more than there is.
Tampering other_versions(Version version) {
    return {.response = [version](const Bytes&, Bytes& response) {
        if (!has_code(response, code::version) || response.size() < 8) return;
        const bool several = response[5] > 1;
        response.resize(6);
        response[5] = several ? 1 : 2;
        Version other = version == v1_1 ? v1_2 : v1_1;
        if (!several) append(response, Bytes{0, wire::byte(other)});
        append(response, Bytes{0, wire::byte(version)});
    }};
}

// Changes the offer on its way.
Tampering weaker(Version version, const std::function<void(wire::NegotiateAlgorithms&)>& change) {
    return {.request = [version, change](Bytes& request) {
        if (!has_code(request, code::negotiate_algorithms)) return;
        const wire::Context context{.version = version};
        auto message = wire::decode<wire::NegotiateAlgorithms>(request, context);
        if (!message) return;
        change(*message);
        request = wire::encode_raw(*message, context);
    }};
}

template <class T>
T lowest(T mask) {
    return static_cast<T>(mask & (~mask + 1U));
}

std::function<void(wire::NegotiateAlgorithms&)> lowest_of(uint8_t type) {
    return [type](wire::NegotiateAlgorithms& message) {
        for (auto& one : message.alg_structs) {
            if (one.alg_type == type) one.alg_supported = lowest(one.alg_supported);
        }
    };
}

// Whether a requester that does not notice anything gets a session through the attacker.
std::expected<bool, engine::Finding> gets_session(CaseContext& test, Deceived& deceived, uint32_t flags) {
    lab::Lab& lab = deceived.lab();
    bool negotiated = TRY(went_along(lab.negotiated_with_chain(test.version(), lab::session_offer(flags))));
    if (!negotiated || !lab.seen().parameters().both(cap::key_ex)) return false;
    auto session = lab.begin_session();
    if (!session && session.error().code == Errc::refused) return false;
    return TRY(went_along(lab.finish_session(TRY(session))));
}

CheckResult no_session_through(CaseContext& test, uint32_t flags, const Tampering& tampering,
                               std::string_view requirement) {
    for (uint32_t kind : kinds(test, flags)) {
        Deceived deceived(test, tampering);
        bool session = TRY(gets_session(test, deceived, kind));
        if (!deceived.changed()) continue;
        deceived.report();
        TRY(test.expect_that(!session, requirement, "no session", "a session"));
    }
    return {};
}

// The control: through an attacker that changes nothing the requester gets a session, else a refusal proves
// nothing.
CheckResult listened(CaseContext& test, uint32_t flags) {
    if (!test.lab().dut().carries_secured())
        return CaseContext::not_applicable("the target cannot carry records");
    Deceived deceived(test, {});
    if (TRY(gets_session(test, deceived, flags))) return {};
    return CaseContext::not_applicable("the device has no session with that requester");
}

// A handshake in which the device asks for mutual authentication; 0 when it does not.
std::expected<uint8_t, engine::Finding> asked_for(CaseContext& test, lab::Lab& lab, uint32_t flags) {
    TRY(lab.negotiated_with_chain(test.version(), lab::session_offer(flags)));
    Exchange exchange = TRY(lab.send(TRY(lab.key_exchange())));
    if (!exchange.answered() || !lab.seen().last_session()) return uint8_t{0};
    return lab.session(*lab.seen().last_session())->mut_auth_requested;
}

std::expected<uint32_t, engine::Finding> asked(CaseContext& test, uint32_t flags) {
    lab::Lab& lab = test.lab();
    TRY(ready_to_exchange(test, lab::session_offer(flags)));
    if (TRY(asked_for(test, lab, flags)) != 0) return *lab.seen().last_session();
    return std::unexpected(CaseContext::not_applicable("the device does not ask for it").error());
}

// MutAuthRequested as the requester is to see it. FINISH follows that, or is signed in spite of it.
CheckResult talked_away_on_the_way(CaseContext& test, uint32_t flags, uint8_t shown, bool is_signed) {
    Tampering tampering{.response = [shown](const Bytes&, Bytes& response) {
        if (!has_code(response, code::key_exchange_rsp) || response.size() <= kSlotIdParamOffset) return;
        response[kMutAuthOffset] = shown;
        response[kSlotIdParamOffset] = 0;
    }};
    Deceived deceived(test, std::move(tampering));
    lab::Lab& lab = deceived.lab();
    (void)TRY(asked_for(test, lab, flags));
    if (!deceived.changed() || !lab.seen().last_session()) return {};
    uint32_t id = *lab.seen().last_session();
    const Bytes message = TRY(lab.finish(id, [&](wire::Finish& finish) {
        if (!is_signed) finish.param1 = finish.slot_id = 0;
    }));
    Exchange last = TRY(lab.send_handshake(id, message, lab::Wait::silence));
    deceived.report();
    return expect_not_taken(test, last, "SPDM-ATK-014");
}

// The requester leaves the flow with an ERROR, and then goes on as if it had not been asked.
CheckResult flow_broken_off(CaseContext& test, uint32_t flags) {
    lab::Lab& lab = test.lab();
    uint32_t id = TRY(asked(test, flags));
    uint8_t form = lab.session(id)->mut_auth_requested;
    if (form <= wire::mut_auth::plain) return {};
    uint8_t request_id = 0;
    if (form == wire::mut_auth::encapsulated) {
        Exchange poll = TRY(lab.send_handshake(id, header(test.version(), code::get_encapsulated_request)));
        TRY(test.expect_answer(poll, "SPDM-FIN-015"));
        request_id = wire::param1(*poll.response);
    }
    Bytes broken = header(test.version(), code::deliver_encapsulated_response, request_id);
    append(broken, header(test.version(), code::error, static_cast<uint8_t>(ErrorCode::unsupported_request)));
    (void)TRY(lab.send_handshake(id, broken));
    if (lab.session(id) == nullptr) return {};
    const Bytes message =
        TRY(lab.finish(id, [](wire::Finish& finish) { finish.param1 = finish.slot_id = 0; }));
    const Bytes first_record = TRY(later_record(test, id));
    TRY(expect_not_taken(test, TRY(lab.send_handshake(id, message, lab::Wait::silence)), "SPDM-ATK-014"));
    return expect_dead_record(test, first_record, "SPDM-ATK-014");
}

const Case kCases[] = {
    {
        .id = "atk/version-cut",
        .title = "No session with a requester that was shown another VERSION",
        .requirements = {"SPDM-ATK-007"},
        .since = v1_1,
        .needs = kExchanges | 0,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(listened(test, lab::kSessionFlags));
            return no_session_through(test, lab::kSessionFlags, other_versions(test.version()),
                                      "SPDM-ATK-007");
        },
    },
    {
        .id = "atk/flags-stripped",
        .title = "No session when capabilities were taken away on the way",
        .requirements = {"SPDM-ATK-008"},
        .since = v1_1,
        .needs = kExchanges | 0,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(listened(test, lab::kSessionFlags));
            for (uint32_t flags : {cap::encrypt, cap::hbeat, cap::key_upd, cap::encap}) {
                if (!test.claims().has(flags)) continue;
                for (int sides : {1, 2, 3}) {
                    TRY(no_session_through(test, lab::kSessionFlags,
                                           without_flags(flags, (sides & 1) != 0, (sides & 2) != 0),
                                           "SPDM-ATK-008"));
                }
            }
            return {};
        },
    },
    {
        .id = "atk/mut-auth-stripped",
        .title = "No session when MUT_AUTH_CAP was taken away",
        .requirements = {"SPDM-ATK-008"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(listened(test, lab::kMutualFlags));
            return no_session_through(test, lab::kMutualFlags, without_flags(cap::mut_auth, true, true),
                                      "SPDM-ATK-008");
        },
    },
    {
        .id = "atk/algorithms-weakened",
        .title = "No session when the offer of algorithms was cut on the way",
        .requirements = {"SPDM-ATK-009"},
        .since = v1_1,
        .needs = kExchanges | 0,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(listened(test, lab::kSessionFlags));
            for (uint8_t type : {wire::alg_type::dhe, wire::alg_type::aead_cipher_suite}) {
                TRY(no_session_through(test, lab::kSessionFlags, weaker(test.version(), lowest_of(type)),
                                       "SPDM-ATK-009"));
            }
            auto hash = [](wire::NegotiateAlgorithms& message) {
                message.base_hash_algo = lowest(message.base_hash_algo);
            };
            return no_session_through(test, lab::kSessionFlags, weaker(test.version(), hash), "SPDM-ATK-009");
        },
    },
    {
        .id = "atk/mut-auth-talked-away",
        .title = "A changed MutAuthRequested gives no session",
        .requirements = {"SPDM-ATK-014", "SPDM-FIN-015"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            using namespace wire::mut_auth;
            (void)TRY(asked(test, lab::kMutualFlags));
            for (uint32_t flags : kinds(test, lab::kMutualFlags)) {
                for (uint8_t shown : {uint8_t{0}, plain, encapsulated, implicit_get_digests}) {
                    for (bool is_signed : {false, true})
                        TRY(talked_away_on_the_way(test, flags, shown, is_signed));
                }
                TRY(flow_broken_off(test, flags));
            }
            return {};
        },
    },
    // Another requester signs, under the slot that was settled, and under its own slot.
    {
        .id = "atk/another-signer",
        .title = "Who signs FINISH is who was asked",
        .requirements = {"SPDM-ATK-019"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (uint32_t flags : kinds(test, lab::kMutualFlags)) {
                for (bool own_name : {false, true}) {
                    uint32_t id = TRY(asked(test, flags));
                    uint8_t form = lab.session(id)->mut_auth_requested;
                    std::optional<uint32_t> place;
                    if (!lab.seen().parameters().clear_handshake()) place = id;
                    bool flow = form > wire::mut_auth::plain;
                    if (flow &&
                        !TRY(lab.run_encapsulated(place, form == wire::mut_auth::implicit_get_digests))
                             .answered())
                        return CaseContext::not_applicable(
                            "the device does not trust the requester's certificates");
                    Bytes message = TRY(signed_finish(test, id, {.signer = 1}));
                    if (own_name) message[wire::kParam2At] = 1;
                    const Bytes first_record = TRY(later_record(test, id));
                    TRY(expect_not_taken(test, TRY(lab.send_handshake(id, message, lab::Wait::silence)),
                                         "SPDM-ATK-019"));
                    TRY(expect_dead_record(test, first_record, "SPDM-ATK-019"));
                }
            }
            return {};
        },
    },
};

}  // namespace

void add_attack(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
