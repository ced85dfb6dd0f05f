// Runs a verifier on the bundles, and judges its verdict on each.
#pragma once

#include "conformance/engine/runner.h"
#include "conformance/engine/suite.h"
#include "conformance/suites/verifier/bundle.h"
#include "conformance/suites/verifier/verifier.h"

namespace assay::cases::verifier {

struct Outcome {
    const Bundle* bundle = nullptr;
    engine::Verdict verdict = engine::Verdict::pass;
    Reply reply;
    std::string reason;  // for people; empty of a pass
};

// The role.
engine::Suite suite();

// Of the options count selection, seed, profile, and strict: where public verifiers differ, a failure is then
// one. A bundle whose genuine form (control_of) the verifier cannot do is not applicable; one whose genuine
// form it refuses is blocked when it refuses it too. The controls run first, whatever is selected.
// Columns of the report: verifier; of a result: shape, expected, check, file, field, source, dispute (all as
// the bundle has them), answer, words (the verifier's), repeat (a command).
engine::RunReport run(Verifier& verifier, const engine::RunOptions& options,
                      const engine::RunControl& control = {});

// One reply against what the bundle demands, `control` being the verifier's to its genuine form.
Outcome judge(const Bundle& bundle, Reply reply, Answer control, bool strict = false);

}  // namespace assay::cases::verifier
