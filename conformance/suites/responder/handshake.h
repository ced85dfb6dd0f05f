// What the cases of KEY_EXCHANGE, FINISH and the pre-shared key share: the way into a handshake, handshakes
// that differ in one place, and what a session must be able to do afterwards.
#pragma once

#include "conformance/suites/responder/support.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/psk.h"

namespace assay::cases {

using lab::ExchangeOptions;

// What KEY_EXCHANGE needs of a device here, and what PSK_EXCHANGE needs.
inline constexpr uint32_t kExchanges = cap::key_ex | cap::mac | cap::cert;
inline constexpr uint32_t kShares = cap::psk | cap::mac;

// Whether the device accepted each step: a refusal is no finding, a device that is gone is.
Result<bool> went_along(const Result<>& way);

// A negotiated connection on which KEY_EXCHANGE is possible, with the chain of slot 0 known.
CheckResult ready_to_exchange(CaseContext& test);
// The same with an offer that the device may turn down: then the case does not apply.
CheckResult ready_to_exchange(CaseContext& test, const lab::Offer& offer);
// A connection on which PSK_EXCHANGE is possible, with a key that the device knows too. Not applicable where
// it knows another one, or none.
CheckResult ready_to_share(CaseContext& test, const lab::Offer& offer = lab::session_offer());

// KEY_EXCHANGE and PSK_EXCHANGE, changed by `edit`, legal or not.
using EditExchange = std::function<void(wire::KeyExchange& message)>;
using EditPsk = std::function<void(wire::PskExchange& message)>;
Result<Exchange> send_exchange(CaseContext& test, const EditExchange& edit = {},
                               const ExchangeOptions& options = {});
Result<Exchange> send_psk(CaseContext& test, const EditPsk& edit = {}, const ExchangeOptions& options = {});

// The response that must have come, decoded.
template <class M>
std::expected<M, engine::Finding> answer_to(CaseContext& test, const Exchange& exchange,
                                            std::string_view requirement) {
    TRY(test.expect_answer(exchange, requirement));
    return TRY(wire::decode<M>(*exchange.response, exchange.response_context));
}

// The session that an exchange has begun.
std::expected<uint32_t, engine::Finding> begun(CaseContext& test, const Exchange& exchange,
                                               std::string_view requirement);

// A message without its HMAC, and with the one that its session is due.
Result<Bytes> with_verify_data(CaseContext& test, uint32_t session, Bytes head);
// FINISH with a signature that differs from the one that is due, under an HMAC that is right all the same.
struct Signing {
    uint8_t signer = 0;  // the lab's slot whose key signs, whatever slot the header names
    std::string_view context = spdm::kFinishContext;
    std::optional<Version> version{};  // of the prefix; 1.1: without one
    std::optional<size_t> flipped{};   // the byte of the signature that has a bit changed
};
Result<Bytes> signed_finish(CaseContext& test, uint32_t session, const Signing& how);
// Sends FINISH where it belongs, and what must not be refused.
CheckResult finish_with(CaseContext& test, uint32_t session, ByteView message, std::string_view requirement);

// The encapsulated flow with the lab's answers, changed by `edit` on their way, inside a session or outside.
// `implicit`: it begins with an unasked DIGESTS. Gives the last exchange.
using EditAnswer = std::function<void(ByteView asked, Bytes& answer)>;
Result<Exchange> run_flow(CaseContext& test, std::optional<uint32_t> place, bool implicit,
                          const EditAnswer& edit = {});

// A request without its capability, or of a later version: UnsupportedRequest that names it.
CheckResult expect_unsupported(CaseContext& test, const Exchange& exchange, std::vector<ErrorCode> also,
                               std::string_view requirement);
// The refusal of what does not authenticate: ERROR(DecryptError) or silence (vectors/disputes.json,
// DISPUTE-DECRYPT-ERROR).
Allowed not_authentic();
// The refusal of a message that belongs into a session, outside of one. SessionRequired came with 1.2.
Allowed session_needed(CaseContext& test);
// The refusal of Diffie-Hellman values (vectors/disputes.json, DISPUTE-SHARE-REFUSAL).
Allowed bad_share();

// The request was not taken, in whatever way: it was refused, or dropped, or answered with what cannot be
// read.
CheckResult expect_not_taken(CaseContext& test, const Exchange& exchange, std::string_view requirement);
// All the HMACs of the last exchange are there, and right.
CheckResult expect_macs(CaseContext& test, const Exchange& exchange, size_t count,
                        std::string_view requirement);
// The response is as long as its fields make it, but for what a transport pads.
CheckResult expect_exact(CaseContext& test, const Exchange& exchange, std::string_view requirement);
// A request inside the session is answered, whatever with, under the keys that are due.
CheckResult expect_alive(CaseContext& test, uint32_t session, std::string_view requirement);
// The session ends when asked.
CheckResult expect_ends(CaseContext& test, uint32_t session, std::string_view requirement);

// Makes the HMAC at the end of a finish a wrong one, in one of so many ways: a bit of its first, middle or
// last byte is another, or all of it is zero.
inline constexpr int kWrongMacs = 4;
void make_mac_wrong(Bytes& message, size_t hash_size, int way);
// GET_DIGESTS under the keys that the session has now, numbered as what comes behind its next message: to be
// made before a handshake ends, and sent afterwards, when it must not be taken.
Result<Bytes> later_record(CaseContext& test, uint32_t session);
CheckResult expect_dead_record(CaseContext& test, ByteView record, std::string_view requirement);

// Opens sessions until the device has no room, ends one, and opens another, several times. `open` gives the
// last exchange of opening one, or the one that was refused.
using OpenSession = std::function<Result<Exchange>(CaseContext& test)>;
CheckResult fill_the_table(CaseContext& test, const OpenSession& open, std::string_view requirement);

// The summary of a response to a request for each type, against what GET_MEASUREMENTS and CHALLENGE_AUTH say.
// `ask` gives the hash that came for a type.
using AskSummary = std::function<std::expected<Bytes, engine::Finding>(CaseContext& test, uint8_t type)>;
CheckResult compare_summaries(CaseContext& test, const AskSummary& ask, std::string_view requirement);

}  // namespace assay::cases
