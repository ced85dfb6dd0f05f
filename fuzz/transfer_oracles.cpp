#include "fuzz/transfer_oracles.h"

#include <algorithm>
#include <array>
#include <string>

#include "fuzz/coverage.h"
#include "stack/base/ranges.h"

namespace assay::fuzz {

using transfer::Check;

void plaintext_is_never_shared(ByteView shared, ByteView marker) {
    if (std::search(shared.begin(), shared.end(), marker.begin(), marker.end()) != shared.end()) {
        violated("tenant plaintext is never in shared memory", to_hex(marker));
    }
}

void no_iv_serves_twice(const transfer::IvWatch& watch) {
    if (watch.repeated()) violated("no IV serves twice under a key", *watch.repeated());
}

void only_what_is_due_is_taken(bool taken, bool due) {
    if (taken && !due) violated("only what is due is taken", "a submission out of its turn, or changed");
}

void the_device_holds_what_was_sent(ByteView memory, ByteView expected) {
    if (equal(memory, expected)) return;
    const auto at = std::ranges::mismatch(memory, expected).in1 - memory.begin();
    violated("the device holds what was sent", "it differs at " + std::to_string(at));
}

void what_arrives_is_what_was_sent(ByteView arrived, ByteView sent, std::string_view what) {
    if (!equal(arrived, sent)) violated("what arrives is what was sent", what);
}

void nothing_arrives_from_a_refusal(ByteView out) {
    if (std::ranges::any_of(out, [](uint8_t byte) { return byte != 0; })) {
        violated("nothing arrives from a refusal", to_hex(out));
    }
}

void a_transfer_ends_once(bool executed, bool ended_again) {
    if (!executed) violated("a transfer ends only if it was executed", "the GPU did not take it");
    if (ended_again) violated("a transfer ends once", "it was finished again");
}

void the_pool_is_bounded(size_t buffers, size_t most) {
    if (buffers > most) violated("the pool is bounded", std::to_string(buffers));
}

void the_latch_holds(const transfer::Endpoint& end, bool failed_before) {
    if (failed_before && !end.failure()) violated("an end that failed stays so", "its failure is forgotten");
    if (!end.failure()) return;
    if (end.ready()) violated("an end that failed is not ready", end.failure()->text());
    if (!end.keys_are_gone()) violated("an end that failed has no keys", end.failure()->text());
}

void nothing_is_lost_without_an_attack(const std::optional<transfer::Refusal>& refusal) {
    if (!refusal) return;
    constexpr std::array kLimits = {Check::iv_exhausted,   Check::key_threshold, Check::rotation_failed,
                                    Check::rotation_order, Check::copy_size,     Check::copy_ticket,
                                    Check::latched,        Check::not_ready};
    const bool later = transfer::info(refusal->check).effect == transfer::Effect::later;
    if (!later && !contains(kLimits, refusal->check)) {
        violated("nothing is lost without an attack", refusal->text());
    }
}

}  // namespace assay::fuzz
