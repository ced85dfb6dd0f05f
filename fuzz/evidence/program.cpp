#include "fuzz/evidence/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "fuzz/common/coverage.h"
#include "fuzz/evidence/targets.h"
#include "stack/attest/bundle.h"
#include "stack/attest/verify.h"
#include "stack/base/ranges.h"

namespace assay::fuzz {

namespace {

using attest::Appraisal;
using attest::Check;
using attest::Verdict;

enum Kind : uint32_t { decided = 0x60, broken_fact, came_to, step_done };

std::string_view as_text(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What the environment wants waived or planted: ASSAY_WAIVE=NAME, ASSAY_DEFECT=NAME.
const attest::FaultConfig& wanted_faults() {
    static const attest::FaultConfig wanted = [] {
        attest::FaultConfig faults;
#ifdef ASSAY_HARNESS
        const char* name = std::getenv("ASSAY_WAIVE");
        if (const auto check = name ? attest::check_from_name(name) : std::nullopt) faults.waive(*check);
        name = std::getenv("ASSAY_DEFECT");
        if (const auto defect = name ? attest::defect_from_name(name) : std::nullopt) faults.plant(*defect);
#endif
        return faults;
    }();
    return wanted;
}

// Reads and verifies as whoever is shown a folder does. Errors: of the verifier's own context.
Result<Appraisal> appraise(const evidence::Files& files, const attest::FaultConfig& faults) {
    Appraisal appraisal(faults);
    const attest::Evidence evidence = attest::read_evidence(appraisal, files);
    const attest::Context context =
        TRY(attest::read_context(as_text(files.at(std::string(attest::kContextFile))), files));
    attest::verify(appraisal, evidence, context);
    return appraisal;
}

std::string lines(const std::vector<std::string_view>& facts) {
    return facts.empty() ? "  everything is as it should be\n"
                         : fmt::format("  not so: {}\n", fmt::join(facts, "\n  not so: "));
}

class Judgement {
   public:
    Judgement(ByteView input, const attest::FaultConfig& faults) : input_(input), faults_(faults) {}

    Examination run() {
        const EvidenceCase evidence_case = evidence_case_of(input_);
        const auto files = make(evidence_case.machine);
        if (!files) {
            // A manifest that is no XML cannot be signed.
            reached("it cannot be made");
            return std::move(done_);
        }
        done_.ruling = rule(evidence_case);
        const auto appraisal = appraise(*files, faults_);
        if (!appraisal) {
            object("what the verifier brings can be read", appraisal.error().text());
            return std::move(done_);
        }
        done_.verdict = appraisal->verdict();
        for (const attest::CheckRecord* step : appraisal->refusals())
            if (!contains(done_.refusals, step->check)) done_.refusals.push_back(step->check);
        compare(*appraisal);
        form_of(*appraisal, *files);
        note();
        return std::move(done_);
    }

   private:
    void compare(const Appraisal& appraisal) {
        const Ruling& ruling = done_.ruling;
        if (ruling.unclear) return;
        const bool trusted = done_.verdict == Verdict::trusted;
        if (trusted && !ruling.broken.empty())
            object(fmt::format("accepted only if genuine: {}", ruling.broken.front()), appraisal);
        if (!trusted && ruling.broken.empty()) object("what is genuine is accepted", appraisal);
    }

    // Whatever is shown, what is said of it has a form, and is the same again.
    void form_of(const Appraisal& appraisal, const evidence::Files& files) {
        const bool refused = !appraisal.refusals().empty();
        if (refused == (done_.verdict == Verdict::trusted))
            object("what is refused is refused by a check, and only that", appraisal);
        // Once in a while: it costs as much as all the rest.
        if (input_.back() % 8 != 0) return;
        const auto again = appraise(files, faults_);
        if (!again || again->to_json() != appraisal.to_json())
            object("the same evidence is appraised the same way", appraisal);
    }

    void note() const {
        const Ruling& ruling = done_.ruling;
        feature(came_to, static_cast<uint32_t>(done_.verdict), ruling.unclear ? 2 : ruling.broken.empty());
        reached(fmt::format("{} and {}", attest::name(done_.verdict),
                            ruling.unclear          ? "not known"
                            : ruling.broken.empty() ? "genuine"
                                                    : "not genuine"));
        const bool alone = done_.refusals.size() == 1;
        for (const Check check : done_.refusals) {
            feature(decided, static_cast<uint32_t>(check), alone ? 1 : 0);
            reached(fmt::format("refused by {}", attest::info(check).name));
            if (alone) reached(fmt::format("refused by {} alone", attest::info(check).name));
        }
        for (const VerifierStep& step : parse_verifier_program(input_.subspan(kVerifierPrefix))) {
            const bool trusted = done_.verdict == Verdict::trusted;
            feature(step_done, static_cast<uint32_t>(step.kind), trusted ? 1 : 0);
            reached(fmt::format("{} and {}", name(step.kind), trusted ? "trusted" : "not trusted"));
        }
        for (const std::string_view fact : ruling.broken) {
            reached(fmt::format("not so: {}", fact));
            const auto number = static_cast<uint32_t>(std::hash<std::string_view>()(fact));
            for (const Check check : done_.refusals)
                feature(broken_fact, number, static_cast<uint32_t>(check));
        }
    }

    void object(const std::string& invariant, const Appraisal& appraisal) {
        object(invariant, fmt::format("the verifier says: {}", appraisal.text()));
    }
    void object(const std::string& invariant, const std::string& what) {
        if (done_.violation) return;
        const auto steps = parse_verifier_program(input_.subspan(kVerifierPrefix));
        done_.violation = {invariant,
                           fmt::format("shape {}\n{}the forms say:\n{}{}", shape_name(input_.front()),
                                       describe(steps), lines(done_.ruling.broken), what)};
    }

    ByteView input_;
    const attest::FaultConfig& faults_;
    Examination done_;
};

}  // namespace

Examination examine(ByteView input, const attest::FaultConfig& faults) {
    if (input.empty()) return {};
    Examination done = Judgement(input, faults).run();
    // An input leaves nothing behind but keys: what grew with each would look like a leak.
    evidence::forget_signatures();
    return done;
}

void verifier_program(ByteView input) {
    const Examination done = examine(input, wanted_faults());
    if (done.violation) violated(done.violation->invariant, done.violation->detail);
}

}  // namespace assay::fuzz
