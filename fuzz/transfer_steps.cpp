#include "fuzz/transfer_steps.h"

#include <algorithm>

namespace assay::fuzz {

namespace {

constexpr size_t kStepSize = 4;
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

uint8_t any_byte(Random& random) { return static_cast<uint8_t>(random.next_u64()); }

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
    const size_t at = steps.empty() ? 0 : random.below(steps.size());
    const auto position = steps.begin() + static_cast<ptrdiff_t>(at);
    switch (steps.empty() ? 0 : random.below(7)) {
        case 0:
        case 1: {
            const size_t where = random.below(steps.size() + 1);
            steps.insert(steps.begin() + static_cast<ptrdiff_t>(where), new_step(steps, where, random));
            break;
        }
        case 2: steps.erase(position); break;
        case 3: steps.insert(position, TransferStep(*position)); break;
        case 4: std::swap(*position, steps[random.below(steps.size())]); break;
        case 5: {
            const std::vector<TransferStep> part(position, steps.end());
            steps.insert(steps.end(), part.begin(), part.end());
            break;
        }
        default: change(*position, random); break;
    }
}

size_t store(const std::vector<TransferStep>& steps, std::span<uint8_t> out) {
    const size_t room = std::min(out.size() / kStepSize, kMaxTransferSteps);
    std::vector<TransferStep> kept = steps;
    kept.resize(std::min(room, kept.size()));
    const Bytes bytes = to_input(kept);
    std::ranges::copy(bytes, out.begin());
    return bytes.size();
}

}  // namespace

std::vector<TransferStep> parse_transfer_program(ByteView input) {
    std::vector<TransferStep> steps;
    while (input.size() >= kStepSize && steps.size() < kMaxTransferSteps) {
        steps.push_back({static_cast<TransferKind>(input[0] % kTransferKinds), input[1], input[2], input[3]});
        input = input.subspan(kStepSize);
    }
    return steps;
}

Bytes to_input(const std::vector<TransferStep>& steps) {
    Bytes bytes;
    for (const TransferStep& step : steps) {
        append(bytes, Bytes{static_cast<uint8_t>(step.kind), step.a, step.b, step.c});
    }
    return bytes;
}

size_t mutate_transfer_in_place(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                                MutateBytes mutate_bytes) {
    SeededRandom random(seed);
    if (size < kTransferPrefix || random.below(20) == 0) return mutate_bytes(data, size, max_size);
    const std::span<uint8_t> all(data, max_size);
    std::vector<TransferStep> steps = parse_transfer_program(all.first(size).subspan(kTransferPrefix));
    for (uint64_t i = 0; i <= random.below(3); ++i) mutate(steps, random);
    if (random.below(8) == 0) data[0] = static_cast<uint8_t>(data[0] ^ 1U << random.below(7));
    return kTransferPrefix + store(steps, all.subspan(kTransferPrefix));
}

size_t cross_transfers_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed) {
    SeededRandom random(seed);
    if (first.size() < kTransferPrefix || second.size() < kTransferPrefix || out.empty()) return 0;
    std::vector<TransferStep> head = parse_transfer_program(first.subspan(kTransferPrefix));
    const std::vector<TransferStep> tail = parse_transfer_program(second.subspan(kTransferPrefix));
    head.resize(random.below(head.size() + 1));
    head.insert(head.end(), tail.begin() + static_cast<ptrdiff_t>(random.below(tail.size() + 1)), tail.end());
    out[0] = first[0];
    return kTransferPrefix + store(head, out.subspan(kTransferPrefix));
}

}  // namespace assay::fuzz
