// Programs of edits of evidence: their form in an input, and their mutation.
#pragma once

#include <string>
#include <vector>

#include "fuzz/common/mutate.h"

namespace assay::fuzz {

// What a step does: a row of edits.inc.
enum class VerifierKind : uint8_t {
#define EDIT(name, what) name,
#include "fuzz/evidence/edits.inc"
#undef EDIT
};
inline constexpr size_t kVerifierKinds = 0
#define EDIT(name, what) +1  // NOLINT(bugprone-macro-parentheses)
#include "fuzz/evidence/edits.inc"
#undef EDIT
    ;
std::string_view name(VerifierKind kind);

// In an input four bytes: kind, a, b, c. Any bytes are a program; what is left over is not looked at.
struct VerifierStep {
    VerifierKind kind = VerifierKind::measured_value;
    uint8_t a = 0;  // mostly: of which device, chain or file
    uint8_t b = 0;  // mostly: where in it
    uint8_t c = 0;  // how
};

// A byte before the steps: the shape, of stack/evidence/shapes.h.
inline constexpr size_t kVerifierPrefix = 1;
inline constexpr size_t kMaxVerifierSteps = 8;

std::vector<VerifierStep> parse_verifier_program(ByteView input);
Bytes to_input(const std::vector<VerifierStep>& steps);
// The steps by their names, one a line, for a person.
std::string describe(const std::vector<VerifierStep>& steps);

// The two functions of a Mutator.
size_t mutate_verifier_in_place(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                                MutateBytes mutate_bytes);
size_t cross_verifiers_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed);

}  // namespace assay::fuzz
