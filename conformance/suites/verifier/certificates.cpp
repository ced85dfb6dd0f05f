// What is wrong with a device's certificates.
#include "conformance/suites/verifier/edits.h"
#include "stack/evidence/der.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

// Places in a device's chain.
enum ChainPosition : uint8_t { leaf, boot, provisioner, identity, root };

void name_not_permitted(Machine& machine) {
    machine.certificate(identity).more.push_back(name_constraint(true, {{"O", "Another Corporation"}}));
}
void name_excluded(Machine& machine) {
    const Name& name = machine.certificate(leaf).subject;
    machine.certificate(identity).more.push_back(name_constraint(false, {name.begin(), name.begin() + 1}));
}

void constraints_in_leaf(Machine& machine) {
    machine.certificate(leaf).more.push_back(name_constraint(false, {{"O", "Another Corporation"}}));
}
void constraints_not_critical(Machine& machine) {
    Extension one = name_constraint(false, {{"O", "Another Corporation"}});
    one.critical = false;
    machine.certificate(identity).more.push_back(one);
}

// Outside it says SHA-256, inside SHA-384; the signature is of the latter.
void algorithms_differ(Machine& machine) {
    machine.certificate(leaf).edit_after = [](Bytes& der) {
        const Bytes name = evidence::der::oid("1.2.840.10045.4.3.3");
        const auto outer = std::ranges::find_end(der, name);
        *(outer.end() - 1) = 2;
    };
}

void too_many(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    chain.resize(40, chain.back());
}

void rim_too_deep(Machine& machine) {
    SignatureForm& signature = machine.driver().signature;
    CertificateForm child = signature.certificates[1];
    child.key = {"another authority for manifests"};
    child.subject[0].second += " B";
    child.path_length.reset();
    signature.certificates.insert(signature.certificates.begin() + 1, child);
    relink(signature.certificates);
}
void rim_foreign_root(Machine& machine) {
    Chain& chain = machine.driver().signature.certificates;
    chain.back().key.label += " (debug only)";
    relink(chain);
}

}  // namespace

std::span<const Edit> certificate_edits() {
    static constexpr Edit kEdits[] = {
        {"certificate/name-not-permitted", name_not_permitted},
        {"certificate/name-excluded", name_excluded},
        {"certificate/constraints-in-leaf", constraints_in_leaf},
        {"certificate/constraints-not-critical", constraints_not_critical},
        {"certificate/algorithms-differ", algorithms_differ},
        {"certificate/too-many", too_many},
        {"certificate/manifest-too-deep", rim_too_deep},
        {"certificate/manifest-foreign-root", rim_foreign_root},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
