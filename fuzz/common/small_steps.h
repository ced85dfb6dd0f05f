// Programs whose steps are four bytes: a kind, and three that say what it means. What all of them share:
// their form in an input, and what a mutation does to a program as a whole.
#pragma once

#include <algorithm>
#include <vector>

#include "fuzz/common/mutate.h"
#include "stack/base/random.h"

namespace assay::fuzz {

inline uint8_t any_byte(Random& random) { return static_cast<uint8_t>(random.next_u64()); }

// A Step has `kind`, an enumeration of kKinds values from 0, and bytes a, b and c. Before the steps of an
// input stands one byte; of more than kMost steps the rest is not looked at, nor what is left over behind
// them. Any bytes are a program.
template <class Step, size_t kKinds, size_t kMost>
struct SmallSteps {
    using Steps = std::vector<Step>;
    static constexpr size_t kPrefix = 1, kStepSize = 4;

    static Steps parse(ByteView input) {
        Steps steps;
        while (input.size() >= kStepSize && steps.size() < kMost) {
            const auto kind = static_cast<decltype(Step::kind)>(input[0] % kKinds);
            steps.push_back({kind, input[1], input[2], input[3]});
            input = input.subspan(kStepSize);
        }
        return steps;
    }

    static Bytes to_input(const Steps& steps) {
        Bytes bytes;
        for (const Step& step : steps)
            append(bytes, Bytes{static_cast<uint8_t>(step.kind), step.a, step.b, step.c});
        return bytes;
    }

    // The two functions of a Mutator. `mutate` changes the steps
    // once; `mutate_first` the byte before them.
    template <class Mutate, class MutateFirst>
    static size_t mutate_in_place(std::span<uint8_t> all, size_t size, unsigned seed,
                                  MutateBytes mutate_bytes, Mutate mutate, MutateFirst mutate_first) {
        SeededRandom random(seed);
        if (size < kPrefix || random.below(20) == 0) return mutate_bytes(all.data(), size, all.size());
        Steps steps = parse(all.first(size).subspan(kPrefix));
        for (uint64_t i = 0; i <= random.below(3); ++i) mutate(steps, random);
        if (random.below(8) == 0) mutate_first(all[0], random);
        return kPrefix + store(std::move(steps), all.subspan(kPrefix));
    }

    static size_t cross_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed) {
        SeededRandom random(seed);
        if (first.size() < kPrefix || second.size() < kPrefix || out.empty()) return 0;
        Steps head = parse(first.subspan(kPrefix));
        const Steps tail = parse(second.subspan(kPrefix));
        head.resize(random.below(head.size() + 1));
        head.insert(head.end(), tail.begin() + static_cast<ptrdiff_t>(random.below(tail.size() + 1)),
                    tail.end());
        out[0] = first[0];
        return kPrefix + store(std::move(head), out.subspan(kPrefix));
    }

    // Inserts, drops, repeats or exchanges a step, has the rest come again, or changes one. `fresh` makes a
    // step for a place; `change` changes one.
    template <class Fresh, class Change>
    static void mutate(Steps& steps, Random& random, Fresh fresh, Change change) {
        const size_t at = steps.empty() ? 0 : random.below(steps.size());
        const auto position = steps.begin() + static_cast<ptrdiff_t>(at);
        switch (steps.empty() ? 0 : random.below(7)) {
            case 0:
            case 1: {
                const size_t where = random.below(steps.size() + 1);
                steps.insert(steps.begin() + static_cast<ptrdiff_t>(where), fresh(steps, where, random));
                break;
            }
            case 2: steps.erase(position); break;
            case 3: steps.insert(position, Step(*position)); break;
            case 4: std::swap(*position, steps[random.below(steps.size())]); break;
            case 5: {
                const Steps part(position, steps.end());
                steps.insert(steps.end(), part.begin(), part.end());
                break;
            }
            default: change(*position, random); break;
        }
    }

   private:
    static size_t store(Steps steps, std::span<uint8_t> out) {
        steps.resize(std::min({out.size() / kStepSize, kMost, steps.size()}));
        const Bytes bytes = to_input(steps);
        std::ranges::copy(bytes, out.begin());
        return bytes.size();
    }
};

}  // namespace assay::fuzz
