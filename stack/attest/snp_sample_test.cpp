// A report of a real Milan, with the certificates of its chip, which are kept outside the repository.
#include "stack/attest/platform_test_support.h"
#include "stack/attest/snp.h"
#include "stack/attest/snp_report.h"
#include "stack/crypto/x509.h"

namespace assay::attest {

namespace {

constexpr crypto::UnixTime kThen = std::chrono::sys_days(std::chrono::year(2022) / 10 / 15);

struct Sample {
    SnpEvidence snp;
    Context context;

    Sample() {
        const Bytes issuers = file_bytes(kSamples / "snp/ask_ark_milan.pem");
        const auto chain =
            crypto::parse_pem_certificates({reinterpret_cast<const char*>(issuers.data()), issuers.size()})
                .value();
        snp.report = {"report.bin", file_bytes(kSamples / "snp/milan_report.bin")};
        snp.certificates = {"chain.der",
                            concat({file_bytes(kSamples / "snp/milan_vcek.der"), chain[0].der()})};
        wire::Nonce nonce{1, 2, 3, 4, 5};
        context.nonce = nonce;
        context.time = kThen;
        context.roots.amd = {chain[1]};
        context.policy.snp = SnpPolicy{};
    }
    Appraisal appraised() const {
        Appraisal appraisal;
        Evidence evidence;
        evidence.snp = snp;
        appraise_snp(appraisal, snp, evidence, context);
        return appraisal;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(snp_sample)

BOOST_AUTO_TEST_CASE(a_real_report_is_refused_for_nothing_but_its_debug_bit) {
    if (samples_absent()) return;
    Sample sample;
    const auto report = parse_snp_report(sample.snp.report.bytes);
    BOOST_REQUIRE(report);
    sample.context.policy.snp->allow_debug = report->debug();
    sample.context.policy.snp->allow_migration = report->migration();
    const Appraisal appraisal = sample.appraised();
    BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
}

BOOST_AUTO_TEST_CASE(each_byte_that_is_signed_is_held_to_the_signature) {
    if (samples_absent()) return;
    Sample sample;
    const auto chain = crypto::parse_certificates(sample.snp.certificates.bytes).value();
    for (size_t i = 4; i < 0x2a0 + 48; ++i) {
        Bytes changed = sample.snp.report.bytes;
        changed[i] ^= 0x10;
        const auto report = parse_snp_report(changed);
        BOOST_REQUIRE(report);
        BOOST_TEST(!verify_snp_report(changed, report->signature, chain[0].public_key()), "byte " << i);
    }
}

// The places of AMD 56860, table of ATTESTATION_REPORT, and not of its description here.
BOOST_AUTO_TEST_CASE(the_fields_of_a_real_report_stand_where_the_abi_has_them) {
    if (samples_absent()) return;
    const Bytes bytes = Sample().snp.report.bytes;
    const SnpReport report = parse_snp_report(bytes).value();
    const auto at = [&](size_t offset, size_t size) {
        return to_bytes(ByteView(bytes).subspan(offset, size));
    };
    BOOST_TEST(bytes.size() == 0x4a0U);
    BOOST_TEST(report.version == bytes[0]);
    BOOST_TEST(report.policy == (bytes[0x08] | bytes[0x09] << 8 | bytes[0x0a] << 16));
    BOOST_TEST(report.vmpl == bytes[0x30]);
    BOOST_TEST(report.signature_algo == bytes[0x34]);
    BOOST_TEST((report.report_data == at(0x50, 64)));
    BOOST_TEST((report.measurement == at(0x90, 48)));
    BOOST_TEST((report.host_data == at(0xc0, 32)));
    BOOST_TEST((report.report_id == at(0x140, 32)));
    BOOST_TEST((report.chip_id == at(0x1a0, 64)));
    BOOST_TEST((report.signature.r == at(0x2a0, 72)));
    BOOST_TEST((report.signature.s == at(0x2e8, 72)));
    for (const auto& [number, offset] : {std::pair(report.current_tcb, 0x38U),
                                         {report.reported_tcb, 0x180U},
                                         {report.committed_tcb, 0x1e0U},
                                         {report.launch_tcb, 0x1f0U}}) {
        const Tcb tcb = evidence::tcb_of(number, report.layout);
        BOOST_TEST((at(offset, 8) == Bytes{tcb.bootloader, tcb.tee, 0, 0, 0, 0, tcb.snp, tcb.microcode}));
    }
    BOOST_TEST((Bytes{report.current_build, report.current_minor, report.current_major} == at(0x1e8, 3)));
    BOOST_TEST(
        (Bytes{report.committed_build, report.committed_minor, report.committed_major} == at(0x1ec, 3)));
}

BOOST_AUTO_TEST_CASE(a_real_chain_is_not_valid_before_it_was_made) {
    if (samples_absent()) return;
    Sample sample;
    sample.context.policy.snp->allow_debug = sample.context.policy.snp->allow_migration = true;
    sample.context.time -= std::chrono::days(60);
    BOOST_TEST(refused_by(sample.appraised()) == std::vector<std::string>{"cert_validity"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
