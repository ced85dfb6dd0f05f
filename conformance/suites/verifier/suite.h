// Runs a verifier on the bundles, and judges its verdict on each.
#pragma once

#include <functional>

#include "conformance/engine/verdict.h"
#include "conformance/suites/verifier/bundle.h"
#include "conformance/suites/verifier/verifier.h"

namespace assay::cases::verifier {

struct Outcome {
    const Bundle* bundle = nullptr;
    engine::Verdict verdict = engine::Verdict::pass;
    Reply reply;
    std::string reason;  // for people; empty of a pass
};

struct SuiteReport {
    std::string verifier;
    uint64_t seed = 1;
    bool strict = false;
    std::vector<Outcome> outcomes;

    size_t count(engine::Verdict verdict) const;
    // Genuine bundles that were accepted. With none, what was refused proves nothing.
    size_t genuine_accepted() const;
    // 0 no failure, 1 failures, 3 the verifier could not be started or died, 4 a defect of this program.
    int exit_code() const;
};

struct SuiteOptions {
    std::string filter = "*";  // a glob over ids
    uint64_t seed = 1;
    bool strict = false;  // where public verifiers differ, a failure is one
};

using SuiteProgress = std::function<void(size_t done, size_t total, const Outcome& last)>;

// A bundle whose genuine form (control_of) the verifier cannot do is not applicable; one whose genuine form
// it refuses is blocked when it refuses it too. The controls run first, whatever the filter.
SuiteReport run_suite(Verifier& verifier, const SuiteOptions& options, const SuiteProgress& progress = {});

// One reply against what the bundle demands, `control` being the verifier's to its genuine form.
Outcome judge(const Bundle& bundle, Reply reply, Answer control, bool strict = false);

}  // namespace assay::cases::verifier
