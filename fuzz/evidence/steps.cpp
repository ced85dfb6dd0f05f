#include "fuzz/evidence/steps.h"

#include <fmt/format.h>

#include "fuzz/common/small_steps.h"
#include "fuzz/evidence/targets.h"

namespace assay::fuzz {

namespace {

struct KindInfo {
    std::string_view name;
    std::string_view what;
};
constexpr KindInfo kKinds[] = {
#define EDIT(name, what) {#name, what},
#include "fuzz/evidence/edits.inc"
#undef EDIT
};

using Form = SmallSteps<VerifierStep, kVerifierKinds, kMaxVerifierSteps>;
static_assert(Form::kPrefix == kVerifierPrefix);

VerifierStep new_step(const std::vector<VerifierStep>& /*steps*/, size_t /*where*/, Random& random) {
    VerifierStep step;
    step.kind = static_cast<VerifierKind>(random.below(kVerifierKinds));
    // Devices, chains and ways to do a thing are few; places are many.
    step.a = random.below(2) == 0 ? static_cast<uint8_t>(random.below(4)) : any_byte(random);
    step.b = random.below(2) == 0 ? static_cast<uint8_t>(random.below(8)) : any_byte(random);
    step.c = random.below(2) == 0 ? static_cast<uint8_t>(random.below(8)) : any_byte(random);
    return step;
}

void change(VerifierStep& step, Random& random) {
    const VerifierStep other = new_step({}, 0, random);
    switch (random.below(4)) {
        case 0: step.a = other.a; break;
        case 1: step.b = other.b; break;
        case 2: step.c = other.c; break;
        default: step.kind = other.kind; break;
    }
}

void mutate(std::vector<VerifierStep>& steps, Random& random) {
    Form::mutate(steps, random, new_step, change);
}

void mutate_first(uint8_t& first, Random& random) { first = any_byte(random); }

}  // namespace

std::string_view name(VerifierKind kind) { return kKinds[static_cast<size_t>(kind)].name; }

std::vector<VerifierStep> parse_verifier_program(ByteView input) { return Form::parse(input); }

Bytes to_input(const std::vector<VerifierStep>& steps) { return Form::to_input(steps); }

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
    return Form::mutate_in_place({data, max_size}, size, seed, mutate_bytes, mutate, mutate_first);
}

size_t cross_verifiers_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed) {
    return Form::cross_into(first, second, out, seed);
}

const Mutator kVerifierMutator{mutate_verifier_in_place, cross_verifiers_into};

}  // namespace assay::fuzz
