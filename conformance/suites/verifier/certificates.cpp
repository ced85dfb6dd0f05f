// What is wrong with a device's certificates.
#include "conformance/suites/verifier/edits.h"
#include "stack/evidence/der.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

// Outside it says SHA-256, inside SHA-384; the signature is of the latter.
void algorithms_differ(Machine& machine) {
    machine.certificate(0).edit_after = [](Bytes& der) {
        const Bytes name = evidence::der::oid("1.2.840.10045.4.3.3");
        const auto outer = std::ranges::find_end(der, name);
        *(outer.end() - 1) = 2;
    };
}

}  // namespace

std::span<const Edit> certificate_edits() {
    static constexpr Edit kEdits[] = {
        {"certificate/algorithms-differ", algorithms_differ},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
