// `a` chooses the chain, of all that the evidence has; `b` the certificate.
#include <algorithm>

#include "fuzz/evidence/edits.h"
#include "stack/evidence/der.h"

namespace assay::fuzz::edits {

using namespace evidence;

namespace {

OwnedChain chain_of(EvidenceCase& evidence_case, const VerifierStep& step) {
    std::vector<OwnedChain> all = chains(evidence_case.machine);
    const OwnedChain* found = chosen(all, step.a);
    return found == nullptr ? OwnedChain{Owner::device, nullptr, 0} : *found;
}

CertificateForm* certificate_of(EvidenceCase& evidence_case, const VerifierStep& step) {
    Chain* chain = chain_of(evidence_case, step).chain;
    return chain == nullptr ? nullptr : chosen(*chain, step.b);
}

// What the chain's leaf signs is signed by it again.
void follow(Machine& machine, const OwnedChain& owned) {
    const KeyName& key = owned.chain->front().key;
    switch (owned.owner) {
        case Owner::device: machine.gpus[owned.index].report.signer = key; break;
        case Owner::rim: machine.rims[owned.index].signature.signer = key; break;
        case Owner::tpm: machine.tpm->quote.signer = key; break;
        case Owner::amd: machine.snp->signer = key; break;
    }
}

// A chain without a certificate has nobody who could be bound to the rest.
bool may_lose_one(const OwnedChain& owned) {
    return owned.chain != nullptr && owned.chain->size() > (owned.owner == Owner::rim ? 0 : 1);
}

bool is_rsa(const KeyName& key) { return crypto::signature_size(key.algo) >= 256; }

}  // namespace

// c: when.
void cert_validity(EvidenceCase& evidence_case, const VerifierStep& step) {
    CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr) return;
    const crypto::UnixTime now = evidence_case.machine.time;
    const std::chrono::days day(1);
    switch (step.c % 8) {
        case 0: form->not_after = now - day; break;
        case 1: form->not_before = now + day; break;
        case 2: form->not_after = never(); break;
        case 3: form->not_before = at(2000, 1, 1); break;
        case 4: form->not_after = now; break;
        case 5: form->not_before = now; break;
        case 6: form->not_after = now - std::chrono::seconds(1); break;
        default: form->not_before = now + std::chrono::seconds(1); break;
    }
}

// c: whether, and whether its key may sign certificates.
void cert_authority(EvidenceCase& evidence_case, const VerifierStep& step) {
    CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr) return;
    const bool is_authority = step.c % 3 == 2;
    form->ca.reset();
    if (step.c % 3 != 0) form->ca = is_authority;
    if (!is_authority) form->path_length.reset();
    if ((step.c & 0x40) != 0) form->key_usage |= usage::cert_sign;
}

// c: how deep.
void cert_path_length(EvidenceCase& evidence_case, const VerifierStep& step) {
    CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr || !form->ca.value_or(false)) return;
    form->path_length.reset();
    if (step.c % 5 != 4) form->path_length = step.c % 5;
}

// c: for what.
void cert_usage(EvidenceCase& evidence_case, const VerifierStep& step) {
    constexpr uint8_t kUsages[] = {0,
                                   usage::digital_signature,
                                   usage::cert_sign,
                                   usage::key_agreement,
                                   usage::cert_sign | usage::crl_sign,
                                   usage::digital_signature | usage::cert_sign,
                                   usage::crl_sign};
    if (CertificateForm* form = certificate_of(evidence_case, step))
        form->key_usage = chosen(kUsages, step.c);
}

// c: none, any, SPDM's responders, code signing, attestation keys, OCSP signing, TLS clients; with bit 3 one
// more.
void cert_purposes(EvidenceCase& evidence_case, const VerifierStep& step) {
    static const std::string kPurposes[] = {"2.5.29.37.0",  "1.3.6.1.4.1.412.274.3", "1.3.6.1.5.5.7.3.3",
                                            "2.23.133.8.3", "1.3.6.1.5.5.7.3.9",     "1.3.6.1.5.5.7.3.2"};
    CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr) return;
    if ((step.c & 8) == 0) form->purposes.clear();
    if (step.c % 8 == 0) return;
    const std::string& purpose = chosen(kPurposes, step.c % 8 - 1);
    if (std::ranges::find(form->purposes, purpose) == form->purposes.end()) form->purposes.push_back(purpose);
}

// c: which, and whether it is critical.
void cert_extension(EvidenceCase& evidence_case, const VerifierStep& step) {
    CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr) return;
    const std::string_view oid = step.c % 2 == 0 ? kUnknownExtension : kDiceExtension;
    const bool critical = (step.c & 2) == 0;
    if (Extension* known = find(*form, oid)) {
        known->critical = critical;
    } else {
        form->more.push_back({std::string(oid), critical, der::boolean(true)});
    }
}

// c: whom.
void cert_names(EvidenceCase& evidence_case, const VerifierStep& step) {
    Chain* chain = chain_of(evidence_case, step).chain;
    if (chain == nullptr || chain->size() < 2) return;
    CertificateForm& form = (*chain)[1 + step.b % (chain->size() - 1)];
    std::erase_if(form.more, [](const Extension& one) { return one.oid == kNameConstraints; });
    const Name foreign = {{"O", "Another Corporation"}};
    const Name& name = chain->front().subject;
    const Name first(name.begin(), name.begin() + (name.empty() ? 0 : 1));
    switch (step.c % 4) {
        case 0: form.more.push_back(name_constraint(true, foreign)); break;
        case 1: form.more.push_back(name_constraint(false, foreign)); break;
        case 2: form.more.push_back(name_constraint(false, first)); break;
        default: break;
    }
}

// c: whether what it issued knows, and whether a root that is brought is it.
void cert_renamed(EvidenceCase& evidence_case, const VerifierStep& step) {
    const OwnedChain owned = chain_of(evidence_case, step);
    CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr) return;
    form->subject.emplace_back("OU", "another unit");
    if ((step.c & 1) == 0) relink(*owned.chain);
    if ((step.c & 2) != 0)
        evidence_case.machine.roots[std::string(root_kind(owned.owner))] = {owned.chain->back()};
}

// c: with a key of its own, or also under another name.
void cert_signer(EvidenceCase& evidence_case, const VerifierStep& step) {
    CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr) return;
    if (step.c % 3 != 1) form->signer = stranger(form->signer.algo);
    if (step.c % 3 != 0) form->issuer = {{"CN", "A stranger"}};
}

// c: whether what it issued follows, what the leaf signs, and the root that is brought.
void cert_key(EvidenceCase& evidence_case, const VerifierStep& step) {
    const OwnedChain owned = chain_of(evidence_case, step);
    CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr) return;
    form->key = is_rsa(form->key) ? stranger(form->key.algo)
                                  : KeyName{"another key " + std::to_string(step.c / 8), form->key.algo};
    if ((step.c & 1) == 0) relink(*owned.chain);
    if ((step.c & 2) == 0) follow(evidence_case.machine, owned);
    if ((step.c & 4) != 0)
        evidence_case.machine.roots[std::string(root_kind(owned.owner))] = {owned.chain->back()};
}

// c: which.
void cert_hash(EvidenceCase& evidence_case, const VerifierStep& step) {
    constexpr crypto::HashAlgo kHashes[] = {crypto::HashAlgo::sha256, crypto::HashAlgo::sha384,
                                            crypto::HashAlgo::sha512};
    if (CertificateForm* form = certificate_of(evidence_case, step)) form->hash = chosen(kHashes, step.c);
}

// c: which. An RSA key stays one.
void cert_curve(EvidenceCase& evidence_case, const VerifierStep& step) {
    constexpr crypto::SignAlgo kCurves[] = {crypto::SignAlgo::ecdsa_p256, crypto::SignAlgo::ecdsa_p384,
                                            crypto::SignAlgo::ecdsa_p521};
    const OwnedChain owned = chain_of(evidence_case, step);
    CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr || is_rsa(form->key)) return;
    form->key.algo = chosen(kCurves, step.c);
    relink(*owned.chain);
    follow(evidence_case.machine, owned);
}

void cert_serial(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (CertificateForm* form = certificate_of(evidence_case, step))
        form->serial = Bytes(1 + step.c % 20, 0x3a);
}

void cert_bit(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (CertificateForm* form = certificate_of(evidence_case, step))
        form->edit_after = [](Bytes& der) { der.back() ^= 1; };
}

// c: whether the rest is made to fit.
void cert_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    const OwnedChain owned = chain_of(evidence_case, step);
    if (!may_lose_one(owned)) return;
    erase_one(*owned.chain, step.b);
    if (step.c % 2 == 1 && !owned.chain->empty()) relink(*owned.chain);
}

// c: whether it stands at the end.
void cert_twice(EvidenceCase& evidence_case, const VerifierStep& step) {
    const CertificateForm* form = certificate_of(evidence_case, step);
    if (form == nullptr) return;
    const CertificateForm second = *form;
    insert_after(*chain_of(evidence_case, step).chain, step.b, second, step.c % 2 == 1);
}

// b, c: which.
void cert_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (Chain* chain = chain_of(evidence_case, step).chain) swap_two(*chain, step.b, step.c);
}

// c: whether there is an OCSP response for the last one then.
void root_left_out(EvidenceCase& evidence_case, const VerifierStep& step) {
    const OwnedChain owned = chain_of(evidence_case, step);
    if (owned.chain == nullptr || owned.chain->size() < 2) return;
    const CertificateForm root = owned.chain->back();
    owned.chain->pop_back();
    if (step.c % 2 == 1 || owned.owner == Owner::amd) return;
    const CertificateForm last = owned.chain->back();
    evidence_case.ocsp_edits.emplace_back(
        [last, root](const Machine& machine, std::vector<OcspForm>& responses) {
            responses.push_back(genuine(last, root, machine.time));
        });
}

void cert_encoding(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a)) gpu->der = !gpu->der;
}

}  // namespace assay::fuzz::edits
