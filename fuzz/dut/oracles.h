// What must hold of every exchange with a device, as far as it shows on the wire. A broken rule is thrown
// (violated() in fuzz/common/coverage.h). What a specification leaves open is in none of these.
#pragma once

#include "conformance/lab/lab.h"
#include "fuzz/spdm/session_oracles.h"

namespace assay::fuzz {

// The sessions as the observer of the wire has them.
SessionStates session_states(const lab::Observer& observer);

// Code and version of a response, what is selected, how it is formed (DSP0274, the messages' tables).
void responses_are_well_formed(const lab::Lab& lab, const lab::Exchange& exchange);
// A session is established by the finish of its own kind, and with the requester's signature where that was
// asked for (CVE-2023-31127).
void establishment_is_earned(const lab::Lab& lab, const SessionStates& before, const lab::Exchange& exchange);
// KEY_UPDATE_ACK repeats what it acknowledges.
void key_updates_are_acknowledged(const lab::Exchange& exchange);

}  // namespace assay::fuzz
