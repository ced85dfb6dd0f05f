// Evidence that is as it should be, in ways beyond the plain shapes.
#include "conformance/suites/verifier/edits.h"
#include "stack/evidence/der.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

void ocsp_delegated(Machine& machine) {
    machine.policy["ocsp"]["nonce"] = "required";
    machine.edit_ocsp = [nonce = machine.nonce](std::vector<OcspForm>& responses) {
        for (OcspForm& one : responses) {
            one.delegate = delegate_of(one.issuer);
            one.signer = one.delegate->key;
            one.sha384_id = true;
            one.nonce = nonce;
        }
    };
}

void spare_manifests(Machine& machine) {
    machine.rims.insert(machine.rims.begin(), driver_rim(older_firmware()));
    machine.rims.push_back(vbios_rim(older_firmware()));
}

// As Google's cloud issues them: the key is named by its TPM alone.
void cloud_key(Machine& machine) {
    namespace der = evidence::der;
    CertificateForm& form = machine.tpm->chain.front();
    const Name model = {
        {"2.23.133.2.1", "id:474F4F47"}, {"2.23.133.2.2", "vTPM"}, {"2.23.133.2.3", "id:20160511"}};
    form.subject.clear();
    form.purposes = {"2.23.133.8.1"};
    form.more.push_back({"2.5.29.17", true, der::sequence({der::tagged(4, encode(model))})});
}

void without_root(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    const OcspForm word = genuine(chain[3], chain[4], machine.time);
    chain.pop_back();
    machine.edit_ocsp = [word](std::vector<OcspForm>& all) { all.push_back(word); };
}

}  // namespace

std::span<const Edit> genuine_edits() {
    static constexpr Edit kEdits[] = {
        {"genuine/ocsp-delegated", ocsp_delegated},
        {"genuine/spare-manifests", spare_manifests},
        {"genuine/tpm-cloud-key", cloud_key},
        {"genuine/without-root", without_root},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
