#include "fuzz/transfer/oracles.h"

#include <algorithm>
#include <array>
#include <string>

#include "fuzz/common/coverage.h"
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

void what_is_opened_is_what_was_sealed(ByteView opened, ByteView sealed) {
    if (!equal(opened, sealed)) violated("what is opened is what was sealed", "a page or a tag was another");
}

void keys_stay_in_their_limits(const transfer::Endpoint& end, uint64_t message_limit) {
    for (size_t i = 0; i < end.channels(); ++i) {
        const transfer::DataChannel& one = end.data_channel(i);
        for (const auto& [keys, channel] :
             {std::pair(one.to_gpu_keys, &one.to_gpu), std::pair(one.to_cpu_keys, &one.to_cpu)}) {
            if (keys->closed()) continue;
            const uint64_t counted = channel->counted();
            if (counted > message_limit) violated("a channel stops at its limit", std::to_string(counted));
            if (keys->work() < counted) violated("work counts every message", std::to_string(keys->work()));
            const uint32_t version = keys->version();
            if (version >= transfer::kKeptVersions &&
                !keys->key(version - static_cast<uint32_t>(transfer::kKeptVersions)).empty()) {
                violated("old keys are gone", std::to_string(version));
            }
        }
    }
}

void a_key_stops_at_its_limit(const transfer::Endpoint& guest, size_t largest) {
    for (size_t i = 0; i < guest.channels(); ++i) {
        const transfer::DataChannel& one = guest.data_channel(i);
        for (const auto& keys : {one.to_gpu_keys, one.to_cpu_keys}) {
            if (keys->work() > guest.config().thresholds.upper + largest) {
                violated("a key stops at its limit", std::to_string(keys->work()));
            }
        }
    }
}

void a_counter_goes_forward(uint64_t before, uint64_t after) {
    if (after < before) violated("a counter goes forward", std::to_string(after));
}

void a_rotation_ends_in_time(const transfer::Endpoint& end, unsigned ticks) {
    if (ticks <= transfer::kRotationTimeout + 1) return;
    for (size_t i = 0; i < end.channels(); ++i) {
        const auto status = end.data_channel(i).rotation.status();
        if (status == transfer::RotationStatus::pending || status == transfer::RotationStatus::in_progress) {
            violated("a rotation ends in time", transfer::name(status));
        }
    }
}

void what_is_being_written_is_not_read(ByteView shared) {
    constexpr size_t kNotifierAt = 4;
    if ((shared[kNotifierAt] & 1) != 0) violated("a semaphore that is being written is not read", "it was");
}

void tries_are_bounded(size_t in_a_row) {
    if (in_a_row > transfer::kSemaphoreTries) violated("tries are bounded", std::to_string(in_a_row));
}

void the_latch_holds(const transfer::Endpoint& end, bool failed_before) {
    if (failed_before && !end.failure()) violated("an end that failed stays so", "its failure is forgotten");
    if (!end.failure()) return;
    if (end.ready()) violated("an end that failed is not ready", end.failure()->text());
    if (!end.keys_are_gone()) violated("an end that failed has no keys", end.failure()->text());
}

bool is_limit(const transfer::Refusal& refusal) {
    constexpr std::array kLimits = {Check::rpc_iv,          Check::iv_exhausted,   Check::key_threshold,
                                    Check::rotation_failed, Check::rotation_order, Check::copy_size,
                                    Check::copy_ticket,     Check::latched,        Check::not_ready};
    return contains(kLimits, refusal.check);
}

void nothing_is_lost_without_an_attack(const std::optional<transfer::Refusal>& refusal) {
    if (!refusal) return;
    const bool later = transfer::info(refusal->check).effect == transfer::Effect::later;
    if (!later && !is_limit(*refusal)) {
        violated("nothing is lost without an attack", refusal->text());
    }
}

}  // namespace assay::fuzz
