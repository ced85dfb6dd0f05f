// What is wrong with the OCSP responses about the certificates.
#include "conformance/suites/verifier/edits.h"
#include "stack/evidence/der.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

// The responses of a single H100 are about its boot ROM, its provisioner and its identity authority, then the
// driver's signer with its authorities, then the VBIOS's signer.
constexpr size_t kProvisioner = 1;

template <size_t kIndex, class Apply>
void each(Machine& machine, const Apply& apply) {
    machine.edit_ocsp = [apply](std::vector<OcspForm>& responses) { apply(responses[kIndex]); };
}
template <class Apply>
void one(Machine& machine, const Apply& apply) {
    each<kProvisioner>(machine, apply);
}

void other_issuer(Machine& machine) {
    one(machine, [](OcspForm& form) { form.issuer.subject[0].second += " of a stranger"; });
}

// With a certificate that has everything, from itself.
void stranger_delegate(Machine& machine) {
    one(machine, [](OcspForm& form) {
        form.delegate = delegate_of(form.issuer);
        form.delegate->key = form.delegate->signer = {"a stranger"};
        form.signer = form.delegate->key;
    });
}
void delegate_edit(Machine& machine, void (*apply)(CertificateForm&)) {
    machine.edit_ocsp = [apply](std::vector<OcspForm>& all) {
        OcspForm& form = all[kProvisioner];
        form.delegate = delegate_of(form.issuer);
        apply(*form.delegate);
        form.signer = form.delegate->key;
    };
}
void delegate_without_purpose(Machine& machine) {
    delegate_edit(machine, [](CertificateForm& form) { form.purposes.clear(); });
}
void delegate_expired(Machine& machine) {
    delegate_edit(machine, [](CertificateForm& form) { form.not_after = at(2026, 5, 1); });
}
void delegate_critical(Machine& machine) {
    delegate_edit(machine, [](CertificateForm& form) {
        form.more.push_back({"1.3.6.1.4.1.55555.1", true, evidence::der::boolean(true)});
    });
}
void delegate_weak_key(Machine& machine) {
    delegate_edit(machine, [](CertificateForm& form) {
        form.key = {"a responder with a short RSA key", crypto::SignAlgo::rsassa_2048, 1024};
    });
}
// A certificate that could be of another, from what it may do to those below it.
void delegate_constrains(Machine& machine) {
    delegate_edit(machine, [](CertificateForm& form) {
        form.more.push_back(
            {"2.5.29.36", false, evidence::der::sequence({evidence::der::element(0x80, Bytes{0})})});
    });
}
// The provisioner, whose standing is in question, is issued by who may not name the responder.
void delegate_name(Machine& machine) {
    const CertificateForm& issuer = machine.certificate(3);
    const Name name = delegate_of(issuer).subject;
    machine.certificate(3).more.push_back(name_constraint(false, {name.begin(), name.begin() + 1}));
    delegate_edit(machine, [](CertificateForm&) {});
}
void pss_sha1(Machine& machine) {
    delegate_edit(machine, [](CertificateForm& form) {
        form.key = {"a responder with an RSA key", crypto::SignAlgo::rsassa_2048};
    });
    machine.edit_ocsp = [delegated = machine.edit_ocsp](std::vector<OcspForm>& all) {
        delegated(all);
        all[kProvisioner].pss_sha1 = true;
    };
}

void status_changed(Machine& machine) {
    each<kProvisioner>(machine, [](OcspForm& form) {
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
    });
}

}  // namespace

std::span<const Edit> ocsp_edits() {
    static constexpr Edit kEdits[] = {
        {"ocsp/other-issuer", other_issuer},
        {"ocsp/stranger-delegate", stranger_delegate},
        {"ocsp/delegate-without-purpose", delegate_without_purpose},
        {"ocsp/delegate-expired", delegate_expired},
        {"ocsp/delegate-critical", delegate_critical},
        {"ocsp/delegate-weak-key", delegate_weak_key},
        {"ocsp/delegate-constrains", delegate_constrains},
        {"ocsp/delegate-name", delegate_name},
        {"ocsp/pss-sha1", pss_sha1},
        {"ocsp/status-changed", status_changed},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
