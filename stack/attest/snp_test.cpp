#include "stack/attest/snp.h"

#include <algorithm>

#include "stack/attest/binding.h"
#include "stack/attest/platform_test_support.h"
#include "stack/attest/snp_report.h"

namespace assay::attest {

namespace {

using crypto::CertificateSpec;
using crypto::HashAlgo;
using crypto::PrivateKey;
using crypto::SignAlgo;

constexpr std::string_view kArc = "1.3.6.1.4.1.3704.1.";

// The keys of AMD and of the chip.
struct Keys {
    PrivateKey ark = PrivateKey::generate(SignAlgo::rsapss_2048).value();
    PrivateKey ask = PrivateKey::generate(SignAlgo::rsapss_2048).value();
    PrivateKey vcek = PrivateKey::generate(SignAlgo::ecdsa_p384).value();
};
const Keys& keys() {
    static const Keys kMade;
    return kMade;
}

CertificateSpec spec_of(std::string subject, std::string issuer) {
    CertificateSpec spec;
    spec.subject = std::move(subject);
    spec.issuer = std::move(issuer);
    spec.not_before = kNow - std::chrono::days(100);
    spec.not_after = kNow + std::chrono::days(100);
    spec.pss = true;
    return spec;
}

crypto::Certificate authority(std::string subject, const PrivateKey& key) {
    CertificateSpec spec = spec_of(std::move(subject), "ARK-Synthetic");
    spec.ca = true;
    spec.digital_signature = false;
    spec.key_cert_sign = true;
    return crypto::make_certificate(spec, key.public_key(), keys().ark, HashAlgo::sha384).value();
}
const crypto::Certificate& ark() {
    static const crypto::Certificate kMade = authority("ARK-Synthetic", keys().ark);
    return kMade;
}
const crypto::Certificate& ask() {
    static const crypto::Certificate kMade = authority("SEV-Synthetic", keys().ask);
    return kMade;
}

Bytes integer(uint8_t value) { return value < 0x80 ? Bytes{2, 1, value} : Bytes{2, 2, 0, value}; }

crypto::ExtensionSpec amd(std::string_view below, Bytes content) {
    return {std::string(kArc) + std::string(below), std::move(content)};
}

Bytes ia5(std::string_view text) {
    return concat({Bytes{0x16, static_cast<uint8_t>(text.size())}, as_bytes(text)});
}

evidence::SnpForm guest() {
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
    Bytes report = make(guest());
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
    void set(size_t offset, std::initializer_list<uint8_t> bytes) {
        std::ranges::copy(bytes, report.begin() + static_cast<std::ptrdiff_t>(offset));
    }
    crypto::ExtensionSpec& extension(std::string_view below) {
        return *std::ranges::find(extensions, std::string(kArc) + std::string(below),
                                  &crypto::ExtensionSpec::oid);
    }
};

// R and S, little-endian in 72 bytes each.
void sign(Bytes& report) {
    const Bytes raw = crypto::openssl_provider()
                          .sign(SignAlgo::ecdsa_p384, HashAlgo::sha384, keys().vcek,
                                {.bytes = ByteView(report).first(kSnpSignedSize)})
                          .value();
    for (size_t i = 0; i < 48; ++i) {
        report[kSnpSignedSize + i] = raw[47 - i];
        report[kSnpSignedSize + 72 + i] = raw[95 - i];
    }
}

SnpEvidence sealed(const Made& made) {
    CertificateSpec spec = spec_of("SEV-VCEK", "SEV-Synthetic");
    spec.ca = std::nullopt;
    spec.digital_signature = false;
    spec.extensions = made.extensions;
    const auto vcek =
        crypto::make_certificate(spec, keys().vcek.public_key(), keys().ask, HashAlgo::sha384).value();
    SnpEvidence snp;
    snp.certificates = {"snp/chain.der", concat({vcek.der(), ask().der(), ark().der()})};
    snp.report = {"snp/report.bin", made.report};
    sign(snp.report.bytes);
    made.edit_after(snp);
    return snp;
}

Appraisal appraised(const Made& made, FaultConfig faults = {}) {
    Appraisal appraisal(faults);
    Evidence evidence;
    evidence.gpus = made.gpus;
    evidence.tpm = made.tpm;
    evidence.snp = sealed(made);
    appraise_snp(appraisal, *evidence.snp, evidence, made.context);
    return appraisal;
}

void write_report_data(Made& made, ByteView data) { std::ranges::copy(data, made.report.begin() + 0x50); }

std::vector<Wrong<Made>> wrongs() {
    return {
        {Check::snp_form, "a byte behind the report",
         [](Made& m) { m.edit_after = [](SnpEvidence& s) { s.report.bytes.push_back(0); }; }},
        {Check::snp_form, "version 1", [](Made& m) { m.set(0, {1}); }},
        {Check::snp_form, "version 6", [](Made& m) { m.set(0, {6}); }},
        {Check::snp_reserved, "bytes 4Ch", [](Made& m) { m.set(0x4d, {1}); }},
        {Check::snp_reserved, "the end of the signature", [](Made& m) { m.set(0x49f, {1}); }},
        {Check::snp_reserved, "bit 17 of the policy", [](Made& m) { m.set(0x0a, {1}); }},
        {Check::snp_reserved, "bit 26 of the policy", [](Made& m) { m.set(0x0b, {4}); }},
        {Check::snp_reserved, "a family of a CPU in version 2", [](Made& m) { m.set(0, {2}); }},
        {Check::snp_reserved, "the alias check in version 2",
         [](Made& m) {
             m.set(0, {2});
             m.set(0x188, {0, 0, 0});
             m.set(0x40, {0x21});
         }},
        {Check::snp_reserved, "safe writes of the IOMMU in version 4",
         [](Made& m) {
             m.set(0, {4});
             m.set(0x40, {0x61});
         }},
        {Check::snp_platform_info, "a bit that is not known, which the policy does not allow",
         [](Made& m) {
             m.set(0, {5});
             m.set(0x41, {1});
             m.context.policy.snp->platform_info_known = true;
         }},
        {Check::snp_reserved, "mitigations in version 4",
         [](Made& m) {
             m.set(0, {4});
             m.set(0x1f8, {1});
         }},
        {Check::snp_reserved, "the middle of a TCB", [](Made& m) { m.set(0x3a, {1}); }},
        {Check::snp_algorithm, "another algorithm", [](Made& m) { m.set(0x34, {2}); }},
        {Check::snp_signer, "a VLEK says the report", [](Made& m) { m.set(0x48, {1 << 2}); }},
        {Check::snp_signer, "nobody says the report", [](Made& m) { m.set(0x48, {7 << 2}); }},
        {Check::snp_signer, "both kinds says the certificate",
         [](Made& m) { m.extensions.push_back(amd("5", Bytes{0x16, 1, 'x'})); }},
        {Check::snp_signature, "one bit of the host's data",
         [](Made& m) { m.edit_after = [](SnpEvidence& s) { s.report.bytes[0xc0] ^= 1; }; }},
        {Check::snp_signature, "one bit of the signature",
         [](Made& m) { m.edit_after = [](SnpEvidence& s) { s.report.bytes[0x2a0] ^= 1; }; }},
        {Check::snp_signature, "a signature beyond the curve",
         [](Made& m) { m.edit_after = [](SnpEvidence& s) { s.report.bytes[0x2a0 + 48] = 1; }; }},
        {Check::snp_chip, "another chip", [](Made& m) { m.set(0x1a0, {0xff}); }},
        {Check::snp_chip, "a chip that is masked, where the policy requires it",
         [](Made& m) {
             std::fill_n(m.report.begin() + 0x1a0, 64, uint8_t{0});
             m.context.policy.snp->chip_id_required = true;
         }},
        {Check::snp_chip, "a chip whose last byte differs", [](Made& m) { m.set(0x1df, {0xff}); }},
        {Check::snp_product, "no processor", [](Made& m) { m.set(0x188, {0, 0, 0}); }},
        {Check::snp_product, "another processor", [](Made& m) { m.set(0x188, {0x19, 0x11}); }},
        {Check::snp_product, "a product of another name",
         [](Made& m) { m.extension("2").content = ia5("Genoa-B1"); }},
        {Check::snp_product, "a product that is not known, in version 2",
         [](Made& m) {
             m.set(0, {2});
             m.set(0x188, {0, 0, 0});
             m.extension("2").content = ia5("Naples-B0");
         }},
        {Check::snp_product, "the structure of a later certificate",
         [](Made& m) { m.extension("1").content = integer(1); }},
        {Check::snp_product, "no structure", [](Made& m) { m.extensions.erase(m.extensions.begin()); }},
        {Check::snp_certificate_tcb, "a certificate of another microcode",
         [](Made& m) { m.extension("3.8").content = integer(0xda); }},
        {Check::snp_certificate_tcb, "a certificate without a bootloader",
         [](Made& m) {
             std::erase_if(m.extensions, [](const auto& one) { return one.oid.ends_with(".3.1"); });
         }},
        {Check::snp_certificate_tcb, "a certificate with an FMC that this processor does not have",
         [](Made& m) { m.extensions.push_back(amd("3.9", integer(0))); }},
        {Check::snp_certificate_tcb, "a certificate with a reserved security version",
         [](Made& m) { m.extensions.push_back(amd("3.6", integer(1))); }},
        {Check::snp_tcb_order, "committed to more than runs", [](Made& m) { m.set(0x1e0, {5}); }},
        {Check::snp_tcb_order, "launched under more than runs", [](Made& m) { m.set(0x1f6, {25}); }},
        {Check::snp_tcb_order, "committed to later firmware", [](Made& m) { m.set(0x1ed, {56}); }},
        {Check::snp_tcb_floor, "an old bootloader",
         [](Made& m) { m.context.policy.snp->tcb.bootloader = 5; }},
        {Check::snp_tcb_floor, "launched with old microcode",
         [](Made& m) {
             m.context.policy.snp->tcb.microcode = 0xdb;
             m.set(0x1f7, {0xda});
         }},
        {Check::snp_debug, "may be debugged", [](Made& m) { m.set(0x0a, {0x0b}); }},
        {Check::snp_migration, "may be migrated", [](Made& m) { m.set(0x0a, {0x07}); }},
        {Check::snp_vmpl, "another level",
         [](Made& m) {
             m.context.policy.snp->vmpl = {0};
             m.set(0x30, {1});
         }},
        {Check::snp_vmpl, "asked for by the host", [](Made& m) { m.set(0x30, {0xff, 0xff, 0xff, 0xff}); }},
        {Check::snp_measurement, "another guest",
         [](Made& m) { m.context.policy.snp->measurements = {Bytes(48, 1)}; }},
        {Check::policy_svn, "an old guest", [](Made& m) { m.context.policy.snp->guest_svn = 3; }},
        {Check::snp_report_data, "another nonce", [](Made& m) { m.set(0x50, {0}); }},
        {Check::snp_report_data, "something behind the nonce", [](Made& m) { m.set(0x8f, {1}); }},
        {Check::snp_report_data, "other data than was given",
         [](Made& m) {
             m.context.expected["snp"] = report_data(test_nonce());
             m.context.expected["snp"].back() = 1;
         }},
        {Check::nonce_expected, "no nonce", [](Made& m) { m.context.nonce.reset(); }},
        {Check::binding_snp, "the nonce alone where it should be bound",
         [](Made& m) { m.context.policy.composite = true; }},
        {Check::binding_snp, "another GPU",
         [](Made& m) {
             m.context.policy.composite = true;
             m.gpus = {gpu_with_leaf("one")};
             Evidence other;
             other.gpus = {gpu_with_leaf("two")};
             write_report_data(m, bound_report_data(test_nonce(), gpu_leaves(other).value(), nullptr));
         }},
        {Check::binding_snp, "without the TPM",
         [](Made& m) {
             m.context.policy.composite = true;
             m.tpm.emplace().certificates = gpu_with_leaf("ak").certificates;
             write_report_data(m, bound_report_data(test_nonce(), {}, nullptr));
         }},
        {Check::cert_root_pinned, "no root", [](Made& m) { m.context.roots.amd.clear(); }},
        {Check::cert_validity, "a year later", [](Made& m) { m.context.time += std::chrono::days(365); }},
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snp_suite)

BOOST_AUTO_TEST_CASE(a_genuine_report_is_trusted_and_says_what_guest_it_is_of) {
    Made made;
    made.context.policy.snp->measurements = {guest().measurement};
    made.context.policy.snp->vmpl = {0};
    made.context.policy.snp->tcb = {.bootloader = 4, .tee = 0, .snp = 24, .microcode = 0xdb};
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    const auto& claims = appraisal.claims().at("snp");
    BOOST_TEST(claims.at("dbgstat") == "disabled-since-boot");
    BOOST_TEST(claims.at("guest-svn") == 2);
    BOOST_TEST(claims.at("reported-tcb").at("microcode") == 0xdb);
    BOOST_TEST(claims.at("signer") == "vcek");
}

BOOST_AUTO_TEST_CASE(each_way_of_being_wrong_violates_its_check_and_no_other) {
    each_violates_its_own_check(wrongs(), appraised);
}

BOOST_AUTO_TEST_CASE(each_check_of_the_report_can_be_waived) {
    each_check_can_be_waived(wrongs(), appraised);
}

BOOST_AUTO_TEST_CASE(a_report_bound_to_gpus_and_a_tpm_is_trusted) {
    Made made;
    made.context.policy.composite = true;
    made.gpus = {gpu_with_leaf("one"), gpu_with_leaf("two")};
    made.tpm.emplace().certificates = gpu_with_leaf("ak").certificates;
    Evidence evidence;
    evidence.gpus = made.gpus;
    evidence.tpm = made.tpm;
    const auto key = attestation_key(evidence).value();
    write_report_data(made, bound_report_data(test_nonce(), gpu_leaves(evidence).value(), &key));
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted));
}

BOOST_AUTO_TEST_CASE(a_report_that_a_vlek_signed_is_of_no_chip) {
    Made made;
    made.set(0x48, {1 << 2});
    made.extensions.back() = amd("5", Bytes{0x16, 3, 'c', 's', 'p'});
    std::fill_n(made.report.begin() + 0x1a0, 64, uint8_t{0});
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
}

BOOST_AUTO_TEST_CASE(a_report_whose_chip_is_masked_is_of_the_chip_that_the_certificate_names) {
    Made made;
    std::fill_n(made.report.begin() + 0x1a0, 64, uint8_t{0});
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    BOOST_TEST(appraisal.claims().at("snp").at("chip-id").is_null());
    made.extensions.pop_back();
    BOOST_TEST(refused_by(appraised(made)) == (std::vector<std::string>{"snp_signer", "snp_chip"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(report_data_that_is_given_needs_no_nonce) {
    Made made;
    const Bytes data(64, 0x66);
    write_report_data(made, data);
    made.context.nonce.reset();
    made.context.expected["snp"] = data;
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted), appraised(made).text());
}

BOOST_AUTO_TEST_CASE(the_newest_version_may_have_bits_of_the_platform_that_later_firmware_brings) {
    Made made;
    made.set(0, {5});
    made.set(0x40, {0xe1, 1});
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    BOOST_TEST(appraisal.claims().at("snp").at("platform-info") ==
               nlohmann::json({"smt-en", "alias-check-complete", "iommu-write-safe", "tio-en", "bit-8"}));
}

BOOST_AUTO_TEST_CASE(firmware_may_have_been_taken_back_where_the_policy_allows_it) {
    Made made;
    made.set(0x1f6, {25});
    made.context.policy.snp->allow_rollback = true;
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted), appraised(made).text());
}

void make_turin(Made& made) {
    made.set(0x188, {0x1a, 0x02, 0x01});
    for (size_t tcb : {0x38U, 0x180U, 0x1e0U, 0x1f0U}) made.set(tcb, {1, 4, 0, 24, 0, 0, 0, 0xdb});
    std::fill_n(made.report.begin() + 0x1a8, 56, uint8_t{0});
    made.extension("1").content = integer(1);
    made.extension("2").content = ia5("Turin");
    made.extension("4").content.resize(8);
    made.extensions.push_back(amd("3.9", integer(1)));
    made.context.policy.snp->tcb.fmc = 1;
}

BOOST_AUTO_TEST_CASE(version_2_is_laid_out_as_the_certificate_says) {
    Made made;
    make_turin(made);
    made.set(0, {2});
    made.set(0x188, {0, 0, 0});
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted), appraised(made).text());
}

BOOST_AUTO_TEST_CASE(turin_has_an_fmc_and_a_short_chip_id) {
    Made made;
    make_turin(made);
    BOOST_TEST((appraised(made).verdict() == Verdict::trusted), appraised(made).text());
    made.context.policy.snp->tcb.fmc = 2;
    BOOST_TEST(refused_by(appraised(made)) == std::vector<std::string>{"snp_tcb_floor"},
               boost::test_tools::per_element());
    made.context.policy.snp->tcb.fmc = 0;
    for (size_t tcb : {0x38U, 0x180U, 0x1e0U, 0x1f0U}) made.set(tcb, {0});
    made.extensions.pop_back();
    BOOST_TEST(refused_by(appraised(made)) == std::vector<std::string>{"snp_certificate_tcb"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_policy_may_allow_debugging_and_migration) {
    Made made;
    made.set(0x0a, {0x0f});
    made.context.policy.snp->allow_debug = made.context.policy.snp->allow_migration = true;
    const Appraisal appraisal = appraised(made);
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
    BOOST_TEST(appraisal.claims().at("snp").at("dbgstat") == "enabled");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
