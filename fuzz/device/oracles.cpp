#include "fuzz/device/oracles.h"

#include <algorithm>
#include <string>

#include "fuzz/common/coverage.h"
#include "stack/device/ports.h"

namespace assay::fuzz {

void plaintext_stays_inside(ByteView seen, ByteView marker, std::string_view where) {
    if (std::search(seen.begin(), seen.end(), marker.begin(), marker.end()) != seen.end()) {
        violated("tenant plaintext stays inside", where);
    }
}

void a_reset_scrubs(device::Gpu& gpu) {
    const Bytes all = device::MemoryInterposer(gpu).read(0, gpu.inside().memory.size());
    if (std::ranges::any_of(all, [](uint8_t byte) { return byte != 0; })) {
        violated("a reset scrubs the memory", "something is left");
    }
    if (gpu.path() != nullptr || !gpu.session_secret().empty()) {
        violated("a reset ends the session", "a path is left");
    }
}

void a_live_mode_stays(device::Mode before, device::Mode after) {
    if (before != after) violated("a mode changes with a reset", device::name(after));
}

void what_is_read_is_what_was_written(ByteView read, std::span<const std::optional<uint8_t>> known) {
    for (size_t i = 0; i < read.size(); ++i) {
        if (known[i] && *known[i] != read[i]) {
            violated("what is read is what was written", "it differs at " + std::to_string(i));
        }
    }
}

void the_gate_needs_evidence(guest::Stage stage, const LastJudgement& judgement) {
    if (stage != guest::Stage::ready) return;
    if (!judgement.made || !judgement.accepted)
        violated("CUDA is enabled only after evidence", "none was accepted");
    if (judgement.given != judgement.judged)
        violated("CUDA is enabled only after evidence", "it was for another nonce");
    if (std::ranges::search(judgement.request, judgement.given).empty()) {
        violated("CUDA is enabled only after evidence", "it was not asked for with the nonce");
    }
}

void nothing_is_done_outside_the_gate(guest::Stage before, bool done) {
    if (done && before != guest::Stage::ready) {
        violated("nothing is done while CUDA is disabled", guest::name(before));
    }
}

void who_is_closed_has_no_keys(const guest::Guest& guest, device::Gpu& gpu) {
    if (guest.stage() == guest::Stage::closed && !guest.keys_are_gone()) {
        violated("who is closed has no keys", "the guest has");
    }
    if (gpu.path() != nullptr && gpu.path()->failure() && !gpu.path()->keys_are_gone()) {
        violated("who is closed has no keys", "the GPU has");
    }
    if (guest.failure() && guest.stage() != guest::Stage::closed) {
        violated("who failed stays closed", guest.failure()->text());
    }
}

}  // namespace assay::fuzz
