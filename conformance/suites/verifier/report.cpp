// What is wrong with a GPU's report: messages, measurement blocks, signature, and where it ends.
#include "conformance/suites/verifier/edits.h"
#include "stack/spdm/signing.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

void prefix_missing(Machine& machine) {
    // Signed as before 1.2: no VCA, no prefix.
    ReportForm old = machine.report();
    old.request_version = old.response_version = wire::byte(old.version);
    old.version = wire::Version::v1_1;
    machine.report().edit_after = [old](Bytes& report) { report = make(old, {}); };
}
void other_context(Machine& machine) {
    // The same bytes signed for another purpose, as an answer to a challenge is.
    const Bytes vca = make(*machine.gpu().vca);
    const KeyName signer = machine.report().signer;
    machine.report().edit_after = [vca, signer](Bytes& report) {
        report.resize(report.size() - 96);
        const Bytes hash = digest(crypto::HashAlgo::sha384, concat({vca, report}));
        const Bytes prefix = spdm::signing_prefix(wire::Version::v1_2, spdm::kChallengeAuthContext);
        append(report, sign(signer, crypto::HashAlgo::sha384, concat({prefix, hash})));
    };
}

}  // namespace

std::span<const Edit> report_edits() {
    static constexpr Edit kEdits[] = {
        {"report/prefix-missing", prefix_missing},
        {"report/other-context", other_context},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
