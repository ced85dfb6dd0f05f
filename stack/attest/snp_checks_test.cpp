// Each check of a SEV-SNP report, with what it must find.
#include "stack/attest/snp_report.h"
#include "stack/attest/snp_test_support.h"

namespace assay::attest {

namespace {

using evidence::snp_field;
namespace snp_bits = evidence::snp_bits;

// In its form.
std::vector<Wrong<Made>> wrong_form() {
    return {
        {Check::snp_form, "a byte behind the report",
         [](Made& m) { m.edit_after = [](SnpEvidence& s) { s.report.bytes.push_back(0); }; }},
        {Check::snp_form, "version 1", [](Made& m) { m.report.version = 1; }},
        {Check::snp_form, "version 6", [](Made& m) { m.report.version = 6; }},
        {Check::snp_reserved, "bytes 4Ch", [](Made& m) { m.report.reserved = 0x100; }},
        {Check::snp_reserved, "the end of the signature",
         [](Made& m) { m.report.signature.reserved.back() = 1; }},
        {Check::snp_reserved, "bit 17 of the policy",
         [](Made& m) { m.report.policy ^= snp_bits::must_be_one.mask(); }},
        {Check::snp_reserved, "bit 26 of the policy", [](Made& m) { m.report.policy |= 1U << 26; }},
        {Check::snp_reserved, "a family of a CPU in version 2", [](Made& m) { m.report.version = 2; }},
        {Check::snp_reserved, "the alias check in version 2",
         [](Made& m) {
             m.report.version = 2;
             m.report.cpuid_fam_id = m.report.cpuid_mod_id = m.report.cpuid_step = 0;
             m.report.platform_info = 0x21;
         }},
        {Check::snp_reserved, "safe writes of the IOMMU in version 4",
         [](Made& m) {
             m.report.version = 4;
             m.report.platform_info = 0x61;
         }},
        {Check::snp_platform_info, "a bit that is not known, which the policy does not allow",
         [](Made& m) {
             m.report.version = 5;
             m.report.platform_info |= 0x100;
             m.context.policy.snp->platform_info_known = true;
         }},
        {Check::snp_reserved, "mitigations in version 4",
         [](Made& m) {
             m.report.version = 4;
             m.report.launch_mit_vector = 1;
         }},
        {Check::snp_reserved, "the middle of a TCB", [](Made& m) { m.report.current_tcb |= 0x10000; }},
        {Check::snp_algorithm, "another algorithm", [](Made& m) { m.report.signature_algo = 2; }},
    };
}

// In who signed it, and for what.
std::vector<Wrong<Made>> wrong_key() {
    return {
        {Check::snp_signer, "a VLEK says the report", [](Made& m) { m.report.key_info = 1 << 2; }},
        {Check::snp_signer, "nobody says the report", [](Made& m) { m.report.key_info = 7 << 2; }},
        {Check::snp_signer, "both kinds says the certificate",
         [](Made& m) { m.extensions.push_back(amd("5", Bytes{0x16, 1, 'x'})); }},
        {Check::snp_signature, "one bit of the host's data",
         [](Made& m) {
             m.edit_after = [](SnpEvidence& s) { s.report.bytes[snp_field("HOST_DATA").offset] ^= 1; };
         }},
        {Check::snp_signature, "one bit of the signature",
         [](Made& m) {
             m.edit_after = [](SnpEvidence& s) { s.report.bytes[snp_field("SIGNATURE").offset] ^= 1; };
         }},
        {Check::snp_signature, "a signature beyond the curve",
         [](Made& m) {
             m.edit_after = [](SnpEvidence& s) { s.report.bytes[snp_field("SIGNATURE").offset + 48] = 1; };
         }},
        {Check::snp_chip, "another chip", [](Made& m) { m.report.chip_id.front() ^= 0xff; }},
        {Check::snp_chip, "a chip that is masked, where the policy requires it",
         [](Made& m) {
             m.report.chip_id = Bytes(64);
             m.context.policy.snp->chip_id_required = true;
         }},
        {Check::snp_chip, "a chip whose last byte differs", [](Made& m) { m.report.chip_id.back() ^= 0xff; }},
        {Check::snp_product, "no processor",
         [](Made& m) { m.report.cpuid_fam_id = m.report.cpuid_mod_id = m.report.cpuid_step = 0; }},
        {Check::snp_product, "another processor", [](Made& m) { m.report.cpuid_mod_id = 0x11; }},
        {Check::snp_product, "a product of another name",
         [](Made& m) { m.extension("2").content = ia5("Genoa-B1"); }},
        {Check::snp_product, "a product that is not known, in version 2",
         [](Made& m) {
             m.report.version = 2;
             m.report.cpuid_fam_id = m.report.cpuid_mod_id = m.report.cpuid_step = 0;
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
        {Check::cert_root_pinned, "no root", [](Made& m) { m.context.roots.amd.clear(); }},
        {Check::cert_validity, "a year later", [](Made& m) { m.context.time += std::chrono::days(365); }},
    };
}

// In the platform and the guest.
std::vector<Wrong<Made>> wrong_guest() {
    return {
        {Check::snp_tcb_order, "committed to more than runs", [](Made& m) { m.report.committed_tcb += 1; }},
        {Check::snp_tcb_order, "launched under more than runs",
         [](Made& m) { m.report.launch_tcb += uint64_t{1} << 48; }},
        {Check::snp_tcb_order, "committed to later firmware", [](Made& m) { m.report.committed_minor += 1; }},
        {Check::snp_tcb_floor, "an old bootloader",
         [](Made& m) { m.context.policy.snp->tcb.bootloader = 5; }},
        {Check::snp_tcb_floor, "launched with old microcode",
         [](Made& m) {
             m.context.policy.snp->tcb.microcode = 0xdb;
             m.report.launch_tcb -= uint64_t{1} << 56;
         }},
        {Check::snp_debug, "may be debugged", [](Made& m) { m.report.policy |= snp_bits::debug.mask(); }},
        {Check::snp_migration, "may be migrated",
         [](Made& m) { m.report.policy |= snp_bits::migrate_ma.mask(); }},
        {Check::snp_vmpl, "another level",
         [](Made& m) {
             m.context.policy.snp->vmpl = {0};
             m.report.vmpl = 1;
         }},
        {Check::snp_vmpl, "asked for by the host", [](Made& m) { m.report.vmpl = 0xffffffff; }},
        {Check::snp_measurement, "another guest",
         [](Made& m) { m.context.policy.snp->measurements = {Bytes(48, 1)}; }},
        {Check::policy_svn, "an old guest", [](Made& m) { m.context.policy.snp->guest_svn = 3; }},
        {Check::snp_report_data, "another nonce", [](Made& m) { m.report.report_data.front() ^= 1; }},
        {Check::snp_report_data, "something behind the nonce",
         [](Made& m) { m.report.report_data.back() = 1; }},
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
             m.report.report_data = bound_report_data(test_nonce(), gpu_leaves(other).value(), nullptr);
         }},
        {Check::binding_snp, "without the TPM",
         [](Made& m) {
             m.context.policy.composite = true;
             m.tpm.emplace().certificates = gpu_with_leaf("ak").certificates;
             m.report.report_data = bound_report_data(test_nonce(), {}, nullptr);
         }},
    };
}

std::vector<Wrong<Made>> wrongs() {
    std::vector<Wrong<Made>> all;
    for (const auto& some : {wrong_form(), wrong_key(), wrong_guest()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snp_checks)

BOOST_AUTO_TEST_CASE(each_way_of_being_wrong_violates_its_check_and_no_other) {
    each_violates_its_own_check(wrongs(), appraised);
}

BOOST_AUTO_TEST_CASE(each_check_of_the_report_can_be_waived) {
    each_check_can_be_waived(wrongs(), appraised);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
