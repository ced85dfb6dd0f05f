#include "fuzz/verifier_steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::fuzz {

namespace {

struct KindInfo {
    std::string_view name;
    std::string_view what;
};
constexpr KindInfo kKinds[] = {
#define EDIT(name, what) {#name, what},
#include "fuzz/verifier_edits.inc"
#undef EDIT
};

constexpr size_t kStepSize = 4;

uint8_t any_byte(Random& random) { return static_cast<uint8_t>(random.next_u64()); }

VerifierStep new_step(Random& random) {
    VerifierStep step;
    step.kind = static_cast<VerifierKind>(random.below(kVerifierKinds));
    // Devices, chains and ways to do a thing are few; places are many.
    step.a = random.below(2) == 0 ? static_cast<uint8_t>(random.below(4)) : any_byte(random);
    step.b = random.below(2) == 0 ? static_cast<uint8_t>(random.below(8)) : any_byte(random);
    step.c = random.below(2) == 0 ? static_cast<uint8_t>(random.below(8)) : any_byte(random);
    return step;
}

void change(VerifierStep& step, Random& random) {
    const VerifierStep other = new_step(random);
    switch (random.below(4)) {
        case 0: step.a = other.a; break;
        case 1: step.b = other.b; break;
        case 2: step.c = other.c; break;
        default: step.kind = other.kind; break;
    }
}

void mutate(std::vector<VerifierStep>& steps, Random& random) {
    const size_t at = steps.empty() ? 0 : random.below(steps.size());
    const auto position = steps.begin() + static_cast<ptrdiff_t>(at);
    switch (steps.empty() ? 0 : random.below(7)) {
        case 0:
        case 1: {
            const auto where = static_cast<ptrdiff_t>(random.below(steps.size() + 1));
            steps.insert(steps.begin() + where, new_step(random));
            break;
        }
        case 2: steps.erase(position); break;
        case 3: steps.insert(position, VerifierStep(*position)); break;
        case 4: std::swap(*position, steps[random.below(steps.size())]); break;
        default: change(*position, random); break;
    }
}

size_t store(std::vector<VerifierStep> steps, std::span<uint8_t> out) {
    steps.resize(std::min({out.size() / kStepSize, kMaxVerifierSteps, steps.size()}));
    const Bytes bytes = to_input(steps);
    std::ranges::copy(bytes, out.begin());
    return bytes.size();
}

}  // namespace

std::string_view name(VerifierKind kind) { return kKinds[static_cast<size_t>(kind)].name; }

std::vector<VerifierStep> parse_verifier_program(ByteView input) {
    std::vector<VerifierStep> steps;
    while (input.size() >= kStepSize && steps.size() < kMaxVerifierSteps) {
        steps.push_back({static_cast<VerifierKind>(input[0] % kVerifierKinds), input[1], input[2], input[3]});
        input = input.subspan(kStepSize);
    }
    return steps;
}

Bytes to_input(const std::vector<VerifierStep>& steps) {
    Bytes bytes;
    for (const VerifierStep& step : steps)
        append(bytes, Bytes{static_cast<uint8_t>(step.kind), step.a, step.b, step.c});
    return bytes;
}

std::string describe(const std::vector<VerifierStep>& steps) {
    std::string text;
    for (const VerifierStep& step : steps) {
        const KindInfo& kind = kKinds[static_cast<size_t>(step.kind)];
        text += fmt::format("  {} {} {} {}: {}\n", kind.name, step.a, step.b, step.c, kind.what);
    }
    return text;
}

size_t mutate_verifier_in_place(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                                MutateBytes mutate_bytes) {
    SeededRandom random(seed);
    if (size < kVerifierPrefix || random.below(20) == 0) return mutate_bytes(data, size, max_size);
    const std::span<uint8_t> all(data, max_size);
    std::vector<VerifierStep> steps = parse_verifier_program(all.first(size).subspan(kVerifierPrefix));
    for (uint64_t i = 0; i <= random.below(3); ++i) mutate(steps, random);
    if (random.below(8) == 0) data[0] = any_byte(random);
    return kVerifierPrefix + store(std::move(steps), all.subspan(kVerifierPrefix));
}

size_t cross_verifiers_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed) {
    SeededRandom random(seed);
    if (first.size() < kVerifierPrefix || second.size() < kVerifierPrefix || out.empty()) return 0;
    std::vector<VerifierStep> head = parse_verifier_program(first.subspan(kVerifierPrefix));
    const std::vector<VerifierStep> tail = parse_verifier_program(second.subspan(kVerifierPrefix));
    head.resize(random.below(head.size() + 1));
    head.insert(head.end(), tail.begin() + static_cast<ptrdiff_t>(random.below(tail.size() + 1)), tail.end());
    out[0] = first[0];
    return kVerifierPrefix + store(std::move(head), out.subspan(kVerifierPrefix));
}

}  // namespace assay::fuzz
