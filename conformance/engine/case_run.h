// One case, or the sane exchange, on one lab: attempts, and what they come to.
#pragma once

#include <mutex>
#include <set>

#include "conformance/engine/judge.h"
#include "conformance/engine/runner.h"

namespace assay::engine {

// What the labs of a run share at one version.
class VersionState {
   public:
    // Steps that are refused on new connections too: no case that needs one deserves a second attempt.
    bool hopeless(wire::Code step) const;
    void set_hopeless(wire::Code step);

    Claims claims{};
    lab::Learned learned{};  // with which every case begins, whatever other cases learned since

   private:
    mutable std::mutex mutex_;
    std::set<wire::Code> hopeless_;
};

// The seed of everything random in one attempt at a case: the run's seed, the case and the version decide it,
// so that a case that is run alone has the bytes that it had among the others.
uint64_t case_seed(uint64_t seed, std::string_view id, wire::Version version, unsigned attempt);

class CaseRun {
   public:
    // `all`: the catalogue, where the case that judges a refused step is looked up.
    CaseRun(lab::Lab& lab, std::span<const Case> all, const Requirements& requirements,
            const RunOptions& options, const RunControl& control);
    ~CaseRun();
    CaseRun(const CaseRun&) = delete;
    CaseRun& operator=(const CaseRun&) = delete;

    // Runs a case that holds at the version; one whose claims are missing is not applicable.
    CaseResult run(const Case& one, VersionState& version);
    // `known`: what failed at the beginning already, and says nothing new at the end. Gives the version's
    // claims and what the lab learned to it.
    std::pair<CaseResult, SaneOutcome> sane(std::string_view id, VersionState& version,
                                            std::span<const StageFailure> known);
    // Whether the target still answers after such a result, whatever the profile says of it.
    bool is_gone_after(const CaseResult& result);

    lab::Lab& lab() { return *lab_; }

   private:
    std::string missing(const Case& one, const Claims& claims) const;
    CaseResult result_of(const Case& one, const Claims& claims) const;
    void attempt(const Case& one, const VersionState& version, unsigned number, CaseResult& result);
    void begin(std::string_view id, const VersionState& version, unsigned attempt);
    std::vector<std::string> in_force(std::vector<std::string> ids, wire::Version version) const;
    bool deserves_another(const CaseResult& result, const VersionState& version) const;
    void try_again(const Case& one, const VersionState& version, CaseResult& result);
    std::string_view judging_case(wire::Code step) const;
    std::chrono::microseconds now() const;

    lab::Lab* lab_;
    Random* own_random_;  // of the lab, which has it back afterwards
    SeededRandom random_{0};
    std::span<const Case> all_;
    const Requirements* requirements_;
    const RunOptions* options_;
    const RunControl* control_;
};

}  // namespace assay::engine
