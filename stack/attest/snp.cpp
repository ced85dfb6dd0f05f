#include "stack/attest/snp.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/attest/binding.h"
#include "stack/attest/chain.h"
#include "stack/attest/snp_certificate.h"
#include "stack/attest/snp_report.h"

namespace assay::attest {

namespace {

const std::string kSubject = "snp";
constexpr uint32_t kEcdsaP384 = 1;  // SIGNATURE_ALGO, chapter 10
constexpr uint32_t kMaxLevel = 3;

std::string_view name(SnpSigner signer) {
    switch (signer) {
        case SnpSigner::vcek: return "vcek";
        case SnpSigner::vlek: return "vlek";
        case SnpSigner::none: break;
    }
    return "none";
}

nlohmann::ordered_json to_json(const Tcb& tcb) {
    return {{"fmc", tcb.fmc},
            {"bootloader", tcb.bootloader},
            {"tee", tcb.tee},
            {"snp", tcb.snp},
            {"microcode", tcb.microcode}};
}

// One report: what has been read of it, and the checks on that.
class SnpAppraisal {
   public:
    SnpAppraisal(Appraisal& appraisal, const SnpEvidence& snp, const Evidence& evidence,
                 const Context& context)
        : appraisal_(appraisal),
          snp_(snp),
          evidence_(evidence),
          context_(context),
          policy_(context.policy.snp.value_or(SnpPolicy{})) {}

    void run() {
        const std::optional<Chain> chain = read_chain(appraisal_, kSubject, snp_.certificates);
        if (chain) {
            appraise_chain(appraisal_, kSubject, *chain,
                           {.purpose = Purpose::amd, .roots = context_.roots.amd, .time = context_.time});
        }
        if (!read_report()) return;
        check_form();
        if (chain) check_certificate(chain->front());
        check_nonce();
        check_platform();
        check_guest();
        make_claims();
    }

   private:
    // A look at bytes of the report.
    Look at(std::string field, size_t offset, size_t size, std::string reason = {}) const {
        return {.subject = kSubject,
                .field = std::move(field),
                .offset = offset,
                .bytes = ByteView(snp_.report.bytes).subspan(offset, size),
                .reason = std::move(reason)};
    }
    bool demand(Check check, bool holds, Look look) {
        if (holds) look.reason.clear();
        return appraisal_.demand(check, holds, std::move(look));
    }

    bool read_report() {
        const Result<SnpReport> report = parse_snp_report(snp_.report.bytes);
        if (report) {
            report_ = *report;
            return demand(Check::snp_form, true, {.subject = kSubject, .field = snp_.report.path});
        }
        appraisal_.demand(Check::snp_form, false,
                          {.subject = kSubject, .field = snp_.report.path, .reason = report.error().text()});
        return false;
    }

    void check_form() {
        const auto reserved = reserved_in_use(snp_.report.bytes);
        demand(Check::snp_reserved, !reserved,
               reserved ? at(std::string(reserved->name), reserved->offset, reserved->size)
                        : Look{.subject = kSubject});
        demand(Check::snp_algorithm, report_.signature_algo == kEcdsaP384, at("SIGNATURE_ALGO", 0x34, 4));
    }

    void check_certificate(const crypto::Certificate& leaf) {
        const SnpCertificate certificate = read_snp_certificate(leaf, appraisal_.switches());
        const bool same_kind = certificate.kind != SnpSigner::none && certificate.kind == report_.signer();
        demand(Check::snp_signer, same_kind,
               at("SIGNING_KEY", 0x48, 4, fmt::format("the certificate is of a {}", name(certificate.kind))));
        const Result<> verified = verify_snp_report(report_, leaf.public_key());
        demand(Check::snp_signature, verified.has_value(),
               at("SIGNATURE", kSnpSignedSize, 144, verified ? "" : verified.error().text()));
        check_chip(certificate);
        const bool same_tcb = certificate.tcb && *certificate.tcb == judged_tcb();
        demand(Check::snp_certificate_tcb, same_tcb,
               at("REPORTED_TCB", 0x180, 8,
                  fmt::format("{}; the certificate is for {}", text(report_.reported_tcb),
                              certificate.tcb ? text(*certificate.tcb) : "none that can be read")));
    }

    // A VLEK is of a provider, not of a chip; a VCEK names 64 bytes, or 8 of which the rest are zeros.
    void check_chip(const SnpCertificate& certificate) {
        if (certificate.kind == SnpSigner::vlek) return;
        Bytes expected = certificate.hardware_id;
        if (expected.empty() && appraisal_.has(Defect::snp_vcek_without_chip)) return;
        const bool known_size = expected.size() == 64 || expected.size() == 8;
        expected.resize(64);
        demand(Check::snp_chip, known_size && equal(expected, report_.chip_id),
               at("CHIP_ID", 0x1a0, 64, "the certificate's is " + to_hex(certificate.hardware_id)));
    }

    void check_nonce() {
        if (!context_.nonce) {
            demand(Check::nonce_expected, false, {.subject = kSubject});
            return;
        }
        if (!context_.policy.composite) {
            const Bytes expected = report_data(*context_.nonce);
            demand(Check::snp_report_data, equal(report_.report_data, expected),
                   at("REPORT_DATA", 0x50, 64, "expected " + to_hex(expected)));
            return;
        }
        const auto leaves = gpu_leaves(evidence_);
        const auto key = attestation_key(evidence_);
        const bool readable = leaves && (key || !evidence_.tpm);
        const Bytes expected =
            readable ? bound_report_data(*context_.nonce, *leaves, key ? &*key : nullptr) : Bytes{};
        demand(Check::binding_snp, readable && equal(report_.report_data, expected),
               at("REPORT_DATA", 0x50, 64,
                  readable ? "expected " + to_hex(expected) : "what it is bound to cannot be read"));
    }

    void check_platform() {
        // The host may report less than what runs, and commits to no more than that.
        const bool ordered = report_.current_tcb.at_least(report_.committed_tcb) &&
                             report_.current_tcb.at_least(report_.reported_tcb) && versions_ordered();
        demand(Check::snp_tcb_order, ordered,
               at("CURRENT_TCB", 0x38, 8,
                  fmt::format("current {}; reported {}; committed {}", text(report_.current_tcb),
                              text(report_.reported_tcb), text(report_.committed_tcb))));
        const bool reported = judged_tcb().at_least(policy_.tcb);
        const bool recent = reported && report_.launch_tcb.at_least(policy_.tcb);
        demand(Check::snp_tcb_floor, recent,
               reported ? at("LAUNCH_TCB", 0x1f0, 8, text(report_.launch_tcb))
                        : at("REPORTED_TCB", 0x180, 8, text(report_.reported_tcb)));
    }

    // The TCB that the signing key is derived from, and which counts.
    const Tcb& judged_tcb() const {
        return appraisal_.has(Defect::snp_current_tcb) ? report_.current_tcb : report_.reported_tcb;
    }

    // Of the firmware: build, minor and major, the last counts most.
    bool versions_ordered() const {
        return !std::lexicographical_compare(report_.current.rbegin(), report_.current.rend(),
                                             report_.committed.rbegin(), report_.committed.rend());
    }

    void check_guest() {
        demand(Check::snp_debug, policy_.allow_debug || !report_.debug(), at("POLICY", 0x08, 8));
        demand(Check::snp_migration, policy_.allow_migration || !report_.migration(), at("POLICY", 0x08, 8));
        const bool level =
            report_.vmpl <= kMaxLevel && (policy_.vmpl.empty() || policy_.vmpl.contains(report_.vmpl));
        demand(Check::snp_vmpl, level, at("VMPL", 0x30, 4));
        if (!policy_.measurements.empty()) {
            const bool known = std::ranges::any_of(
                policy_.measurements, [&](const Bytes& one) { return equal(one, report_.measurement); });
            demand(Check::snp_measurement, known, at("MEASUREMENT", 0x90, 48));
        }
        if (policy_.guest_svn > 0) {
            demand(Check::policy_svn, report_.guest_svn >= policy_.guest_svn,
                   at("GUEST_SVN", 0x04, 4,
                      fmt::format("{} is less than {}", report_.guest_svn, policy_.guest_svn)));
        }
    }

    void make_claims() {
        appraisal_.claims()[kSubject] = {
            {"dbgstat", report_.debug() ? "enabled" : "disabled-since-boot"},
            {"version", report_.version},
            {"guest-svn", report_.guest_svn},
            {"vmpl", report_.vmpl},
            {"measurement", to_hex(report_.measurement)},
            {"host-data", to_hex(report_.host_data)},
            {"chip-id", to_hex(report_.chip_id)},
            {"id-key-digest", to_hex(report_.id_key_digest)},
            {"reported-tcb", to_json(report_.reported_tcb)},
            {"launch-tcb", to_json(report_.launch_tcb)},
            {"signer", name(report_.signer())},
        };
    }

    Appraisal& appraisal_;
    const SnpEvidence& snp_;
    const Evidence& evidence_;
    const Context& context_;
    const SnpPolicy policy_;
    SnpReport report_;
};

}  // namespace

void appraise_snp(Appraisal& appraisal, const SnpEvidence& snp, const Evidence& evidence,
                  const Context& context) {
    SnpAppraisal(appraisal, snp, evidence, context).run();
}

}  // namespace assay::attest
