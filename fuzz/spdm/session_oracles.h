// What must hold between a responder and who watches the wire, whatever was sent. Each is a function of its
// own, so that a crash in one of them is distinguished by where it stopped.
#pragma once

#include <map>
#include <set>

#include "conformance/lab/lab.h"
#include "fuzz/spdm/invariants.h"
#include "stack/spdm/responder.h"

namespace assay::fuzz {

// A responder's sessions at one moment.
struct SessionState {
    spdm::Phase phase;
    uint32_t generations[2];
    uint64_t sequences[2];
    bool operator==(const SessionState&) const = default;
};
using SessionStates = std::map<uint32_t, SessionState>;
SessionStates session_states(const spdm::Responder& responder);

// Whether what was sent is what its session is due: no tampering, no repetition, the number that is next.
enum class Turn : uint8_t { now, never, perhaps };

// What is known of a step beyond the bytes.
struct StepFacts {
    Turn turn = Turn::now;
    bool honest = false;        // nothing was changed since the negotiation, this message included
    std::set<uint32_t> parted;  // sessions whose two ends were given different secrets
    std::map<uint32_t, unsigned> silent{};  // for how many seconds each session had said nothing
    unsigned heartbeat_period = 0;          // seconds
};

// Both ends have the same sessions in the same phase, with the same numbers, generations and keys.
void both_ends_agree(const spdm::Responder& responder, lab::Observer& observer, const StepFacts& facts);
// What was tampered with, or came twice, is refused.
void nothing_undue_is_accepted(const lab::Exchange& exchange, const StepFacts& facts);
// What is answered may stand where it stood: outside of every session, in a handshake, or after it.
void what_is_answered_is_legal(const SessionStates& before, const lab::Exchange& exchange);
// Whether the device may have begun to ask something of its own with this answer.
bool may_begin_flow(const lab::Exchange& exchange);
// Nothing is refused for the sake of an encapsulated flow that was not begun since the negotiation.
void only_a_flow_is_in_flight(const spdm::Responder& responder, const lab::Exchange& exchange, bool begun);
// What was answered is not asked again; `asked` and `asks` are the encapsulated requests before and after.
void encapsulated_flows_go_on(const Bytes& asked, const Bytes& asks, const lab::Exchange& exchange);
// A refused message leaves sessions and connection as they were; DecryptError ends its session and no other.
void a_refusal_leaves_no_trace(const Before& before, const SessionStates& sessions,
                               const spdm::Responder& responder, const lab::Exchange& exchange);
// A session is established by the finish of its own kind, and with the requester's signature where that was
// asked for.
void establishment_is_earned(const SessionStates& before, const spdm::Responder& responder,
                             const lab::Observer& observer, const lab::Exchange& exchange);
// Signatures and verify data of good answers are over what was on the wire.
void answers_are_authentic(const lab::Exchange& exchange, const StepFacts& facts);
// Signatures and verify data of an honest requester are good.
void honest_proofs_are_accepted(const spdm::Responder& responder, const lab::Exchange& exchange,
                                const StepFacts& facts);
// Each acknowledged KEY_UPDATE renews the directions that it names, and no other.
void key_updates_take_effect(const SessionStates& before, const spdm::Responder& responder,
                             const lab::Exchange& exchange);
// A session that says nothing for longer than two heartbeat periods is no more.
void silent_sessions_end(const spdm::Responder& responder, const StepFacts& facts);
// Neither the identifier of a session that lives nor a random value or share is given out again.
void what_begins_a_session_is_fresh(const SessionStates& before, std::set<Bytes>& given, size_t share_size,
                                    const lab::Exchange& exchange);
// Of the versions of secured messages that both sides have, the highest is selected.
void the_highest_version_is_selected(const std::vector<uint16_t>& supported, const lab::Exchange& exchange);
// Once no session is left, no key of one is.
void no_secret_is_left(const spdm::Responder& responder, size_t live_before);

}  // namespace assay::fuzz
