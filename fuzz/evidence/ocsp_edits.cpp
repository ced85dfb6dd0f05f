// `a` chooses the response. What is done here is done when the responses are made, in the order of the steps.
#include "fuzz/evidence/edits.h"

namespace assay::fuzz::edits {

using namespace evidence;

namespace {

template <class Change>
void later(EvidenceCase& evidence_case, Change change) {
    evidence_case.ocsp_edits.emplace_back(
        [change](const Machine& machine, std::vector<OcspForm>& responses) { change(machine, responses); });
}

template <class Change>
void to_one(EvidenceCase& evidence_case, uint8_t which, Change change) {
    later(evidence_case, [which, change](const Machine& machine, std::vector<OcspForm>& responses) {
        if (OcspForm* response = chosen(responses, which)) change(machine, *response);
    });
}

constexpr Standing kStandings[] = {Standing::revoked, Standing::hold, Standing::unknown, Standing::good};

}  // namespace

// c: which.
void ocsp_standing(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a,
           [step](const Machine&, OcspForm& response) { response.standing = chosen(kStandings, step.c); });
}

// b: by how much; c: which time.
void ocsp_time(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine& machine, OcspForm& response) {
        constexpr int kMinutes[] = {-14400, -60, -1, 0, 4, 6, 60, 14400};
        const crypto::UnixTime time = machine.time + std::chrono::minutes(chosen(kMinutes, step.b));
        switch (step.c % 4) {
            case 0: response.this_update = time; break;
            case 1: response.produced = time; break;
            case 2: response.next_update = time; break;
            default: response.next_update.reset(); break;
        }
    });
}

// c: which.
void ocsp_nonce(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine& machine, OcspForm& response) {
        response.nonce = step.c % 2 == 0 ? Bytes(32, 0x55) : machine.nonce;
        if (step.c % 4 == 3) response.nonce.reset();
    });
}

// c: who.
void ocsp_signer(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine&, OcspForm& response) {
        switch (step.c % 3) {
            case 0: response.signer = stranger(crypto::SignAlgo::ecdsa_p384); break;
            case 1: response.signer = response.subject.key; break;
            default: response.edit_after = [](Bytes& der) { der.back() ^= 1; }; break;
        }
    });
}

// b: what is wrong with whom it lets speak; c: whether it is this one who speaks.
void ocsp_delegate(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine& machine, OcspForm& response) {
        CertificateForm delegate = delegate_of(response.issuer);
        switch (step.b % 7) {
            case 0: break;
            case 1: delegate.purposes.clear(); break;
            case 2: delegate.not_after = machine.time - std::chrono::days(1); break;
            case 3: delegate.signer = stranger(delegate.signer.algo); break;
            case 4: delegate.key_usage = usage::key_agreement; break;
            case 5: delegate.key_usage = 0; break;
            default: delegate.issuer = {{"CN", "A stranger"}}; break;
        }
        if (step.c % 4 != 3) response.signer = delegate.key;
        response.delegate = std::move(delegate);
    });
}

// c: whether all go.
void ocsp_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (step.c == 0xff) {
        evidence_case.machine.ocsp = false;
        return;
    }
    later(evidence_case,
          [step](const Machine&, std::vector<OcspForm>& responses) { erase_one(responses, step.a); });
}

// c: what the second says.
void ocsp_twice(EvidenceCase& evidence_case, const VerifierStep& step) {
    later(evidence_case, [step](const Machine&, std::vector<OcspForm>& responses) {
        const OcspForm* response = chosen(responses, step.a);
        if (response == nullptr) return;
        OcspForm second = *response;
        second.standing = chosen(kStandings, step.c);
        responses.push_back(std::move(second));
    });
}

// a, b: which.
void ocsp_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    later(evidence_case,
          [step](const Machine&, std::vector<OcspForm>& responses) { swap_two(responses, step.a, step.b); });
}

// c: by what it is another.
void ocsp_subject(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine&, OcspForm& response) {
        switch (step.c % 3) {
            case 0: response.subject.serial.push_back(1); break;
            case 1: response.issuer.subject.emplace_back("OU", "another unit"); break;
            default:
                response.issuer.key = stranger(crypto::SignAlgo::ecdsa_p384);
                response.signer = response.issuer.key;
                break;
        }
    });
}

// c: what it says instead.
void ocsp_status(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine&, OcspForm& response) {
        constexpr uint8_t kStatuses[] = {1, 2, 3, 5, 6, 0};
        response.response_status = chosen(kStatuses, step.c);
    });
}

// c: of the identifier, or of the signature.
void ocsp_hash(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine&, OcspForm& response) {
        if (step.c % 2 == 0) response.sha384_id = !response.sha384_id;
        if (step.c % 2 == 1) response.hash = crypto::HashAlgo::sha256;
    });
}

}  // namespace assay::fuzz::edits
