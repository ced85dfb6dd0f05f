// What is wrong with the OCSP responses about the certificates.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

// The responses of a single H100 are about its boot ROM, its provisioner and its identity authority, then the
// driver's signer with its authorities, then the VBIOS's signer.
constexpr size_t kProvisioner = 1;

void status_changed(Machine& machine) {
    machine.edit_ocsp = [](std::vector<OcspForm>& responses) {
        OcspForm& form = responses[kProvisioner];
        form.standing = Standing::unknown;
        form.edit_after = [](Bytes& der) {
            // 82 00, behind the serial number: the only such pair before the times.
            for (size_t at = 60; at + 2 < der.size(); ++at) {
                if (der[at] == 0x82 && der[at + 1] == 0 && der[at + 2] == 0x18) {
                    der[at] = 0x80;
                    return;
                }
            }
        };
    };
}

}  // namespace

std::span<const Edit> ocsp_edits() {
    static constexpr Edit kEdits[] = {
        {"ocsp/status-changed", status_changed},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
