// What must hold of a machine of guest, bus and GPU whatever happens to it. Each is a function of its own, so
// that a crash in one of them is distinguished by where it stopped.
#pragma once

#include <optional>
#include <string_view>

#include "stack/guest/guest.h"

namespace assay::fuzz {

// In CC mode no tenant plaintext, which holds `marker`, is on the bus, in shared memory or at a port.
void plaintext_stays_inside(ByteView seen, ByteView marker, std::string_view where);
// After a reset the memory is empty, and no path is open.
void a_reset_scrubs(device::Gpu& gpu);
// A GPU that runs changes its mode with a reset and at no other time.
void a_live_mode_stays(device::Mode before, device::Mode after);
// What the guest reads is what it wrote, where that is known.
void what_is_read_is_what_was_written(ByteView read, std::span<const std::optional<uint8_t>> known);
// CUDA is open only after a verifier accepted evidence for the nonce that it was given, and the evidence was
// asked for with that nonce.
struct LastJudgement {
    bool made = false, accepted = false;
    wire::Nonce given{}, judged{};
    Bytes request;  // GET_MEASUREMENTS
};
void the_gate_needs_evidence(guest::Stage stage, const LastJudgement& judgement);
// Nothing of the application's is done before CUDA is open, or after everything was closed.
void nothing_is_done_outside_the_gate(guest::Stage before, bool done);
// Who is closed has no keys, at either end, and stays closed.
void who_is_closed_has_no_keys(const guest::Guest& guest, device::Gpu& gpu);

}  // namespace assay::fuzz
