// What is wrong with the OCSP responses about the certificates.
#include "conformance/suites/verifier/edits.h"
#include "stack/evidence/der.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

// The responses of a single H100 are about its boot ROM, its provisioner and its identity authority, then the
// driver's signer with its authorities, then the VBIOS's signer.
constexpr size_t kProvisioner = 1, kSigner = 3;

template <size_t kIndex, class Apply>
void each(Machine& machine, const Apply& apply) {
    machine.edit_ocsp = [apply](std::vector<OcspForm>& responses) { apply(responses[kIndex]); };
}
template <class Apply>
void one(Machine& machine, const Apply& apply) {
    each<kProvisioner>(machine, apply);
}

void none(Machine& machine) { machine.ocsp = false; }
void one_missing(Machine& machine) {
    machine.edit_ocsp = [](std::vector<OcspForm>& all) { all.erase(all.begin() + kProvisioner); };
}
void signer_missing(Machine& machine) {
    machine.edit_ocsp = [](std::vector<OcspForm>& all) { all.erase(all.begin() + kSigner); };
}
void other_serial(Machine& machine) {
    one(machine, [](OcspForm& form) { form.subject.serial.back() ^= 1; });
}
void other_issuer(Machine& machine) {
    one(machine, [](OcspForm& form) { form.issuer.subject[0].second += " of a stranger"; });
}

void garbage(Machine& machine) { replace(machine, "ocsp/1.der", Bytes(64, 0x30)); }
void empty(Machine& machine) { cut(machine, "ocsp/1.der", 0); }
void cut_short(Machine& machine) { cut(machine, "ocsp/1.der", 60); }
void bytes_behind(Machine& machine) {
    one(machine, [](OcspForm& form) { form.edit_after = [](Bytes& der) { der.push_back(0); }; });
}

// Each certificate has a good response, and there is a further file.
void garbage_beside(Machine& machine) {
    machine.edit_ocsp = [](std::vector<OcspForm>& all) {
        all.push_back(all.front());
        all.back().edit_after = [](Bytes& der) { der = Bytes(64, 0x30); };
    };
}

template <uint8_t kStatus>
void no_answer(Machine& machine) {
    one(machine, [](OcspForm& form) { form.response_status = kStatus; });
}

template <Standing kStanding, size_t kIndex>
void standing(Machine& machine) {
    each<kIndex>(machine, [](OcspForm& form) { form.standing = kStanding; });
}
// Both answers are there, and both are signed.
void good_beside_revoked(Machine& machine) {
    machine.edit_ocsp = [](std::vector<OcspForm>& all) {
        OcspForm revoked = all[kProvisioner];
        revoked.standing = Standing::revoked;
        all.push_back(revoked);
    };
}

void stranger(Machine& machine) {
    one(machine, [](OcspForm& form) { form.signer = {"a stranger"}; });
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
Extension unknown_critical() { return {"1.3.6.1.4.1.55555.1", true, evidence::der::boolean(true)}; }
void critical_in_response(Machine& machine) {
    one(machine, [](OcspForm& form) { form.more = {unknown_critical()}; });
}
void critical_in_word(Machine& machine) {
    one(machine, [](OcspForm& form) { form.more_of_single = {unknown_critical()}; });
}
// The verifier's own, and then another one.
void second_nonce(Machine& machine) {
    one(machine, [nonce = machine.nonce](OcspForm& form) {
        form.nonce = nonce;
        form.more = {{"1.3.6.1.5.5.7.48.1.2", false, evidence::der::octets(Bytes(32, 0x55))}};
    });
}
void old_without_end(Machine& machine) {
    machine.policy["ocsp"]["next_update_required"] = false;
    one(machine, [](OcspForm& form) {
        form.this_update -= std::chrono::days(10);
        form.next_update.reset();
    });
}
// The device's own leaf speaks for its issuer's issuer.
void leaf_speaks(Machine& machine) {
    const CertificateForm leaf = machine.certificate(0);
    one(machine, [leaf](OcspForm& form) {
        form.delegate = leaf;
        form.signer = leaf.key;
    });
}

void signature_changed(Machine& machine) {
    // Where there is no certificate in it, the signature is what the response ends with.
    one(machine, [](OcspForm& form) { form.edit_after = [](Bytes& der) { flip_last(der); }; });
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

void other_nonce(Machine& machine) {
    one(machine, [](OcspForm& form) { form.nonce = Bytes(32, 0x55); });
}
void no_nonce(Machine& machine) { machine.policy["ocsp"]["nonce"] = "required"; }

void stale(Machine& machine) {
    one(machine, [](OcspForm& form) {
        form.produced -= std::chrono::days(10);
        form.this_update -= std::chrono::days(10);
        form.next_update = form.this_update + std::chrono::days(1);
    });
}
void future(Machine& machine) {
    one(machine, [](OcspForm& form) {
        form.produced += std::chrono::days(10);
        form.this_update += std::chrono::days(10);
        form.next_update = form.this_update + std::chrono::days(1);
    });
}
void no_end(Machine& machine) {
    one(machine, [](OcspForm& form) { form.next_update.reset(); });
}

}  // namespace

std::span<const Edit> ocsp_edits() {
    static constexpr Edit kEdits[] = {
        {"ocsp/none", none},
        {"ocsp/one-missing", one_missing},
        {"ocsp/signer-missing", signer_missing},
        {"ocsp/other-serial", other_serial},
        {"ocsp/other-issuer", other_issuer},
        {"ocsp/garbage", garbage},
        {"ocsp/garbage-beside", garbage_beside},
        {"ocsp/empty", empty},
        {"ocsp/cut", cut_short},
        {"ocsp/bytes-behind", bytes_behind},
        {"ocsp/malformed-request", no_answer<1>},
        {"ocsp/internal-error", no_answer<2>},
        {"ocsp/try-later", no_answer<3>},
        {"ocsp/unauthorized", no_answer<6>},
        {"ocsp/revoked", standing<Standing::revoked, kProvisioner>},
        {"ocsp/signer-revoked", standing<Standing::revoked, kSigner>},
        {"ocsp/hold", standing<Standing::hold, kProvisioner>},
        {"ocsp/signer-hold", standing<Standing::hold, kSigner>},
        {"ocsp/unknown", standing<Standing::unknown, kProvisioner>},
        {"ocsp/good-beside-revoked", good_beside_revoked},
        {"ocsp/stranger", stranger},
        {"ocsp/stranger-delegate", stranger_delegate},
        {"ocsp/delegate-without-purpose", delegate_without_purpose},
        {"ocsp/delegate-expired", delegate_expired},
        {"ocsp/delegate-critical", delegate_critical},
        {"ocsp/delegate-weak-key", delegate_weak_key},
        {"ocsp/delegate-constrains", delegate_constrains},
        {"ocsp/delegate-name", delegate_name},
        {"ocsp/pss-sha1", pss_sha1},
        {"ocsp/critical-in-response", critical_in_response},
        {"ocsp/critical-in-word", critical_in_word},
        {"ocsp/second-nonce", second_nonce},
        {"ocsp/old-without-end", old_without_end},
        {"ocsp/leaf-speaks", leaf_speaks},
        {"ocsp/signature-changed", signature_changed},
        {"ocsp/status-changed", status_changed},
        {"ocsp/other-nonce", other_nonce},
        {"ocsp/no-nonce", no_nonce},
        {"ocsp/stale", stale},
        {"ocsp/future", future},
        {"ocsp/no-next-update", no_end},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
