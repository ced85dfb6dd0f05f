// `a` chooses the word. What is done here is done when the words are made, in the order of the steps.
#include "fuzz/evidence/edits.h"

namespace assay::fuzz::edits {

using namespace evidence;

namespace {

template <class Change>
void later(EvidenceCase& evidence_case, Change change) {
    evidence_case.ocsp_edits.emplace_back(
        [change](const Machine& machine, std::vector<OcspForm>& words) { change(machine, words); });
}

template <class Change>
void to_one(EvidenceCase& evidence_case, uint8_t which, Change change) {
    later(evidence_case, [which, change](const Machine& machine, std::vector<OcspForm>& words) {
        if (OcspForm* word = chosen(words, which)) change(machine, *word);
    });
}

constexpr Standing kStandings[] = {Standing::revoked, Standing::hold, Standing::unknown, Standing::good};

}  // namespace

// c: which.
void word_standing(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a,
           [step](const Machine&, OcspForm& word) { word.standing = chosen(kStandings, step.c); });
}

// b: by how much; c: which time.
void word_time(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine& machine, OcspForm& word) {
        constexpr int kMinutes[] = {-14400, -60, -1, 0, 4, 6, 60, 14400};
        const crypto::UnixTime time = machine.time + std::chrono::minutes(chosen(kMinutes, step.b));
        switch (step.c % 4) {
            case 0: word.this_update = time; break;
            case 1: word.produced = time; break;
            case 2: word.next_update = time; break;
            default: word.next_update.reset(); break;
        }
    });
}

// c: which.
void word_nonce(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine& machine, OcspForm& word) {
        word.nonce = step.c % 2 == 0 ? Bytes(32, 0x55) : machine.nonce;
        if (step.c % 4 == 3) word.nonce.reset();
    });
}

// c: who.
void word_signer(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine&, OcspForm& word) {
        switch (step.c % 3) {
            case 0: word.signer = stranger(crypto::SignAlgo::ecdsa_p384); break;
            case 1: word.signer = word.subject.key; break;
            default: word.edit_after = [](Bytes& der) { der.back() ^= 1; }; break;
        }
    });
}

// b: what is wrong with whom it lets speak; c: whether it is this one who speaks.
void word_delegate(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine& machine, OcspForm& word) {
        CertificateForm delegate = delegate_of(word.issuer);
        switch (step.b % 7) {
            case 0: break;
            case 1: delegate.purposes.clear(); break;
            case 2: delegate.not_after = machine.time - std::chrono::days(1); break;
            case 3: delegate.signer = stranger(delegate.signer.algo); break;
            case 4: delegate.key_usage = usage::key_agreement; break;
            case 5: delegate.key_usage = 0; break;
            default: delegate.issuer = {{"CN", "A stranger"}}; break;
        }
        if (step.c % 4 != 3) word.signer = delegate.key;
        word.delegate = std::move(delegate);
    });
}

// c: whether all go.
void word_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (step.c == 0xff) {
        evidence_case.machine.ocsp = false;
        return;
    }
    later(evidence_case, [step](const Machine&, std::vector<OcspForm>& words) { erase_one(words, step.a); });
}

// c: what the second says.
void word_twice(EvidenceCase& evidence_case, const VerifierStep& step) {
    later(evidence_case, [step](const Machine&, std::vector<OcspForm>& words) {
        const OcspForm* word = chosen(words, step.a);
        if (word == nullptr) return;
        OcspForm second = *word;
        second.standing = chosen(kStandings, step.c);
        words.push_back(std::move(second));
    });
}

// a, b: which.
void word_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    later(evidence_case,
          [step](const Machine&, std::vector<OcspForm>& words) { swap_two(words, step.a, step.b); });
}

// c: by what it is another.
void word_subject(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine&, OcspForm& word) {
        switch (step.c % 3) {
            case 0: word.subject.serial.push_back(1); break;
            case 1: word.issuer.subject.emplace_back("OU", "another unit"); break;
            default:
                word.issuer.key = stranger(crypto::SignAlgo::ecdsa_p384);
                word.signer = word.issuer.key;
                break;
        }
    });
}

// c: what it says instead.
void word_status(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine&, OcspForm& word) {
        constexpr uint8_t kStatuses[] = {1, 2, 3, 5, 6, 0};
        word.response_status = chosen(kStatuses, step.c);
    });
}

// c: of the identifier, or of the signature.
void word_hash(EvidenceCase& evidence_case, const VerifierStep& step) {
    to_one(evidence_case, step.a, [step](const Machine&, OcspForm& word) {
        if (step.c % 2 == 0) word.sha384_id = !word.sha384_id;
        if (step.c % 2 == 1) word.hash = crypto::HashAlgo::sha256;
    });
}

}  // namespace assay::fuzz::edits
