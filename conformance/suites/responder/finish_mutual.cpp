// FINISH with mutual authentication: the requester's chain and signature, and the flow that has to go before.
#include <fmt/format.h>

#include "conformance/suites/responder/handshake.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/header.h"

namespace assay::cases {

namespace {

// A session whose KEY_EXCHANGE_RSP asks for mutual authentication.
struct Mutual {
    uint32_t id = 0;
    uint8_t form = 0;
    std::optional<uint32_t> place{};  // the session that the flow's messages go through

    bool has_flow() const { return form > wire::mut_auth::plain; }
    bool implicit() const { return form == wire::mut_auth::implicit_get_digests; }
};

// During its lifetime the lab is an untrusted requester: its slots 0 and 1 are exchanged.
class AsStranger {
   public:
    explicit AsStranger(lab::Lab& lab) : lab_(&lab), before_(lab.identity()) {
        lab::RequesterIdentity who = before_;
        for (auto& [algorithm, slots] : who.identities) std::swap(slots[0], slots[1]);
        lab.set_identity(std::move(who));
    }
    AsStranger(const AsStranger&) = delete;
    AsStranger& operator=(const AsStranger&) = delete;
    ~AsStranger() { lab_->set_identity(before_); }

   private:
    lab::Lab* lab_;
    lab::RequesterIdentity before_;
};

// Both kinds of handshake that the device has.
std::vector<uint32_t> kinds(CaseContext& test) {
    if (!test.claims().has(cap::handshake_in_the_clear)) return {lab::kMutualFlags};
    return {lab::kMutualFlags, lab::kMutualFlags | cap::handshake_in_the_clear};
}

std::expected<Mutual, engine::Finding> begin_mutual(CaseContext& test, uint32_t flags = lab::kMutualFlags,
                                                    uint16_t req_base_asym = 0xffff) {
    lab::Lab& lab = test.lab();
    lab::Offer offer = lab::session_offer(flags);
    offer.req_base_asym = req_base_asym;
    TRY(ready_to_exchange(test, offer));
    const spdm::Parameters& p = lab.seen().parameters();
    Exchange exchange = TRY(send_exchange(test));
    if (exchange.error() || !p.requester_suite() || !p.both(cap::mut_auth))
        return std::unexpected(
            CaseContext::not_applicable("mutual authentication is not possible on that connection").error());
    Mutual mutual{.id = TRY(begun(test, exchange, "SPDM-KEX-017"))};
    mutual.form = lab.session(mutual.id)->mut_auth_requested;
    if (mutual.form == 0)
        return std::unexpected(CaseContext::not_applicable("the device does not ask for it").error());
    if (!p.clear_handshake()) mutual.place = mutual.id;
    return mutual;
}

Result<Exchange> run(CaseContext& test, const Mutual& mutual, const EditAnswer& edit = {}) {
    return run_flow(test, mutual.place, mutual.implicit(), edit);
}

// Begins a session and runs its flow, so that FINISH is due.
std::expected<Mutual, engine::Finding> settled(CaseContext& test, uint32_t flags = lab::kMutualFlags,
                                               uint16_t req_base_asym = 0xffff) {
    Mutual mutual = TRY(begin_mutual(test, flags, req_base_asym));
    if (!mutual.has_flow()) return mutual;
    if (TRY(run(test, mutual)).answered()) return mutual;
    return std::unexpected(
        CaseContext::not_applicable("the device does not trust the requester's certificates").error());
}

// Everything else is right: the slot that was settled signs, and its chain is in TH.
CheckResult finish_for_slot(CaseContext& test, uint8_t slot, const Allowed& allowed) {
    for (uint32_t flags : kinds(test)) {
        Mutual mutual = TRY(settled(test, flags));
        Bytes message =
            TRY(test.lab().finish(mutual.id, [&](wire::Finish& finish) { finish.slot_id = slot; }));
        TRY(test.expect(TRY(test.lab().send_handshake(mutual.id, message)), allowed, "SPDM-FIN-009"));
    }
    return {};
}

// None of them is authentic, and none establishes a session.
CheckResult finish_signed(CaseContext& test, const Mutual& mutual, const Signing& how,
                          std::string_view requirement) {
    Bytes message = TRY(signed_finish(test, mutual.id, how));
    Bytes probe = TRY(later_record(test, mutual.id));
    TRY(test.expect(TRY(test.lab().send_handshake(mutual.id, message)), not_authentic(), requirement));
    return expect_dead_record(test, probe, requirement);
}

// A device without a trust anchor for requesters accepts any requester, and so does one that does not check.
engine::Finding no_anchor() {
    return {
        engine::Verdict::warning, "SPDM-FIN-016",
        "a refusal, if the device was given a trust anchor for requesters",
        "a requester with a root of its own was accepted: give the device the root of a chain, and this run "
        "the chain and its key (--requester-chain, --requester-key)"};
}

const Case kCases[] = {
    {
        .id = "fin/mutual",
        .title = "A requester that authenticates itself gets its session",
        .requirements = {"SPDM-FIN-016", "SPDM-FIN-012", "SPDM-FIN-013", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .judges = {code::get_encapsulated_request, code::deliver_encapsulated_response, code::finish},
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (uint32_t flags : kinds(test)) {
                Mutual mutual = TRY(settled(test, flags));
                Exchange exchange = TRY(lab.send_handshake(mutual.id, TRY(lab.finish(mutual.id))));
                if (!mutual.has_flow() && exchange.error() == ErrorCode::decrypt_error)
                    return CaseContext::not_applicable("the device was told of another requester");
                TRY(test.expect_answer(exchange, "SPDM-FIN-016"));
                TRY(expect_exact(test, exchange, "SPDM-FIN-012"));
                TRY(expect_alive(test, mutual.id, "SPDM-FIN-013"));
            }
            return {};
        },
    },
    // With its signature and without.
    {
        .id = "fin/mutual-before-the-flow",
        .title = "FINISH before the encapsulated flow is RequestInFlight",
        .requirements = {"SPDM-FIN-015", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            for (uint32_t flags : kinds(test)) {
                for (bool is_signed : {true, false}) {
                    Mutual mutual = TRY(begin_mutual(test, flags));
                    if (!mutual.has_flow()) return CaseContext::not_applicable("no flow goes before");
                    Bytes message = TRY(lab.finish(mutual.id, [&](wire::Finish& finish) {
                        if (!is_signed) finish.param1 = 0;
                    }));
                    TRY(test.expect(TRY(lab.send_handshake(mutual.id, message)), stopped_by_flow(),
                                    "SPDM-FIN-015"));
                }
            }
            return {};
        },
    },
    {
        .id = "fin/mutual-missing-signature",
        .title = "Without the signature that was asked for it is InvalidRequest",
        .requirements = {"SPDM-FIN-006", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint32_t flags : kinds(test)) {
                Mutual mutual = TRY(settled(test, flags));
                Bytes message = TRY(test.lab().finish(
                    mutual.id, [](wire::Finish& finish) { finish.param1 = finish.slot_id = 0; }));
                TRY(test.expect(TRY(test.lab().send_handshake(mutual.id, message)), invalid(),
                                "SPDM-FIN-006"));
            }
            return {};
        },
    },
    {
        .id = "fin/mutual-bad-slot",
        .title = "A SlotID that no requester has is InvalidRequest",
        .requirements = {"SPDM-FIN-009", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t slot : Bytes{8, 0x0f, 0xfe}) TRY(finish_for_slot(test, slot, invalid()));
            return {};
        },
    },
    // One that the requester has, and one of a requester without certificates.
    {
        .id = "fin/mutual-other-slot",
        .title = "Another slot than the one that was settled is InvalidRequest",
        .requirements = {"SPDM-FIN-009", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint8_t slot : Bytes{1, wire::kSlotRawKey}) {
                TRY(finish_for_slot(test, slot,
                                    refused(ErrorCode::invalid_request, {ErrorCode::decrypt_error})));
            }
            return {};
        },
    },
    // A bit in its first, middle or last byte; the key of another slot.
    {
        .id = "fin/mutual-signature",
        .title = "A signature over or by something else establishes no session",
        .requirements = {"SPDM-FIN-008", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint32_t flags : kinds(test)) {
                (void)TRY(settled(test, flags));
                size_t size = test.lab().seen().request_context().requester_signature_size;
                for (size_t place : {size_t{0}, size / 2, size - 1}) {
                    TRY(finish_signed(test, TRY(settled(test, flags)), {.flipped = place}, "SPDM-FIN-008"));
                }
                TRY(finish_signed(test, TRY(settled(test, flags)), {.signer = 1}, "SPDM-FIN-008"));
            }
            return {};
        },
    },
    // Another context, another version, and no prefix at all: of ECDSA, because EdDSA does not sign a hash.
    {
        .id = "fin/mutual-signing-prefix",
        .title = "The signature has the prefix of FINISH and version",
        .requirements = {"SPDM-FIN-020", "SPDM-KEX-017"},
        .since = v1_2,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "SPDM-FIN-020";
            Version other = test.version() == v1_2 ? v1_3 : v1_2;
            TRY(finish_signed(test, TRY(settled(test)), {.context = spdm::kKeyExchangeContext}, kRule));
            TRY(finish_signed(test, TRY(settled(test)), {.version = other}, kRule));
            uint32_t ecdsa = 0;
            for (auto algo :
                 {crypto::SignAlgo::ecdsa_p256, crypto::SignAlgo::ecdsa_p384, crypto::SignAlgo::ecdsa_p521})
                ecdsa |= spdm::bit(algo);
            Mutual mutual = TRY(settled(test, lab::kMutualFlags, static_cast<uint16_t>(ecdsa)));
            return finish_signed(test, mutual, {.version = v1_1}, kRule);
        },
    },
    {
        .id = "fin/mutual-verify-data",
        .title = "A good signature does not make up for a wrong HMAC",
        .requirements = {"SPDM-FIN-007", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .waits = true,
        .run = [](CaseContext& test) -> CheckResult {
            for (uint32_t flags : kinds(test)) {
                Mutual mutual = TRY(settled(test, flags));
                Bytes message = TRY(test.lab().finish(mutual.id));
                message.back() ^= 0x01;
                Bytes probe = TRY(later_record(test, mutual.id));
                TRY(test.expect(TRY(test.lab().send_handshake(mutual.id, message)), not_authentic(),
                                "SPDM-FIN-007"));
                TRY(expect_dead_record(test, probe, "SPDM-FIN-007"));
            }
            return {};
        },
    },
    // The flow is refused, or only its result: neither the untrusted requester's signature nor a missing one
    // establishes the session.
    {
        .id = "fin/mutual-stranger",
        .title = "A requester that is not trusted gets no session",
        .requirements = {"SPDM-FIN-016", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Lab& lab = test.lab();
            const bool anchored = lab.identity().anchored || lab.dut().trusts_reference_requester();
            // The device must accept the trusted requester, or its refusal proves nothing.
            (void)TRY(settled(test));
            auto suite = lab.seen().parameters().requester_suite();
            auto own = suite ? lab.identity().identities.find(suite->sign) : lab.identity().identities.end();
            if (own == lab.identity().identities.end() || !own->second[1])
                return CaseContext::not_applicable(
                    "there is no second requester with keys of that algorithm");
            AsStranger stranger(lab);
            for (uint32_t flags : kinds(test)) {
                for (bool is_signed : {true, false}) {
                    Mutual mutual = TRY(begin_mutual(test, flags));
                    if (mutual.has_flow()) (void)TRY(run(test, mutual));
                    if (lab.session(mutual.id) == nullptr) continue;
                    Bytes message = TRY(lab.finish(mutual.id, [&](wire::Finish& finish) {
                        if (!is_signed) finish.param1 = finish.slot_id = 0;
                    }));
                    Exchange last = TRY(lab.send_handshake(mutual.id, message, lab::Wait::silence));
                    if (is_signed && last.answered() && !anchored) return std::unexpected(no_anchor());
                    TRY(expect_not_taken(test, last, "SPDM-FIN-016"));
                }
            }
            return {};
        },
    },
    // The first digest has a bit changed; the chain is the requester's all the same. Not everybody compares
    // them (vectors/disputes.json, DISPUTE-REQUESTER-DIGESTS).
    {
        .id = "fin/mutual-other-digest",
        .title = "The requester's chain is the one of its DIGESTS",
        .requirements = {"SPDM-FIN-016", "SPDM-KEX-017"},
        .since = v1_1,
        .needs = kExchanges | cap::mut_auth,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            Mutual mutual = TRY(settled(test));
            if (!mutual.has_flow())
                return CaseContext::not_applicable("the device knows the requester's chain beforehand");
            mutual = TRY(begin_mutual(test));
            Exchange last = TRY(run(test, mutual, [](ByteView, Bytes& answer) {
                if (answer.size() > 4 && wire::code_of(answer) == code::digests) answer[4] ^= 0x01;
            }));
            Allowed allowed =
                refused(ErrorCode::invalid_response_code,
                        {ErrorCode::invalid_request, ErrorCode::unspecified, ErrorCode::decrypt_error});
            allowed.answer = true;
            return test.expect(last, allowed, "SPDM-FIN-016");
        },
    },
};

}  // namespace

void add_finish_mutual(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
