#include "stack/attest/snp.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "stack/attest/binding.h"
#include "stack/attest/chain.h"
#include "stack/attest/runtime_data.h"
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
        if (chain) certificate_ = read_snp_certificate(chain->front(), appraisal_.switches());
        if (!read_report()) return;
        check_form();
        if (chain) check_certificate(chain->front());
        check_nonce();
        check_platform();
        check_guest();
        make_claims();
    }

   private:
    // A look at a field of the report.
    CheckSite at(const wire::Span& field, std::string reason = {}) const {
        return {.subject = kSubject,
                .field = field.path,
                .offset = field.offset,
                .bytes = ByteView(snp_.report.bytes).subspan(field.offset, field.size),
                .reason = std::move(reason)};
    }
    CheckSite at(std::string_view field, std::string reason = {}) const {
        return at(evidence::snp_field(field), std::move(reason));
    }
    Tcb tcb(uint64_t number) const { return evidence::tcb_of(number, report_.layout); }
    bool demand(Check check, bool holds, CheckSite site) {
        if (holds) site.reason.clear();
        return appraisal_.demand(check, holds, std::move(site));
    }

    bool read_report() {
        const TcbLayout layout = certificate_.product ? layout_of(*certificate_.product) : TcbLayout::milan;
        const Result<SnpReport> report = parse_snp_report(snp_.report.bytes, layout);
        if (report && (report->version == 2 || !appraisal_.has(Defect::snp_only_version_2))) {
            report_ = *report;
            return demand(Check::snp_form, true, {.subject = kSubject, .field = snp_.report.path});
        }
        appraisal_.demand(Check::snp_form, false,
                          {.subject = kSubject,
                           .field = snp_.report.path,
                           .reason = report ? "only version 2 is known" : report.error().text()});
        return false;
    }

    void check_form() {
        const auto reserved = reserved_in_use(report_);
        demand(Check::snp_reserved, !reserved, reserved ? at(*reserved) : CheckSite{.subject = kSubject});
        demand(Check::snp_algorithm, report_.signature_algo == kEcdsaP384, at("SIGNATURE_ALGO"));
    }

    void check_certificate(const crypto::Certificate& leaf) {
        const bool same_kind = certificate_.kind != SnpSigner::none && certificate_.kind == report_.signer();
        CheckSite signer = at("KEY_INFO", fmt::format("the certificate is of a {}", name(certificate_.kind)));
        signer.field = evidence::snp_bits::signing_key.name;
        demand(Check::snp_signer, same_kind, std::move(signer));
        const Result<> verified = verify_snp_report(snp_.report.bytes, report_.signature, leaf.public_key());
        demand(Check::snp_signature, verified.has_value(),
               at("SIGNATURE", verified ? "" : verified.error().text()));
        check_product();
        check_chip();
        // From family 1Ah on an FMC is part of the TCB, before that there is none.
        const bool same_parts = certificate_.has_fmc == (report_.layout == TcbLayout::turin);
        const bool same_tcb = certificate_.tcb && same_parts && *certificate_.tcb == judged_tcb();
        demand(
            Check::snp_certificate_tcb, same_tcb,
            at("REPORTED_TCB", fmt::format("{}; the certificate is for {}", text(tcb(report_.reported_tcb)),
                                           certificate_.tcb && same_parts ? text(*certificate_.tcb)
                                                                          : "none that can be read")));
    }

    // Version 2 does not say what processor it is of.
    void check_product() {
        const SnpCpu cpu{report_.cpuid_fam_id, report_.cpuid_mod_id, report_.cpuid_step};
        std::optional<SnpProduct> product =
            report_.names_processor() ? product_of(cpu) : certificate_.product;
        if (appraisal_.has(Defect::snp_only_milan) && product != SnpProduct::milan) product.reset();
        const uint8_t structure = report_.layout == TcbLayout::turin ? 1 : 0;
        const bool same_structure =
            certificate_.kind != SnpSigner::vcek || certificate_.struct_version == structure;
        demand(Check::snp_product, product && certificate_.product == product && same_structure,
               at("CPUID_FAM_ID",
                  fmt::format("{}; the certificate is of {}{}", product ? name(*product) : "no known product",
                              certificate_.product ? name(*certificate_.product) : "no known product",
                              same_structure ? "" : ", with the wrong structVersion")));
    }

    // A VLEK is of a provider, not of a chip; a VCEK names 64 bytes, or 8 of which the rest are zeros.
    void check_chip() {
        if (report_.chip_masked() && certificate_.kind != SnpSigner::none) {
            demand(Check::snp_chip, !policy_.chip_id_required, at("CHIP_ID", "it is masked"));
            return;
        }
        if (certificate_.kind == SnpSigner::vlek) return;
        Bytes expected = certificate_.hardware_id;
        if (expected.empty() && appraisal_.has(Defect::snp_vcek_without_chip)) return;
        const bool known_size = expected.size() == (report_.layout == TcbLayout::turin ? 8U : 64U);
        expected.resize(64);
        const size_t compared = appraisal_.has(Defect::snp_chip_beginning) ? 8 : 64;
        demand(Check::snp_chip,
               known_size &&
                   equal(ByteView(expected).first(compared), ByteView(report_.chip_id).first(compared)),
               at("CHIP_ID", "the certificate's is " + to_hex(certificate_.hardware_id)));
    }

    void check_nonce() {
        const bool vouches = !snp_.runtime_data.path.empty();
        if (vouches) check_runtime_data();
        const bool given = context_.expected.contains(kSubject);
        if (vouches && !given) return;
        const std::optional<Bytes> expected = expected_report_data(context_);
        if (!expected) {
            demand(Check::nonce_expected, false, {.subject = kSubject});
        } else if (context_.policy.composite && !given) {
            check_binding(*context_.nonce);
        } else {
            demand(Check::snp_report_data, equal(report_.report_data, *expected),
                   at("REPORT_DATA", "expected " + to_hex(*expected)));
        }
    }

    void check_binding(const wire::Nonce& nonce) {
        const auto leaves = gpu_leaves(evidence_);
        const auto key = attestation_key(evidence_);
        const bool readable = leaves && (key || !evidence_.tpm);
        const Bytes expected = readable ? bound_report_data(nonce, *leaves, key ? &*key : nullptr) : Bytes{};
        demand(Check::binding_snp, readable && equal(report_.report_data, expected),
               at("REPORT_DATA",
                  readable ? "expected " + to_hex(expected) : "what it is bound to cannot be read"));
    }

    // The report is as old as the runtime data; only a quote by the key that this names is fresh.
    void check_runtime_data() {
        const ByteView bytes = snp_.runtime_data.bytes;
        const Result<RuntimeData> data = parse_runtime_data(bytes);
        demand(Check::runtime_data_form, data.has_value(),
               {.subject = kSubject,
                .field = snp_.runtime_data.path,
                .reason = data ? "" : data.error().text()});
        const Bytes expected = runtime_report_data(bytes);
        demand(Check::snp_runtime_data, equal(report_.report_data, expected),
               at("REPORT_DATA", "expected " + to_hex(expected)));
        demand(Check::evidence_required, evidence_.tpm.has_value(),
               {.subject = kSubject,
                .field = "tpm",
                .reason = "nothing is fresh without a quote by the key that the runtime data names"});
        if (data) vm_configuration_ = data->vm_configuration;
    }

    void check_platform() {
        // Nothing is newer than what runs: the host may report less, can only commit to what runs, and that
        // ran already, or something older, when the guest was launched, unless firmware was taken back since.
        // The other three stand in no order: a host may report what it has not committed to, or less than
        // that.
        const Tcb current = tcb(report_.current_tcb), reported = tcb(report_.reported_tcb),
                  committed = tcb(report_.committed_tcb), launch = tcb(report_.launch_tcb);
        const bool launched = policy_.allow_rollback || current.at_least(launch);
        const bool ordered =
            current.at_least(committed) && current.at_least(reported) && launched && versions_ordered();
        demand(Check::snp_tcb_order, ordered,
               at("CURRENT_TCB", fmt::format("current {}; reported {}; committed {}; launch {}",
                                             text(current), text(reported), text(committed), text(launch))));
        const bool recent = new_enough(judged_tcb());
        demand(Check::snp_tcb_floor, recent && new_enough(launch),
               recent ? at("LAUNCH_TCB", text(launch)) : at("REPORTED_TCB", text(reported)));
        if (policy_.platform_info_known) {
            demand(Check::snp_platform_info, unnamed_platform_info(report_.platform_info) == 0,
                   at("PLATFORM_INFO"));
        }
    }

    bool new_enough(const Tcb& tcb) const {
        // A verifier with this defect takes the wire's 64 bits for a number.
        if (appraisal_.has(Defect::snp_tcb_as_number))
            return number(tcb, report_.layout) >= number(policy_.tcb, report_.layout);
        return tcb.at_least(policy_.tcb);
    }

    // The TCB that the signing key is derived from, and which counts.
    Tcb judged_tcb() const {
        return tcb(appraisal_.has(Defect::snp_current_tcb) ? report_.current_tcb : report_.reported_tcb);
    }

    // Of the firmware.
    bool versions_ordered() const {
        return std::tie(report_.current_major, report_.current_minor, report_.current_build) >=
               std::tie(report_.committed_major, report_.committed_minor, report_.committed_build);
    }

    void check_guest() {
        demand(Check::snp_debug, policy_.allow_debug || !report_.debug(), at("POLICY"));
        demand(Check::snp_migration, policy_.allow_migration || !report_.migration(), at("POLICY"));
        const bool level =
            report_.vmpl <= kMaxLevel && (policy_.vmpl.empty() || policy_.vmpl.contains(report_.vmpl));
        demand(Check::snp_vmpl, level, at("VMPL"));
        if (!policy_.measurements.empty()) {
            const bool known = std::ranges::any_of(
                policy_.measurements, [&](const Bytes& one) { return equal(one, report_.measurement); });
            demand(Check::snp_measurement, known, at("MEASUREMENT"));
        }
        if (policy_.guest_svn > 0) {
            demand(Check::policy_svn, report_.guest_svn >= policy_.guest_svn,
                   at("GUEST_SVN", fmt::format("{} is less than {}", report_.guest_svn, policy_.guest_svn)));
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
            {"chip-id", report_.chip_masked() ? nlohmann::ordered_json()
                                              : nlohmann::ordered_json(to_hex(report_.chip_id))},
            {"platform-info", platform_info_names(report_.platform_info)},
            {"id-key-digest", to_hex(report_.id_key_digest)},
            {"reported-tcb", to_json(tcb(report_.reported_tcb))},
            {"launch-tcb", to_json(tcb(report_.launch_tcb))},
            {"signer", name(report_.signer())},
        };
        if (!vm_configuration_.is_null())
            appraisal_.claims()[kSubject]["vm-configuration"] = vm_configuration_;
    }

    Appraisal& appraisal_;
    const SnpEvidence& snp_;
    const Evidence& evidence_;
    const Context& context_;
    const SnpPolicy policy_;
    SnpCertificate certificate_;
    SnpReport report_;
    nlohmann::json vm_configuration_;
};

}  // namespace

void appraise_snp(Appraisal& appraisal, const SnpEvidence& snp, const Evidence& evidence,
                  const Context& context) {
    SnpAppraisal(appraisal, snp, evidence, context).run();
}

}  // namespace assay::attest
