#include "stack/attest/ocsp.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/ranges.h"

namespace assay::attest {

namespace {

using crypto::Certificate;
using crypto::OcspSingleResponse;

constexpr std::string_view kOcspSigning = "1.3.6.1.5.5.7.3.9";

const std::vector<Certificate>& roots_of(Revocable kind, const Roots& roots) {
    switch (kind) {
        case Revocable::device: return roots.device;
        case Revocable::rim: return roots.rim;
        case Revocable::tpm: return roots.tpm;
        case Revocable::amd: break;
    }
    return roots.amd;
}

bool is_pinned(const Certificate& certificate, const std::vector<Certificate>& roots) {
    return std::ranges::any_of(roots,
                               [&](const Certificate& root) { return equal(root.der(), certificate.der()); });
}

// A responder may have a key of EdDSA (RFC 8410), which a chain of evidence may not.
bool is_weak(const crypto::PublicKey& key) {
    return !strong_key(key) && !key.fits(crypto::SignAlgo::ed25519) && !key.fits(crypto::SignAlgo::ed448);
}

// Checks the OCSP responses about one certificate.
class CertificateStatus {
   public:
    // `authorities`: the issuer, and above it the rest of the chain.
    CertificateStatus(Appraisal& appraisal, std::string subject, const IssuedCertificate& one,
                      Chain authorities, std::span<const Certificate> roots, const Context& context)
        : appraisal_(appraisal),
          subject_(std::move(subject)),
          field_(fmt::format("certificates[{}]", one.index)),
          certificate_(one.certificate),
          issuer_(one.issuer),
          authorities_(std::move(authorities)),
          roots_(roots),
          context_(context),
          serial_(crypto::serial_number(one.certificate)) {}

    // How many there are, and whether any is bad.
    void judge(const std::vector<OcspFile>& files) {
        for (const OcspFile& file : files) {
            const std::vector<OcspSingleResponse> responses = file.response.about(certificate_, issuer_);
            if (responses.empty()) continue;
            found_ = true;
            response(file);
            for (const OcspSingleResponse& single : responses) judge(file, single);
        }
    }

    bool found() const { return found_; }
    std::string_view standing() const { return standing_; }

    void demand_present() {
        demand(Check::ocsp_present, found_, fmt::format("there is none on {}", certificate_.subject()));
    }

   private:
    void response(const OcspFile& file) {
        const auto signer = file.response.signer(issuer_);
        const std::string fault =
            signer ? fault_of(*signer) : "the responder is neither the issuer nor there";
        demand(Check::ocsp_signer, fault.empty(), fmt::format("{}: {}", file.subject, fault));
        if (signer) {
            demand(Check::ocsp_signature, appraisal_.signatures().signed_by(file.response, *signer),
                   file.subject);
        }
        critical(file.subject, file.response.unknown_critical_extensions());
        nonce(file);
    }

    // RFC 5280, 4.2: what is critical and not understood refuses what it stands in.
    void critical(const std::string& file, const std::vector<std::string>& unknown) {
        demand(Check::ocsp_critical, unknown.empty(),
               fmt::format("{} has {}, critical and not known", file, fmt::join(unknown, ", ")));
    }

    // Why the signer may not speak for the issuer; empty if it may.
    std::string fault_of(const Certificate& signer) const {
        if (equal(signer.der(), issuer_.der())) return {};
        if (!appraisal_.signatures().issued_by(signer, issuer_))
            return "the issuer did not issue the responder's certificate";
        const auto usages = crypto::extended_key_usage(signer);
        if (!usages || !contains(*usages, kOcspSigning)) return "the responder's key is not for OCSP signing";
        if (!crypto::key_usage(signer, crypto::KeyUsage::digital_signature).value_or(true))
            return "the responder's key is not for signatures";
        if (!crypto::extensions_readable(signer))
            return "an extension of the responder's certificate cannot be read";
        if (is_weak(signer.public_key()))
            return "the responder's key is of a kind or size that is not allowed";
        Chain path = authorities_;
        path.insert(path.begin(), signer);
        const std::string fault = fault_of_leaf(
            appraisal_, path, {.purpose = Purpose::ocsp, .roots = roots_, .time = context_.time});
        return fault.empty() ? fault : fmt::format("{}: {}", signer.subject(), fault);
    }

    void nonce(const OcspFile& file) {
        using Nonce = OcspPolicy::Nonce;
        const Nonce wanted = context_.policy.ocsp.nonce;
        const auto nonce = file.response.nonce();
        if (!nonce && wanted != Nonce::required) return;
        if (!file.asked && wanted == Nonce::ignored) return;
        const bool same =
            nonce && (file.asked ? *nonce == *file.asked : context_.nonce && equal(*nonce, *context_.nonce));
        demand(Check::ocsp_nonce, same,
               fmt::format("{} has {}", file.subject, nonce ? to_hex(*nonce) : "none"));
    }

    void judge(const OcspFile& file, const OcspSingleResponse& single) {
        const auto now = context_.time;
        const auto latest = now + kOcspSkew;
        const bool begun = single.this_update <= latest && file.response.produced_at() <= latest;
        const bool over = single.next_update && *single.next_update < now;
        demand(Check::ocsp_time, begun && !over,
               fmt::format("{} {}", file.subject, over ? "holds no longer" : "does not hold yet"));
        if (context_.policy.ocsp.next_update_required)
            demand(Check::ocsp_next_update, single.next_update.has_value(), file.subject);
        if (!single.next_update) {
            demand(Check::ocsp_age, now - single.this_update <= context_.policy.ocsp.max_age,
                   fmt::format("{} is {} s old", file.subject, (now - single.this_update).count()));
        }
        critical(file.subject, single.critical);
        const bool revoked = single.status == OcspSingleResponse::Status::revoked;
        const bool hold = revoked && single.reason == OcspSingleResponse::kCertificateHold;
        const bool unknown = single.status == OcspSingleResponse::Status::unknown;
        demand(Check::ocsp_revoked, !revoked || hold,
               fmt::format("{} gives reason {}", file.subject, single.reason.value_or(-1)));
        demand(Check::ocsp_hold, !hold || context_.policy.ocsp.allow_hold, file.subject);
        demand(Check::ocsp_unknown, !unknown, file.subject);
        standing_ = hold ? "hold" : revoked ? "revoked" : unknown ? "unknown" : standing_;
    }

    void demand(Check check, bool held, std::string reason) {
        appraisal_.demand(check, held,
                          {.subject = subject_,
                           .field = field_,
                           .bytes = as_bytes(serial_),
                           .reason = held ? std::string() : std::move(reason)});
    }

    Appraisal& appraisal_;
    std::string subject_;
    std::string field_;
    const Certificate& certificate_;
    const Certificate& issuer_;
    Chain authorities_;
    std::span<const Certificate> roots_;
    const Context& context_;
    std::string serial_;
    bool found_ = false;
    std::string_view standing_ = "good";
};

void read_one(Appraisal& appraisal, size_t number, const File& file, std::optional<Bytes> asked,
              std::vector<OcspFile>& responses) {
    std::string subject = fmt::format("ocsp-{}", number);
    Result<crypto::OcspResponse> response = crypto::OcspResponse::parse(file.bytes);
    const bool readable = appraisal.demand(Check::ocsp_form, response.has_value(),
                                           {.subject = subject,
                                            .field = file.path,
                                            .bytes = file.bytes,
                                            .reason = response ? std::string() : response.error().text()});
    if (!readable || !response) return;
    const bool answered = appraisal.demand(
        Check::ocsp_response_status, response->status() == 0,
        {.subject = subject,
         .field = "responseStatus",
         .reason = response->status() == 0 ? "" : fmt::format("it is {}", response->status())});
    if (answered) responses.push_back({std::move(subject), *std::move(response), std::move(asked)});
}

}  // namespace

std::vector<OcspFile> read_ocsp(Appraisal& appraisal, const std::vector<File>& files,
                                const std::vector<OcspAnswer>& answers) {
    std::vector<OcspFile> responses;
    size_t count = 0;
    for (const File& file : files) read_one(appraisal, count++, file, {}, responses);
    for (const OcspAnswer& answer : answers)
        read_one(appraisal, count++, answer.file, answer.nonce, responses);
    return responses;
}

std::vector<IssuedCertificate> issued_certificates(Appraisal& appraisal, const Chain& leaf_first,
                                                   Revocable kind, const Context& context) {
    const std::vector<Certificate>& roots = roots_of(kind, context.roots);
    const bool required = context.policy.ocsp.require.contains(kind);
    std::vector<IssuedCertificate> issued;
    for (size_t i = 0; i < leaf_first.size(); ++i) {
        const Certificate& certificate = leaf_first[i];
        if (is_pinned(certificate, roots)) continue;
        const auto above = std::ranges::find_if(roots, [&](const Certificate& root) {
            return appraisal.signatures().issued_by(certificate, root);
        });
        if (i + 1 == leaf_first.size() && above == roots.end()) continue;
        const Certificate& issuer = i + 1 < leaf_first.size() ? leaf_first[i + 1] : *above;
        issued.push_back({i, certificate, issuer, required && (kind != Revocable::device || i > 0)});
    }
    return issued;
}

void appraise_revocation(Appraisal& appraisal, const std::string& subject, const Chain& leaf_first,
                         Revocable kind, const std::vector<OcspFile>& files, const Context& context) {
    std::string_view standing = "good";
    bool any = false;
    for (const IssuedCertificate& one : issued_certificates(appraisal, leaf_first, kind, context)) {
        Chain authorities(leaf_first.begin() + static_cast<ptrdiff_t>(one.index) + 1, leaf_first.end());
        if (authorities.empty()) authorities = {one.issuer};
        CertificateStatus status(appraisal, subject, one, std::move(authorities),
                                 roots_of(kind, context.roots), context);
        status.judge(files);
        if (one.needed) status.demand_present();
        any = any || status.found();
        if (status.standing() != "good") standing = status.standing();
    }
    if (any) appraisal.claims()[subject]["x-nvidia-cert-ocsp-status"] = standing;
}

}  // namespace assay::attest
