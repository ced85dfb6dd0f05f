// The CPU's evidence: read whole or refused, and never trusted without a certificate.
#include "fuzz/evidence/platform.h"

#include <fmt/format.h>

#include "fuzz/common/coverage.h"
#include "fuzz/common/exact.h"
#include "fuzz/evidence/targets.h"
#include "stack/attest/binding.h"
#include "stack/attest/boot_state.h"
#include "stack/attest/canonical_log.h"
#include "stack/attest/event_replay.h"
#include "stack/attest/quote.h"
#include "stack/attest/snp.h"
#include "stack/attest/tpm.h"
#include "stack/base/reader.h"
#include "stack/base/writer.h"

namespace assay::fuzz {

namespace {

using namespace attest;

enum Kind : uint32_t { checked = 0x40, log_read, log_refused, quote_read, report_read, record_read };

// What is longer only repeats what shorter inputs show.
constexpr size_t kMaxInput = 16384;

Bytes kept(ByteView input) { return to_bytes(input.first(std::min(input.size(), kMaxInput))); }

evidence::SnpForm genuine_guest() { return evidence::genuine(evidence::SnpOptions{.version = 3}); }

// Asks for everything that there is to ask for.
const Context& context() {
    static const Context kMade = [] {
        Context made;
        made.nonce = fuzz_nonce();
        made.policy.tpm = TpmPolicy{};
        made.policy.tpm->registers = {0, 1, 2, 3, 4, 5, 6, 7};
        made.policy.tpm->boot_loaders = {evidence::boot_digest(evidence::BootOptions{}.loader)};
        made.policy.tpm->firmware = {Bytes(32)};
        made.policy.tpm->systems = {{{9, Bytes(32)}}};
        made.policy.snp = SnpPolicy{};
        const evidence::SnpForm guest = genuine_guest();
        made.policy.snp->tcb = {.bootloader = guest.reported.boot_loader,
                                .snp = guest.reported.snp,
                                .microcode = guest.reported.microcode};
        made.policy.snp->vmpl = {0};
        made.policy.snp->measurements = {guest.measurement};
        made.policy.snp->guest_svn = guest.guest_svn;
        return made;
    }();
    return kMade;
}

const crypto::PublicKey& key(crypto::SignAlgo algo) {
    static const crypto::PrivateKey kP256 =
        crypto::PrivateKey::derive(crypto::SignAlgo::ecdsa_p256, as_bytes("fuzz")).value();
    static const crypto::PrivateKey kP384 =
        crypto::PrivateKey::derive(crypto::SignAlgo::ecdsa_p384, as_bytes("fuzz")).value();
    return (algo == crypto::SignAlgo::ecdsa_p256 ? kP256 : kP384).public_key();
}

const Bytes& genuine_log() {
    static const Bytes kMade = make(genuine_boot());
    return kMade;
}

// Which checks held and which did not.
void note(const Appraisal& appraisal) {
    for (const CheckRecord& step : appraisal.records()) {
        feature(checked, static_cast<uint32_t>(step.check), step.held ? 1 : 0);
        reached(fmt::format("{} {}", step.held ? "held" : "refused by", info(step.check).name));
    }
    if (appraisal.verdict() == Verdict::trusted) violated("nothing is trusted without a certificate", "");
    if (appraisal.to_json().at("steps").size() != appraisal.records().size())
        violated("each step is reported", appraisal.text());
}

void appraise(const TpmEvidence& tpm) {
    Appraisal appraisal;
    appraise_tpm(appraisal, tpm, {}, context());
    note(appraisal);
}

// A quote of the genuine log, signed by nobody.
TpmEvidence genuine_evidence() {
    static const Bytes kQuote = marshal(genuine_quote());
    TpmEvidence tpm;
    tpm.quote.bytes = kQuote;
    tpm.signature.bytes = marshal(ecdsa_signature());
    tpm.event_log.bytes = genuine_log();
    return tpm;
}

// Each byte belongs to one event, or to the header.
void check_log(const EventLog& log, ByteView bytes) {
    size_t end = log.events.empty() ? bytes.size() : log.events.front().offset;
    for (const LogEvent& found : log.events) {
        if (found.offset != end) violated("events follow one another", to_hex(bytes));
        end = static_cast<size_t>(found.data.data() + found.data.size() - bytes.data());
        const bool follows = std::ranges::all_of(
            found.digests, [&](const auto& digest) { return digest_follows(found, digest.first); });
        feature(log_read, follows ? 1 : 0, found.type, found.index);
    }
    if (end != bytes.size() || log.size != bytes.size()) violated("the log is its events", to_hex(bytes));
    if (replay(log).size() != 4 * size_t{kRegisterCount}) violated("each register has a value", "");
}

}  // namespace

wire::Nonce fuzz_nonce() {
    wire::Nonce nonce;
    nonce.fill(0xa5);
    return nonce;
}

evidence::EventLogForm genuine_boot() {
    evidence::EventLogForm log = evidence::genuine(evidence::BootOptions{}).log;
    log.banks = {evidence::tpm_alg::sha256};
    return log;
}

evidence::Quote genuine_quote() {
    evidence::QuoteForm form;
    form.extra_data = to_bytes(fuzz_nonce());
    form.values = evidence::replay(genuine_boot());
    form.signer = {"fuzz", crypto::SignAlgo::ecdsa_p256};
    return quote_of(form);
}

evidence::QuoteSignature ecdsa_signature() {
    return {.algorithm = evidence::tpm_alg::ecdsa,
            .hash = evidence::tpm_alg::sha256,
            .r = Bytes(32, 0x11),
            .s = Bytes(32, 0x22)};
}

Bytes genuine_report() {
    evidence::SnpForm guest = genuine_guest();
    guest.report_data = report_data(fuzz_nonce());
    Bytes report = make(guest);
    report.resize(evidence::snp_field("SIGNATURE").offset);
    report.resize(evidence::snp_field("SIGNATURE").end());
    return report;
}

Bytes quote_input(ByteView quote, ByteView signature) {
    return std::move(Writer().u16(static_cast<uint16_t>(quote.size())).bytes(quote).bytes(signature)).take();
}

void event_log(ByteView input) {
    const Exact bytes(kept(input));
    const auto log = parse_event_log(bytes);
    if (log) {
        check_log(*log, bytes);
    } else {
        feature(log_refused, static_cast<uint32_t>(log.error().code));
    }
    TpmEvidence tpm = genuine_evidence();
    tpm.event_log.bytes = to_bytes(bytes);
    appraise(tpm);
}

void canonical_log(ByteView input) {
    const Exact bytes(kept(input));
    if (const auto records = parse_canonical_log(bytes)) {
        for (const CanonicalRecord& one : *records) {
            if (one.index >= kRegisterCount)
                violated("a record is about a register that there is", to_hex(bytes));
            for (const auto& [bank, digest] : one.digests) {
                if (digest.size() != digest_size(bank))
                    violated("a digest has its bank's size", to_hex(bytes));
                feature(record_read, one.index, static_cast<uint32_t>(bank));
            }
        }
        reached(fmt::format("{} records", std::min<size_t>(records->size(), 2)));
    } else {
        feature(record_read, kRegisterCount, static_cast<uint32_t>(records.error().code));
    }
    TpmEvidence tpm = genuine_evidence();
    tpm.canonical_log = {"log", to_bytes(bytes)};
    appraise(tpm);
}

void tpm_quote(ByteView input) {
    const Bytes all = kept(input);
    Reader reader(all);
    const size_t wanted = reader.u16("size").value_or(0);
    const Exact quote_bytes(reader.take(std::min(wanted, reader.remaining()), "quote").value_or(ByteView{}));
    const Exact signature_bytes(reader.rest());
    const auto quote = parse_quote(quote_bytes);
    const auto signature = parse_quote_signature(signature_bytes);
    feature(quote_read, quote ? 1 + static_cast<uint32_t>(quote->selections.size()) : 0,
            signature ? signature->algorithm : 0, signature ? signature->hash : 0);
    if (signature && verify_quote(quote_bytes, *signature, key(crypto::SignAlgo::ecdsa_p256)))
        violated("no quote is signed by a key that signs nothing", to_hex(all));
    TpmEvidence tpm;
    tpm.quote.bytes = to_bytes(quote_bytes);
    tpm.signature.bytes = to_bytes(signature_bytes);
    tpm.event_log.bytes = genuine_log();
    appraise(tpm);
}

void snp_report(ByteView input) {
    const Exact bytes(kept(input));
    const auto report = parse_snp_report(bytes);
    const auto reserved = report ? reserved_in_use(*report) : std::nullopt;
    feature(report_read, report ? report->version : 0,
            reserved ? static_cast<uint32_t>(reserved->offset) : 0);
    if (report && verify_snp_report(bytes, report->signature, key(crypto::SignAlgo::ecdsa_p384)))
        violated("no report is signed by a key that signs nothing", to_hex(bytes));
    SnpEvidence snp;
    snp.report.bytes = to_bytes(bytes);
    Appraisal appraisal;
    appraise_snp(appraisal, snp, {}, context());
    note(appraisal);
}

}  // namespace assay::fuzz
