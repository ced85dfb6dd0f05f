// What each step of verifier_program does: one function a row of edits.inc. Some of them leave the
// evidence genuine. Whether they do is not theirs to know: see oracles.h.
#pragma once

#include "fuzz/evidence/evidence_case.h"

namespace assay::fuzz::edits {

#define EDIT(name, what) void name(EvidenceCase& evidence_case, const VerifierStep& step);
#include "fuzz/evidence/edits.inc"
#undef EDIT

// What several files of edits do.

// The one that a byte chooses, or null when there is none.
template <class T>
T* chosen(std::vector<T>& from, uint8_t choice) {
    return from.empty() ? nullptr : &from[choice % from.size()];
}
template <class T, size_t N>
const T& chosen(const T (&from)[N], uint8_t choice) {
    return from[choice % N];
}
template <class T>
void swap_two(std::vector<T>& all, uint8_t one, uint8_t other) {
    if (!all.empty()) std::swap(all[one % all.size()], all[other % all.size()]);
}
template <class T>
void erase_one(std::vector<T>& all, uint8_t which) {
    if (!all.empty()) all.erase(all.begin() + which % static_cast<std::ptrdiff_t>(all.size()));
}
// Puts another one behind it, or at the end.
template <class T>
void insert_after(std::vector<T>& all, uint8_t which, T other, bool at_end = false) {
    if (all.empty()) return;
    const auto at = all.begin() + which % static_cast<std::ptrdiff_t>(all.size());
    all.insert(at_end ? all.end() : at + 1, std::move(other));
}

void flip(Bytes& bytes, size_t at, uint8_t bit);
Bytes other_digest(std::string_view what);  // 48 bytes
// A key of that kind that nothing here is issued for. There are few: an RSA key takes long to make.
evidence::KeyName stranger(crypto::SignAlgo algo);

// MSRSCNT as the measurements want it.
void count_again(evidence::ReportForm& report);

inline constexpr std::string_view kNameConstraints = "2.5.29.30";
// Two that nobody knows; and one of TCG's DICE, which a device's leaf may have, critical or not.
inline constexpr std::string_view kUnknownExtension = "1.3.6.1.4.1.55555.1",
                                  kDiceExtension = "2.23.133.5.4.4";

}  // namespace assay::fuzz::edits
