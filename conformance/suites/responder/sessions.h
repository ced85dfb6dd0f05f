// What the cases inside sessions share: the way into one, what an answer there has to be, and what a bad
// record may bring about.
#pragma once

#include "conformance/suites/responder/handshake.h"
#include "stack/spdm/session.h"

namespace assay::cases {

using spdm::Direction;

// A session's identifier, or why the case ends here.
using SessionOr = std::expected<uint32_t, engine::Finding>;

// An established session: by KEY_EXCHANGE, or by a pre-shared key where that is all there is. Not applicable
// where the device has neither, or turns the offer down.
SessionOr established(CaseContext& test, const lab::Offer& offer = lab::session_offer());
// The same up to KEY_EXCHANGE_RSP or PSK_EXCHANGE_RSP, and from there on. A handshake in the clear, or one
// that is over at once, does not apply.
SessionOr in_handshake(CaseContext& test, const lab::Offer& offer = lab::session_offer());
CheckResult completed(CaseContext& test, uint32_t session_id, std::string_view requirement);
// Another session on the connection that is there. Not applicable where the device has no room.
SessionOr another(CaseContext& test);
// Up to the exchange's response only.
SessionOr another_handshake(CaseContext& test);

// Asks for a session: KEY_EXCHANGE or PSK_EXCHANGE.
using AskSession = std::function<Result<Exchange>(CaseContext&, const ExchangeOptions&)>;
// A session whose request says the same ReqSessionID as that of a live one gets an identifier of its own, and
// both go on (SPDM-KEX-015): beside one that is established, and beside one whose handshake is open.
CheckResult expect_own_identifier(CaseContext& test, const AskSession& ask);

// A request that every device answers inside a session, be it with an ERROR.
Bytes probe(CaseContext& test);
// Whether something came as a record of the session, under its keys.
bool came_inside(const Exchange& exchange);
// The same, DecryptError excepted: the session goes on.
bool goes_on(const Exchange& exchange);

// What came, if anything, is a record of the session that was asked (SPDM-SES-026).
CheckResult expect_inside(CaseContext& test, const Exchange& exchange);
// The normal response, or a refusal, inside the session.
CheckResult expect_answer_inside(CaseContext& test, const Exchange& exchange, std::string_view requirement);
CheckResult expect_inside(CaseContext& test, const Exchange& exchange, const Allowed& allowed,
                          std::string_view requirement);
// The session takes a request and answers it.
CheckResult expect_goes_on(CaseContext& test, uint32_t session, std::string_view requirement);

// The record of `probe` that the session is due, or one so many further.
Result<Bytes> due_record(CaseContext& test, uint32_t session, uint64_t further = 0);
// A record with another session's identifier.
Bytes moved(Bytes record, uint32_t session);
// A record of a session that is no more gets no answer.
CheckResult expect_over(CaseContext& test, ByteView record, std::string_view requirement);
// The same where a device may see only now that the session is over: DecryptError is as good.
CheckResult expect_expired(CaseContext& test, ByteView record, std::string_view requirement);

// Tries bad records on a session, and takes a fresh one whenever one was ended by them.
class BadRecords {
   public:
    using Open = std::function<SessionOr(CaseContext&)>;
    BadRecords(CaseContext& test, std::string_view requirement, Open open = {});

    // The session that is tried next.
    SessionOr session();
    const spdm::Session& channel() const;
    // The record that is due, which the bad ones are made of.
    std::expected<Bytes, engine::Finding> due();

    // Sends a record that must not be acted upon: it gets DecryptError inside the session, and the session is
    // over; or no answer, and the session is over, or goes on with the record that was due before
    // (vectors/disputes.json, DISPUTE-BAD-RECORD).
    CheckResult refuse(ByteView record);
    // Sends one that is authentic but holds nothing that could be acted upon. Whether its number counts is
    // not asked, so the session is left behind.
    CheckResult refuse_authentic(ByteView record, const Allowed& allowed);
    // Sends one that concerns no session: no answer, and the session goes on.
    CheckResult ignore(ByteView record, std::string_view requirement);

   private:
    CheckResult judge_after(bool said_so, ByteView due, ByteView further);

    CaseContext& test_;
    std::string requirement_;
    Open open_;
    std::optional<uint32_t> session_;
};

}  // namespace assay::cases
