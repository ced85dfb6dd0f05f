// The TPM's quote, its log, and the boot that they speak of.
#include "fuzz/evidence/edits.h"

namespace assay::fuzz::edits {

using namespace evidence;

namespace {

// Bit 7 of a step keeps the registers as they were: what happened is what the log said before.
void keep_registers(TpmForm& tpm, const VerifierStep& step) {
    if ((step.c & 0x80) != 0 && tpm.quote.values.empty()) tpm.quote.values = replay(tpm.log);
}

}  // namespace

// b: which bit; c: how.
void quote_nonce(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    Bytes& nonce = evidence_case.machine.tpm->quote.extra_data;
    nonce = vouched_by_tpm(evidence_case.machine);
    switch (step.c % 5) {
        case 0: nonce = Bytes(32, 0x77); break;
        case 1: nonce.resize(nonce.size() / 2 + 1); break;
        case 2: nonce = evidence_case.machine.nonce; break;
        case 3: flip(nonce, step.b, step.c / 8); break;
        default: nonce.clear(); break;
    }
}

// c: which.
void quote_header(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    QuoteForm& quote = evidence_case.machine.tpm->quote;
    switch (step.c % 6) {
        case 0: quote.magic ^= 1U << (step.b % 32); break;
        case 1: quote.type = 0x8017; break;
        case 2: quote.clock += step.b; break;
        case 3: quote.resets += step.b; break;
        case 4: quote.restarts += step.b; break;
        default: quote.firmware ^= step.b; break;
    }
}

// c: who.
void quote_signer(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    QuoteForm& quote = evidence_case.machine.tpm->quote;
    switch (step.c % 3) {
        case 0: quote.signer = stranger(quote.signer.algo); break;
        case 1: quote.edit_signature = [](Bytes& signature) { signature.back() ^= 1; }; break;
        default: quote.edit_after = [](Bytes& attest) { attest.back() ^= 1; }; break;
    }
}

// c: over which hash, or with another name of the scheme.
void quote_scheme(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    QuoteForm& quote = evidence_case.machine.tpm->quote;
    constexpr crypto::HashAlgo kHashes[] = {crypto::HashAlgo::sha256, crypto::HashAlgo::sha384,
                                            crypto::HashAlgo::sha512};
    constexpr uint16_t kSchemes[] = {tpm_alg::hmac, tpm_alg::rsassa, tpm_alg::ecdsa};
    if (step.c % 2 == 0) {
        quote.hash = chosen(kHashes, step.c / 2);
    } else {
        quote.stated_scheme = chosen(kSchemes, step.c / 2);
    }
}

// b: which; c: how.
void quote_selection(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    QuoteForm& quote = evidence_case.machine.tpm->quote;
    const auto index = static_cast<uint8_t>(step.b % 24);
    switch (step.c % 4) {
        case 0: std::erase(quote.selected, index); break;
        case 1:
            std::erase(quote.selected, index);
            quote.selected.push_back(index);
            break;
        case 2: quote.bank = step.c % 8 == 2 ? tpm_alg::sha1 : tpm_alg::sha384; break;
        default:
            if (step.b == 0xff) quote.selected.clear();
            break;
    }
}

// b: which; c: how.
void quote_registers(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    TpmForm& tpm = *evidence_case.machine.tpm;
    if (step.c % 3 == 0) {
        if (tpm.quote.values.empty()) tpm.quote.values = replay(tpm.log);
        tpm.quote.values[step.b % 24] = Bytes(32, 0x99);
    }
    if (step.c % 3 == 1) tpm.quote.pcr_digest = Bytes(32, step.b);
    if (step.c % 3 == 2) tpm.quote.values.clear();
}

// b: which.
void event_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    keep_registers(*evidence_case.machine.tpm, step);
    erase_one(evidence_case.machine.tpm->log.events, step.b);
}

// b: which; c: whether at the end.
void event_twice(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    keep_registers(*evidence_case.machine.tpm, step);
    std::vector<EventForm>& events = evidence_case.machine.tpm->log.events;
    const EventForm* event = chosen(events, step.b);
    if (event == nullptr) return;
    EventForm second = *event;
    insert_after(events, step.b, std::move(second), step.c % 2 == 1);
}

// a, b: which.
void event_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    keep_registers(*evidence_case.machine.tpm, step);
    swap_two(evidence_case.machine.tpm->log.events, step.a, step.b);
}

// b: which; c: what of it.
void event_measured(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    keep_registers(*evidence_case.machine.tpm, step);
    EventForm* event = chosen(evidence_case.machine.tpm->log.events, step.b);
    if (event == nullptr) return;
    constexpr uint32_t kTypes[] = {event_type::separator, event_type::ipl, 0x80000004,
                                   event_type::boot_services_application, event_type::efi_action};
    switch (step.c % 6) {
        case 0: event->digest_of = to_bytes(as_bytes("something else")); break;
        case 1:
            event->digest_of = event->digest_of.value_or(event->data);
            flip(event->data, 0, step.a);
            break;
        case 2: flip(event->data, event->data.size() - 1, step.a); break;
        case 3: event->type = chosen(kTypes, step.a); break;
        case 4: event->index = step.a % 24; break;
        default: event->digests[tpm_alg::sha256] = Bytes(32, step.a); break;
    }
}

// c: what was otherwise.
void booted(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.tpm) return;
    BootOptions options;
    options.label = evidence_case.machine.tpm->quote.signer.label;
    options.rsa = evidence_case.machine.tpm->quote.scheme == tpm_alg::rsassa;
    if (options.rsa && options.label != "vtpm") options.label = "a stranger";
    switch (step.c % 6) {
        case 0: options.secure_boot = false; break;
        case 1: options.loader = "bootkit"; break;
        case 2: options.firmware = "Assay EDK2 2019.01"; break;
        case 3: options.system = "vmlinuz-5.4.0"; break;
        case 4:
            if (!options.rsa) options.label = "another vtpm";
            break;
        default: break;
    }
    evidence_case.machine.tpm = genuine(options);
}

}  // namespace assay::fuzz::edits
