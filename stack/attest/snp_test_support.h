// A SEV-SNP report and its certificates with keys of their own, for the tests. Never included by anything
// else.
#pragma once

#include <algorithm>

#include "stack/attest/binding.h"
#include "stack/attest/platform_test_support.h"
#include "stack/attest/snp.h"
#include "stack/wire/decode.h"
#include "stack/wire/encode.h"

namespace assay::attest {

using crypto::CertificateSpec;
using crypto::HashAlgo;
using crypto::PrivateKey;
using crypto::SignAlgo;

inline constexpr std::string_view kArc = "1.3.6.1.4.1.3704.1.";

// The keys of AMD and of the chip.
struct Keys {
    PrivateKey ark = PrivateKey::generate(SignAlgo::rsapss_2048).value();
    PrivateKey ask = PrivateKey::generate(SignAlgo::rsapss_2048).value();
    PrivateKey vcek = PrivateKey::generate(SignAlgo::ecdsa_p384).value();
};
inline const Keys& keys() {
    static const Keys kMade;
    return kMade;
}

inline CertificateSpec spec_of(std::string subject, std::string issuer) {
    CertificateSpec spec;
    spec.subject = std::move(subject);
    spec.issuer = std::move(issuer);
    spec.not_before = kNow - std::chrono::days(100);
    spec.not_after = kNow + std::chrono::days(100);
    spec.pss = true;
    return spec;
}

inline crypto::Certificate authority(std::string subject, const PrivateKey& key) {
    CertificateSpec spec = spec_of(std::move(subject), "ARK-Synthetic");
    spec.ca = true;
    spec.digital_signature = false;
    spec.key_cert_sign = true;
    return crypto::make_certificate(spec, key.public_key(), keys().ark, HashAlgo::sha384).value();
}
inline const crypto::Certificate& ark() {
    static const crypto::Certificate kMade = authority("ARK-Synthetic", keys().ark);
    return kMade;
}
inline const crypto::Certificate& ask() {
    static const crypto::Certificate kMade = authority("SEV-Synthetic", keys().ask);
    return kMade;
}

inline Bytes integer(uint8_t value) { return value < 0x80 ? Bytes{2, 1, value} : Bytes{2, 2, 0, value}; }

inline crypto::ExtensionSpec amd(std::string_view below, Bytes content) {
    return {std::string(kArc) + std::string(below), std::move(content)};
}

inline Bytes ia5(std::string_view text) {
    return concat({Bytes{0x16, static_cast<uint8_t>(text.size())}, as_bytes(text)});
}

inline evidence::SnpForm guest() {
    evidence::SnpForm form = genuine_guest();
    form.guest_svn = 2;
    form.platform_info = 1;
    form.current = form.reported = form.committed =
        form.launch = {.boot_loader = 4, .tee = 0, .snp = 24, .microcode = 0xdb};
    form.report_data = report_data(test_nonce());
    return form;
}

// A report before it is signed, and what the certificate says.
struct Made {
    evidence::SnpReport report = wire::decode_exact<evidence::SnpReport>(make(guest()), {}).value();
    std::vector<crypto::ExtensionSpec> extensions = {
        amd("1", integer(0)),
        amd("2", ia5("Milan-B0")),
        amd("3.1", integer(guest().reported.boot_loader)),
        amd("3.2", integer(guest().reported.tee)),
        amd("3.3", integer(guest().reported.snp)),
        amd("3.8", integer(guest().reported.microcode)),
        amd("4", guest().chip_id),
    };
    std::function<void(SnpEvidence&)> edit_after = [](SnpEvidence&) {};
    std::vector<GpuEvidence> gpus;
    std::optional<TpmEvidence> tpm;
    Context context;

    Made() {
        context.nonce = test_nonce();
        context.time = kNow;
        context.roots.amd = {ark()};
        context.policy.snp = SnpPolicy{};
    }
    crypto::ExtensionSpec& extension(std::string_view below) {
        return *std::ranges::find(extensions, std::string(kArc) + std::string(below),
                                  &crypto::ExtensionSpec::oid);
    }
};

// With R and S, little-endian.
inline Bytes signed_report(const Made& made) {
    evidence::SnpReport report = made.report;
    const Bytes body = wire::encode_raw<evidence::SnpReportBody>(report, {});
    const Bytes raw = crypto::openssl_provider()
                          .sign(SignAlgo::ecdsa_p384, HashAlgo::sha384, keys().vcek, {.bytes = body})
                          .value();
    std::reverse_copy(raw.begin(), raw.begin() + 48, report.signature.r.begin());
    std::reverse_copy(raw.begin() + 48, raw.end(), report.signature.s.begin());
    return wire::encode_raw(report, {});
}

inline SnpEvidence sealed(const Made& made) {
    CertificateSpec spec = spec_of("SEV-VCEK", "SEV-Synthetic");
    spec.ca = std::nullopt;
    spec.digital_signature = false;
    spec.extensions = made.extensions;
    const auto vcek =
        crypto::make_certificate(spec, keys().vcek.public_key(), keys().ask, HashAlgo::sha384).value();
    SnpEvidence snp;
    snp.certificates = {"snp/chain.der", concat({vcek.der(), ask().der(), ark().der()})};
    snp.report = {"snp/report.bin", signed_report(made)};
    made.edit_after(snp);
    return snp;
}

inline Appraisal appraised(const Made& made, FaultConfig faults = {}) {
    Appraisal appraisal(faults);
    Evidence evidence;
    evidence.gpus = made.gpus;
    evidence.tpm = made.tpm;
    evidence.snp = sealed(made);
    appraise_snp(appraisal, *evidence.snp, evidence, made.context);
    return appraisal;
}

}  // namespace assay::attest
