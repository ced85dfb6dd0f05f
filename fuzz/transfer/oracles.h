// What must hold between two ends of the encrypted path and whoever has the memory between them. Each is a
// function of its own, so that what one of them finds is told apart by where it stopped.
#pragma once

#include <optional>
#include <string_view>

#include "stack/transfer/endpoint.h"
#include "stack/transfer/iv_watch.h"

namespace assay::fuzz {

// With full protection no tenant plaintext, which holds `marker`, is in memory that others see.
void plaintext_is_never_shared(ByteView shared, ByteView marker);
// No IV serves twice under a key.
void no_iv_serves_twice(const transfer::IvWatch& watch);
// What the GPU takes is what is due: no submission that was changed, repeated or moved.
void only_what_is_due_is_taken(bool taken, bool due);
// The memory of the device is what was written to it; what was refused is not there, or wiped.
void the_device_holds_what_was_sent(ByteView memory, ByteView expected);
// What comes back is what the device held when it was asked, or nothing.
void what_arrives_is_what_was_sent(ByteView arrived, ByteView sent, std::string_view what);
void nothing_arrives_from_a_refusal(ByteView out);
// A transfer ends once, and only if it was executed.
void a_transfer_ends_once(bool executed, bool ended_again);
// However much is under way, the pool has no more buffers than it may.
void the_pool_is_bounded(size_t buffers, size_t most);
// What is opened are the pages and tags that were sealed.
void what_is_opened_is_what_was_sealed(ByteView opened, ByteView sealed);
// No channel counts beyond its limit, a key's work counts every message, and of the versions of a key the
// last 16 are kept.
void keys_stay_in_their_limits(const transfer::Endpoint& end, uint64_t message_limit);
// The guest's keys seal no more than one transfer of `largest` bytes beyond their limit.
void a_key_stops_at_its_limit(const transfer::Endpoint& guest, size_t largest);
void a_counter_goes_forward(uint64_t before, uint64_t after);
// After so many seconds in which nothing else happened, no rotation is still waited for.
void a_rotation_ends_in_time(const transfer::Endpoint& end, unsigned ticks);
void what_is_being_written_is_not_read(ByteView shared);
void tries_are_bounded(size_t in_a_row);
// An end that failed stays so, is not ready, and has no keys.
void the_latch_holds(const transfer::Endpoint& end, bool failed_before);
// Whether a limit was reached, such as a key's work or the time of a rotation that nobody began.
bool is_limit(const transfer::Refusal& refusal);
// Where nobody meddles nothing is lost, through every rotation: a refusal is one that may be tried again, or
// a limit that was reached.
void nothing_is_lost_without_an_attack(const std::optional<transfer::Refusal>& refusal);

}  // namespace assay::fuzz
