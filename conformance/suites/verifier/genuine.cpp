// Evidence that is as it should be, in ways beyond the plain shapes.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

void without_root(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    const OcspForm word = genuine(chain[3], chain[4], machine.time);
    chain.pop_back();
    machine.edit_ocsp = [word](std::vector<OcspForm>& all) { all.push_back(word); };
}

}  // namespace

std::span<const Edit> genuine_edits() {
    static constexpr Edit kEdits[] = {
        {"genuine/without-root", without_root},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
