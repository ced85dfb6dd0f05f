// Runs one case, or the sane exchange: everything that the device's answers decide.
#pragma once

#include <vector>

#include "conformance/engine/case.h"

namespace assay::engine {

// What a case came to, and every exchange of it; findings and the test's notes index these.
struct Judged {
    CheckResult judgement;
    std::vector<lab::Exchange> exchanges{};
};

// Resets the lab and runs a case. A device that took a negative case is then checked: the connection goes on,
// and a new one finds the device as it was (SPDM-HDR-103).
Judged judge(const Case& one, CaseContext& test);

// What the sane exchange goes through, in this order. Each stage is judged by itself.
enum class Stage : uint8_t { negotiation, certificates, challenge, measurements, sessions };

struct StageFailure {
    Stage stage = Stage::negotiation;
    Finding finding;  // its exchange is an index into SaneOutcome::exchanges
    // No case can be run that needs the stage: what it learns is not known, or its requests end in silence.
    bool hides = false;
};

struct SaneOutcome {
    Claims claims;                         // as far as they could be learned
    std::vector<StageFailure> failures;    // at most one a stage
    std::vector<lab::Exchange> exchanges;  // of the stages that failed

    // The failure that hides what a case with those needs is about; null: there is none.
    const StageFailure* hides(uint32_t needs) const;
};

// From GET_VERSION to a session, as far as the device claims. Every run begins and ends with it at each
// version.
SaneOutcome sane_exchange(CaseContext& test);

// What blocked the lab, as a failure of the case that needs it: if the target refused a step, that is one of
// the last exchange, and no answer at all is a dead target. Everything else stays what it is.
Finding charged(Finding finding, const lab::Lab& lab);

// Whether the sane exchange has requests of that code, and so judges them.
bool is_sane_step(wire::Code request_code);

}  // namespace assay::engine
