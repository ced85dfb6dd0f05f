// Named checks, for a module that has a table of them: which check refused, which checks may be turned off
// (waived) for a run, and which defects may be planted.
#pragma once

#include <bitset>
#include <cstddef>
#include <expected>

namespace assay {

// The checks that are waived in a run, and the defects planted in it. A build without the harness option has
// none and cannot have any.
template <class Check, size_t kChecks, class Defect, size_t kDefects>
class Switches {
   public:
#ifdef ASSAY_HARNESS
    void waive(Check check) { waived_.set(static_cast<size_t>(check)); }
    bool waived(Check check) const { return waived_.test(static_cast<size_t>(check)); }
    void plant(Defect defect) { planted_.set(static_cast<size_t>(defect)); }
    bool has(Defect defect) const { return planted_.test(static_cast<size_t>(defect)); }

   private:
    std::bitset<kChecks> waived_;
    std::bitset<kDefects> planted_;
#else
    constexpr bool waived(Check) const { return false; }
    constexpr bool has(Defect) const { return false; }
#endif
};

}  // namespace assay
