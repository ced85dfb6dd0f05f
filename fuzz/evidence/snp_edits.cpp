// The processor's report of the guest.
#include "fuzz/evidence/edits.h"
#include "stack/wire/encode.h"

namespace assay::fuzz::edits {

using namespace evidence;

// b: which bit; c: how.
void snp_nonce(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.snp) return;
    Bytes& data = evidence_case.machine.snp->report_data;
    data = vouched_by_processor(evidence_case.machine);
    switch (step.c % 5) {
        case 0: data = Bytes(64, 0x77); break;
        case 1:
            data = concat({Bytes(64 - evidence_case.machine.nonce.size()), evidence_case.machine.nonce});
            break;
        case 2:
            data = evidence_case.machine.nonce;
            data.resize(64);
            break;
        case 3: flip(data, step.b, step.c / 8); break;
        default: data.clear(); break;
    }
}

// a: of what; b: which component; c: by how much, and whether the certificate is for it.
void snp_tcb(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.snp) return;
    SnpForm& snp = *evidence_case.machine.snp;
    TcbForm* all[] = {&snp.current, &snp.reported, &snp.committed, &snp.launch};
    const auto by = static_cast<uint8_t>((step.c & 1) != 0 ? 1 : -1);
    const auto change = [&](TcbForm& tcb) {
        uint8_t* components[] = {&tcb.boot_loader, &tcb.tee, &tcb.snp, &tcb.microcode};
        uint8_t& component = *components[step.b % 4];
        component = static_cast<uint8_t>(component + by);
    };
    if ((step.c & 4) != 0) {
        for (TcbForm* one : all) change(*one);
    } else {
        change(*chosen(all, step.a));
    }
    if ((step.c & 2) != 0) set_tcb(snp.chain.front(), snp.reported);
}

// b: to what; c: what.
void snp_guest(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.snp) return;
    SnpForm& snp = *evidence_case.machine.snp;
    constexpr uint32_t kLevels[] = {0, 1, 2, 3, 4, 0xffffffff};
    switch (step.c % 8) {
        case 0: snp.policy ^= uint64_t{1} << 19; break;
        case 1: snp.policy ^= uint64_t{1} << 18; break;
        case 2: snp.policy ^= uint64_t{1} << (step.b % 32); break;
        case 3: snp.vmpl = chosen(kLevels, step.b); break;
        case 4: snp.guest_svn = step.b; break;
        case 5: snp.measurement = other_digest("another guest"); break;
        case 6: snp.measurement = Bytes(48); break;
        default: flip(snp.measurement, step.b, step.c / 8); break;
    }
}

// c: whether its certificate says so too.
void snp_chip(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.snp) return;
    SnpForm& snp = *evidence_case.machine.snp;
    snp.chip_id = Bytes(64, step.b);
    Extension* hardware = find(snp.chain.front(), kOidHardware);
    if (step.c % 2 == 1 && hardware != nullptr) hardware->value = snp.chip_id;
}

// b: of which kind it says that it is; c: who.
void snp_signer(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.snp) return;
    SnpForm& snp = *evidence_case.machine.snp;
    switch (step.c % 3) {
        case 0: snp.signer = stranger(crypto::SignAlgo::ecdsa_p384); break;
        case 1: snp.flags = (step.b % 8U) << 2; break;
        default: snp.edit_after = [](Bytes& report) { report[snp_field("SIGNATURE").offset] ^= 1; }; break;
    }
}

// The fields of what is signed that are reserved in all versions.
const std::vector<wire::Span>& reserved_fields() {
    static const std::vector<wire::Span> kFields = [] {
        const SnpReportBody newest{.version = kNewestSnpReport};
        auto spans = wire::annotate_as<SnpReportBody>(wire::encode_raw(newest, {})).spans;
        std::erase_if(spans, [](const auto& span) { return span.field.kind != wire::FieldKind::reserved; });
        return spans;
    }();
    return kFields;
}

// b: to what; c: which.
void snp_header(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (!evidence_case.machine.snp) return;
    SnpForm& snp = *evidence_case.machine.snp;
    constexpr uint32_t kVersions[] = {0, 1, 2, 3, 5, 6, 99};
    switch (step.c % 4) {
        case 0: snp.version = chosen(kVersions, step.b); break;
        case 1: snp.signature_algo = step.b % 3U; break;
        case 2: snp.platform_info = step.b; break;
        default: {
            const wire::Span& field = reserved_fields()[step.b % reserved_fields().size()];
            const size_t at = field.offset + step.c / 4U % field.size;
            snp.edit_before = [at](Bytes& report) { report.at(at) = 1; };
            break;
        }
    }
}

}  // namespace assay::fuzz::edits
