#include "fuzz/transfer/steps.h"

#include "fuzz/common/small_steps.h"
#include "fuzz/transfer/targets.h"

namespace assay::fuzz {

namespace {

using Form = SmallSteps<TransferStep, kTransferKinds, kMaxTransferSteps>;
static_assert(Form::kPrefix == kTransferPrefix);

constexpr uint64_t kHonestKinds = 14;

// What usually follows a kind, so that programs go deep.
TransferKind likely_after(TransferKind kind, Random& random) {
    switch (kind) {
        case TransferKind::begin_write:
        case TransferKind::begin_read:
        case TransferKind::rotate:
        case TransferKind::rotate_iv: return TransferKind::execute;
        case TransferKind::execute: return TransferKind::finish;
        case TransferKind::send_rpc: return TransferKind::receive_rpc;
        case TransferKind::write_fault: return TransferKind::read_fault;
        default: return static_cast<TransferKind>(random.below(kHonestKinds));
    }
}

TransferStep new_step(const std::vector<TransferStep>& steps, size_t where, Random& random) {
    const TransferKind before = where == 0 ? TransferKind::ready : steps[where - 1].kind;
    TransferStep step;
    step.kind = random.below(2) == 0 ? likely_after(before, random)
                                     : static_cast<TransferKind>(random.below(kTransferKinds));
    // Channels, ends and kinds are few; they should often be the same.
    step.a = random.below(2) == 0 ? static_cast<uint8_t>(random.below(3)) : any_byte(random);
    step.b = any_byte(random);
    step.c = any_byte(random);
    return step;
}

void change(TransferStep& step, Random& random) {
    switch (random.below(4)) {
        case 0: step.a = static_cast<uint8_t>(random.below(4)); break;
        case 1: step.b = any_byte(random); break;
        case 2: step.c = any_byte(random); break;
        default: step.kind = static_cast<TransferKind>(random.below(kTransferKinds)); break;
    }
}

void mutate(std::vector<TransferStep>& steps, Random& random) {
    Form::mutate(steps, random, new_step, change);
}

void mutate_first(uint8_t& first, Random& random) {
    first = static_cast<uint8_t>(first ^ 1U << random.below(7));
}

}  // namespace

std::vector<TransferStep> parse_transfer_program(ByteView input) { return Form::parse(input); }

Bytes to_input(const std::vector<TransferStep>& steps) { return Form::to_input(steps); }

size_t mutate_transfer_in_place(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                                MutateBytes mutate_bytes) {
    return Form::mutate_in_place({data, max_size}, size, seed, mutate_bytes, mutate, mutate_first);
}

size_t cross_transfers_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed) {
    return Form::cross_into(first, second, out, seed);
}

const Mutator kTransferMutator{mutate_transfer_in_place, cross_transfers_into};

}  // namespace assay::fuzz
