// What is wrong with a SEV-SNP report and its certificates.
#include "conformance/suites/verifier/edits.h"
#include "stack/evidence/der.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

SnpForm& snp(Machine& machine) { return *machine.snp; }

void set_before(Machine& machine, size_t at, uint8_t value) {
    snp(machine).edit_before = [at, value](Bytes& report) { report.at(at) = value; };
}

void empty(Machine& machine) { cut(machine, "snp/report.bin", 0); }
void cut_short(Machine& machine) { cut(machine, "snp/report.bin", snp_at::signature); }
void last_byte(Machine& machine) { cut(machine, "snp/report.bin", snp_at::end - 1); }
void bytes_behind(Machine& machine) {
    snp(machine).edit_after = [](Bytes& report) { report.push_back(0); };
}
void version_old(Machine& machine) { snp(machine).version = 1; }
void version_unknown(Machine& machine) { snp(machine).version = 99; }

void reserved(Machine& machine) { set_before(machine, snp_at::reserved, 1); }
void reserved_late(Machine& machine) { set_before(machine, snp_at::signature - 1, 1); }
void reserved_policy(Machine& machine) { snp(machine).policy = 0x10000; }
void reserved_unsigned(Machine& machine) {
    snp(machine).edit_after = [](Bytes& report) { report.at(snp_at::signature_padding) = 1; };
}

void algorithm(Machine& machine) { snp(machine).signature_algo = 0; }
void signer_kind(Machine& machine) { snp(machine).flags = 1 << 2; }
void signer_none(Machine& machine) { snp(machine).flags = 7 << 2; }
void signature_changed(Machine& machine) {
    snp(machine).edit_after = [](Bytes& report) { flip(report, snp_at::signature); };
}
void signature_zero(Machine& machine) {
    snp(machine).edit_after = [](Bytes& report) { std::fill_n(report.begin() + snp_at::signature, 144, 0); };
}
void changed_after(Machine& machine) {
    snp(machine).edit_after = [](Bytes& report) { flip(report, snp_at::host_data); };
}
void stranger(Machine& machine) { snp(machine).signer = {"a stranger"}; }
void other_chip(Machine& machine) { snp(machine).chip_id = Bytes(64, 0x11); }

void certificate_tcb(Machine& machine) {
    TcbForm tcb = snp(machine).reported;
    ++tcb.microcode;
    set_tcb(snp(machine).chain[0], tcb);
}
void certificate_no_tcb(Machine& machine) {
    std::erase_if(snp(machine).chain[0].more, [](const Extension& one) { return one.oid == kOidSnp; });
}

void no_hardware_id(Machine& machine) {
    std::erase_if(snp(machine).chain[0].more, [](const Extension& one) { return one.oid == kOidHardware; });
}

// The rest of the identifier is another chip's.
void other_chip_end(Machine& machine) { snp(machine).chip_id.back() ^= 1; }
void chip_short(Machine& machine) {
    Bytes& id = find(snp(machine).chain[0], kOidHardware)->value;
    id.resize(8);
    snp(machine).chip_id = id;
    snp(machine).chip_id.resize(64);
}
void chip_masked(Machine& machine) {
    snp(machine).chip_id = Bytes(64);
    machine.policy["snp"]["chip_id_required"] = true;
}

Bytes& certified(Machine& machine, std::string_view oid) { return find(snp(machine).chain[0], oid)->value; }
void product_other(Machine& machine) { certified(machine, kOidProduct) = der::text(der::kIa5, "Milan-B0"); }
void product_other_turin(Machine& machine) {
    certified(machine, kOidProduct) = der::text(der::kIa5, "Genoa-B1");
}
void product_missing(Machine& machine) {
    std::erase_if(snp(machine).chain[0].more, [](const Extension& one) { return one.oid == kOidProduct; });
}
void structure_late(Machine& machine) { certified(machine, kOidStructure) = der::integer(uint64_t{1}); }
void structure_early(Machine& machine) { certified(machine, kOidStructure) = der::integer(uint64_t{0}); }
void processor_zero(Machine& machine) {
    snp(machine).processor.family = snp(machine).processor.model = snp(machine).processor.stepping = 0;
}
// Rome, which has no SEV-SNP.
void processor_unknown(Machine& machine) {
    snp(machine).processor.family = 0x17;
    snp(machine).processor.model = 0x31;
}
void fmc_missing(Machine& machine) {
    SnpForm& form = snp(machine);
    for (TcbForm* one : {&form.current, &form.reported, &form.committed, &form.launch}) one->fmc = 0;
    std::erase_if(form.chain[0].more, [](const Extension& one) { return one.oid == kOidFmc; });
    machine.policy["snp"]["tcb"].erase("fmc");
}
void fmc_where_none_is(Machine& machine) {
    snp(machine).chain[0].more.push_back({std::string(kOidFmc), false, der::integer(uint64_t{0})});
}
void certificate_reserved(Machine& machine) {
    certified(machine, "1.3.6.1.4.1.3704.1.3.5") = der::integer(uint64_t{1});
}

void platform_early(Machine& machine) { snp(machine).platform_info |= 1 << 6; }
void platform_unknown(Machine& machine) {
    snp(machine).platform_info |= 1 << 8;
    machine.policy["snp"]["platform_info_known"] = true;
}

void launch_above(Machine& machine) { snp(machine).launch.microcode += 1; }
void committed_above(Machine& machine) { snp(machine).committed.snp += 1; }
void reported_above(Machine& machine) {
    snp(machine).reported.snp += 1;
    set_tcb(snp(machine).chain[0], snp(machine).reported);
}
// Each component is older in turn, the rest newer: a number made of them all would be larger.
void rollback(Machine& machine, void (*apply)(TcbForm&)) {
    SnpForm& form = snp(machine);
    apply(form.reported);
    form.current = form.committed = form.launch = form.reported;
    set_tcb(form.chain[0], form.reported);
}
void microcode_old(Machine& machine) {
    rollback(machine, [](TcbForm& tcb) { tcb.microcode -= 1; });
}
void snp_old(Machine& machine) {
    rollback(machine, [](TcbForm& tcb) {
        tcb.snp -= 1;
        tcb.microcode += 1;
    });
}
void boot_loader_old(Machine& machine) {
    rollback(machine, [](TcbForm& tcb) {
        tcb.boot_loader -= 1;
        tcb.snp += 1;
    });
}
void fmc_old(Machine& machine) {
    rollback(machine, [](TcbForm& tcb) {
        tcb.fmc = static_cast<uint8_t>(*tcb.fmc - 1);
        tcb.snp += 1;
    });
}
void launch_old(Machine& machine) { snp(machine).launch.snp -= 1; }

void debug(Machine& machine) { snp(machine).policy |= uint64_t{1} << 19; }
void migration(Machine& machine) { snp(machine).policy |= uint64_t{1} << 18; }
void level(Machine& machine) { snp(machine).vmpl = 1; }
void level_of_host(Machine& machine) { snp(machine).vmpl = 0xffffffff; }
void measurement_other(Machine& machine) { snp(machine).measurement = other_digest("another guest"); }
void measurement_zero(Machine& machine) { snp(machine).measurement = Bytes(48); }
void guest_svn(Machine& machine) { machine.policy["snp"]["guest_svn"] = 2; }

void replayed(Machine& machine) { snp(machine).report_data = Bytes(64, 0x77); }
void nonce_in_second_half(Machine& machine) { snp(machine).report_data = concat({Bytes(32), machine.nonce}); }
void nonce_and_more(Machine& machine) { snp(machine).report_data = concat({machine.nonce, Bytes(32, 0x01)}); }

void given_data_other(Machine& machine) { give_report_data(machine, Bytes(64, 0x77)); }
// The nonce is there, and is not what was asked for.
void given_data_half(Machine& machine) {
    give_report_data(machine, concat({machine.nonce, Bytes(31), Bytes{0x01}}));
}

void key_stranger(Machine& machine) {
    Chain& chain = snp(machine).chain;
    chain.back().key.label += " of a stranger";
    relink(chain);
}
void key_forged(Machine& machine) {
    snp(machine).chain[0].signer = {"a stranger", crypto::SignAlgo::rsapss_4096};
}
void key_hash(Machine& machine) { snp(machine).chain[0].hash = crypto::HashAlgo::sha256; }
void key_expired(Machine& machine) { snp(machine).chain[0].not_after = at(2026, 5, 1); }
void chain_cut(Machine& machine) { snp(machine).chain.erase(snp(machine).chain.begin() + 1); }

}  // namespace

std::span<const Edit> snp_edits() {
    static constexpr Edit kEdits[] = {
        {"snp/empty", empty},
        {"snp/cut-before-signature", cut_short},
        {"snp/cut-last-byte", last_byte},
        {"snp/bytes-behind", bytes_behind},
        {"snp/version-old", version_old},
        {"snp/version-unknown", version_unknown},
        {"snp/reserved", reserved},
        {"snp/reserved-at-end", reserved_late},
        {"snp/reserved-policy", reserved_policy},
        {"snp/reserved-in-signature", reserved_unsigned},
        {"snp/algorithm", algorithm},
        {"snp/signer-kind", signer_kind},
        {"snp/signer-none", signer_none},
        {"snp/signature-changed", signature_changed},
        {"snp/signature-zero", signature_zero},
        {"snp/changed-after-signing", changed_after},
        {"snp/stranger", stranger},
        {"snp/other-chip", other_chip},
        {"snp/other-chip-end", other_chip_end},
        {"snp/chip-short", chip_short},
        {"snp/chip-masked", chip_masked},
        {"snp/product-other", product_other},
        {"snp/product-other-turin", product_other_turin},
        {"snp/product-missing", product_missing},
        {"snp/structure-late", structure_late},
        {"snp/structure-early", structure_early},
        {"snp/processor-zero", processor_zero},
        {"snp/processor-unknown", processor_unknown},
        {"snp/fmc-missing", fmc_missing},
        {"snp/fmc-where-none-is", fmc_where_none_is},
        {"snp/certificate-reserved", certificate_reserved},
        {"snp/platform-early", platform_early},
        {"snp/platform-unknown", platform_unknown},
        {"snp/launch-above-current", launch_above},
        {"snp/certificate-tcb", certificate_tcb},
        {"snp/certificate-no-tcb", certificate_no_tcb},
        {"snp/no-hardware-id", no_hardware_id},
        {"snp/committed-above-current", committed_above},
        {"snp/reported-above-current", reported_above},
        {"snp/microcode-old", microcode_old},
        {"snp/snp-old", snp_old},
        {"snp/boot-loader-old", boot_loader_old},
        {"snp/fmc-old", fmc_old},
        {"snp/launch-old", launch_old},
        {"snp/debug", debug},
        {"snp/migration", migration},
        {"snp/level", level},
        {"snp/level-of-host", level_of_host},
        {"snp/measurement-other", measurement_other},
        {"snp/measurement-zero", measurement_zero},
        {"snp/guest-svn", guest_svn},
        {"snp/replayed", replayed},
        {"snp/nonce-in-second-half", nonce_in_second_half},
        {"snp/nonce-and-more", nonce_and_more},
        {"snp/given-data-other", given_data_other},
        {"snp/given-data-half", given_data_half},
        {"snp/key-of-stranger", key_stranger},
        {"snp/key-forged", key_forged},
        {"snp/key-hash", key_hash},
        {"snp/key-expired", key_expired},
        {"snp/chain-cut", chain_cut},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
