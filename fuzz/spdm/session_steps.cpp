#include "fuzz/spdm/session_steps.h"

#include <algorithm>

#include "fuzz/spdm/targets.h"
#include "stack/base/writer.h"

namespace assay::fuzz {

namespace {

constexpr size_t kHeader = 6;
constexpr uint8_t kTwice = 0x20, kMisplaced = 0x40;

// What usually follows a kind, so that programs go deep.
StepKind likely_after(StepKind kind, Random& random) {
    switch (kind) {
        case StepKind::negotiate:
            return random.below(4) == 0 ? StepKind::psk_exchange : StepKind::key_exchange;
        case StepKind::key_exchange: return StepKind::finish;
        case StepKind::psk_exchange: return StepKind::psk_finish;
        case StepKind::get_encapsulated: return StepKind::deliver;
        case StepKind::ask_key_update: return StepKind::get_encapsulated;
        case StepKind::key_update: return StepKind::key_update;
        default: return static_cast<StepKind>(random.below(kStepKinds));
    }
}

SessionStep new_step(const std::vector<SessionStep>& steps, size_t where, Random& random) {
    SessionStep step;
    StepKind before = where == 0 ? StepKind::negotiate : steps[where - 1].kind;
    step.kind =
        random.below(2) == 0 ? likely_after(before, random) : static_cast<StepKind>(random.below(kStepKinds));
    step.session = static_cast<uint8_t>(random.below(3));
    step.seed = static_cast<uint16_t>(random.next_u64());
    if (random.below(6) == 0) step.seal = static_cast<SealMode>(random.below(kSealModes));
    if (random.below(4) == 0) step.edit = static_cast<EditMode>(random.below(4));
    return step;
}

void change(SessionStep& step, Random& random, MutateBytes mutate_bytes) {
    switch (random.below(7)) {
        case 0: step.seal = static_cast<SealMode>(random.below(kSealModes)); break;
        case 1: step.edit = static_cast<EditMode>(random.below(4)); break;
        case 2: step.twice = !step.twice; break;
        case 3: step.session = static_cast<uint8_t>(random.below(4)); break;
        case 4: step.misplaced = !step.misplaced; break;
        case 5: {
            constexpr size_t kMost = 200;
            size_t size = step.extra.size();
            step.extra.resize(kMost);
            step.extra.resize(mutate_bytes(step.extra.data(), size, kMost));
            break;
        }
        default: step.seed = static_cast<uint16_t>(random.next_u64()); break;
    }
}

Bytes within(std::vector<SessionStep> steps, size_t max_size) {
    if (steps.size() > kMaxSessionSteps) steps.resize(kMaxSessionSteps);
    Bytes output = to_input(steps);
    while (output.size() > max_size) {
        steps.pop_back();
        output = to_input(steps);
    }
    return output;
}

}  // namespace

std::vector<SessionStep> parse_session_program(ByteView input) {
    std::vector<SessionStep> steps;
    while (input.size() >= kHeader && steps.size() < kMaxSessionSteps) {
        SessionStep step;
        step.kind = static_cast<StepKind>(input[0] % kStepKinds);
        step.seal = static_cast<SealMode>(input[1] & 7);
        step.edit = static_cast<EditMode>(input[1] >> 3 & 3);
        step.twice = (input[1] & kTwice) != 0;
        step.misplaced = (input[1] & kMisplaced) != 0;
        step.session = input[2];
        step.seed = static_cast<uint16_t>(input[3] | input[4] << 8);
        size_t size = std::min<size_t>(input[5], input.size() - kHeader);
        step.extra = to_bytes(input.subspan(kHeader, size));
        steps.push_back(std::move(step));
        input = input.subspan(kHeader + size);
    }
    return steps;
}

Bytes to_input(const std::vector<SessionStep>& steps) {
    Writer out;
    for (const SessionStep& step : steps) {
        size_t size = std::min<size_t>(step.extra.size(), 255);
        uint8_t mode =
            static_cast<uint8_t>(static_cast<uint8_t>(step.seal) | static_cast<uint8_t>(step.edit) << 3 |
                                 (step.twice ? kTwice : 0) | (step.misplaced ? kMisplaced : 0));
        out.u8(static_cast<uint8_t>(step.kind)).u8(mode).u8(step.session).u16(step.seed);
        out.u8(static_cast<uint8_t>(size)).bytes(ByteView(step.extra).first(size));
    }
    return std::move(out).take();
}

Bytes mutate_session_program(ByteView input, size_t max_size, Random& random, MutateBytes mutate_bytes) {
    std::vector<SessionStep> steps = parse_session_program(input);
    size_t at = steps.empty() ? 0 : random.below(steps.size());
    auto position = steps.begin() + static_cast<ptrdiff_t>(at);
    switch (steps.empty() ? 0 : random.below(9)) {
        case 0:
        case 1: {
            size_t where = random.below(steps.size() + 1);
            steps.insert(steps.begin() + static_cast<ptrdiff_t>(where), new_step(steps, where, random));
            break;
        }
        case 2: steps.erase(position); break;
        case 3: steps.insert(position, SessionStep(*position)); break;
        case 4: std::swap(*position, steps[random.below(steps.size())]); break;
        case 5: *position = new_step(steps, at, random); break;
        case 6: {
            // A part of the program again, as another session would have it.
            std::vector<SessionStep> part(position, steps.end());
            for (SessionStep& step : part) ++step.session;
            steps.insert(steps.end(), part.begin(), part.end());
            break;
        }
        default: change(*position, random, mutate_bytes); break;
    }
    return within(std::move(steps), max_size);
}

size_t mutate_session_in_place(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                               MutateBytes mutate_bytes) {
    if (size < kSessionPrefix || max_size <= kSessionPrefix) return mutate_bytes(data, size, max_size);
    SeededRandom random(seed);
    if (random.below(12) == 0) data[random.below(kSessionPrefix)] = static_cast<uint8_t>(random.next_u64());
    Bytes program = mutate_session_program({data + kSessionPrefix, size - kSessionPrefix},
                                           max_size - kSessionPrefix, random, mutate_bytes);
    std::ranges::copy(program, data + kSessionPrefix);
    return kSessionPrefix + program.size();
}

size_t cross_sessions_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed) {
    if (std::min({first.size(), second.size(), out.size()}) < kSessionPrefix) return 0;
    SeededRandom random(seed);
    std::vector<SessionStep> steps = parse_session_program(first.subspan(kSessionPrefix)),
                             others = parse_session_program(second.subspan(kSessionPrefix));
    steps.resize(random.below(steps.size() + 1));
    auto from = others.begin() + static_cast<ptrdiff_t>(random.below(others.size() + 1));
    steps.insert(steps.end(), from, others.end());
    Bytes program = within(std::move(steps), out.size() - kSessionPrefix);
    std::ranges::copy(first.first(kSessionPrefix), out.begin());
    std::ranges::copy(program, out.begin() + static_cast<ptrdiff_t>(kSessionPrefix));
    return kSessionPrefix + program.size();
}

const Mutator kSessionMutator{mutate_session_in_place, cross_sessions_into};

}  // namespace assay::fuzz
