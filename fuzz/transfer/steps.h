// Programs of the encrypted transfer path: their form in an input, and their mutation.
#pragma once

#include <vector>

#include "fuzz/common/mutate.h"

namespace assay::fuzz {

// What a step does. The first ones are honest, the others an attacker's who controls the shared memory and
// the path between the ends.
enum class TransferKind : uint8_t {
    begin_write,  // a: channel and traffic, b: address, c: size
    begin_read,   // likewise
    execute,      // the next submission goes to the GPU
    finish,       // a: which transfer in flight, counted from the oldest; c: 255 tries it again and again
    rotate,       // a: channel
    rotate_iv,    // likewise
    send_rpc,     // a: who sends, b: size
    receive_rpc,  // a: who receives
    write_fault,  // a: kind
    read_fault,   // a: kind, b: whether it is skipped instead
    launch,       // methods that are not for copy engines: a, b
    tick,         // a second passes at both ends
    ready,        // a: what is done, at which end
    revive,       // a new session with new keys

    tamper,            // a, b: where in the shared memory, c: which bits
    save,              // the shared memory as it is
    restore,           // a part of it as it was: a, b: where, c: how much
    splice,            // a page over another: a from, b to; c: with its tag
    resubmit,          // a: which of the submissions so far
    drop_submission,   // the next submission never comes
    alter_submission,  // a: which byte, b: which bits, c: cut short
    resend_rpc,        // a: who receives, b: which of the elements so far, c: of which direction
    alter_rpc,         // a: who receives, b: where, c: with a good checksum
    alter_fault,       // a: kind, b: where, c: which bits; none: an entry that came before
};
inline constexpr uint8_t kTransferKinds = 24;

// In an input four bytes: kind, a, b, c. Any bytes are a program; what is left over is not looked at.
struct TransferStep {
    TransferKind kind = TransferKind::execute;
    uint8_t a = 0, b = 0, c = 0;
};

// A byte before the steps: mode, whether limits are low, and which end has no defect where the other has one.
inline constexpr size_t kTransferPrefix = 1;
inline constexpr size_t kMaxTransferSteps = 64;

std::vector<TransferStep> parse_transfer_program(ByteView input);
Bytes to_input(const std::vector<TransferStep>& steps);

// The two functions of a Mutator.
size_t mutate_transfer_in_place(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                                MutateBytes mutate_bytes);
size_t cross_transfers_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed);

}  // namespace assay::fuzz
