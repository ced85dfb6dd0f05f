// Evidence that is as it should be, in ways beyond the plain shapes.
#include "conformance/suites/verifier/edits.h"
#include "stack/evidence/der.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

constexpr crypto::UnixTime kAfterSigners = std::chrono::sys_days(std::chrono::year(2027) / 2 / 1);

void as_it_is(Machine& /*machine*/) {}

void der_certificates(Machine& machine) { machine.gpu().der = true; }

// The third of an index that may be one of several.
void alternative(Machine& machine) { measure(machine, 35, measurement(hopper_firmware().driver, 35, 2)); }

// Where no manifest says anything, anything may be measured.
void without_golden(Machine& machine) { measure(machine, 50, other_digest("a debug fuse")); }

void no_ocsp(Machine& machine) {
    machine.ocsp = false;
    machine.policy.erase("ocsp");
}

void ocsp_delegated(Machine& machine) {
    machine.policy["ocsp"]["nonce"] = "required";
    machine.edit_ocsp = [nonce = machine.nonce](std::vector<OcspForm>& responses) {
        for (OcspForm& one : responses) {
            one.delegate = delegate_of(one.issuer);
            one.signer = one.delegate->key;
            one.sha384_id = true;
            one.nonce = nonce;
        }
    };
}

void expired_signer(Machine& machine) {
    machine.time = kAfterSigners;
    machine.policy["allow_expired_rims"] = true;
}

void floors_met(Machine& machine) {
    machine.policy["floors"] = {{"spdm_version", "1.1"},
                                {"driver_version", hopper_firmware().driver},
                                {"vbios_version", hopper_firmware().vbios},
                                {"rim_revision", "r1"}};
    machine.policy["denied"] = {{"driver", {older_firmware().driver}}, {"vbios", {older_firmware().vbios}}};
}

void svn_met(Machine& machine) { machine.policy["floors"] = {{"svn", 1}}; }

void spare_manifests(Machine& machine) {
    machine.rims.insert(machine.rims.begin(), driver_rim(older_firmware()));
    machine.rims.push_back(vbios_rim(older_firmware()));
}

// As Google's cloud issues them: the key is named by its TPM alone.
void cloud_key(Machine& machine) {
    namespace der = evidence::der;
    CertificateForm& form = machine.tpm->chain.front();
    const Name model = {
        {"2.23.133.2.1", "id:474F4F47"}, {"2.23.133.2.2", "vTPM"}, {"2.23.133.2.3", "id:20160511"}};
    form.subject.clear();
    form.purposes = {"2.23.133.8.1"};
    form.more.push_back({"2.5.29.17", true, der::sequence({der::tagged(4, encode(model))})});
}

// A self-issued certificate is none of those that pathLenConstraint counts.
void self_issued_between(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    constexpr size_t kProvisioner = 2;
    CertificateForm self = chain[kProvisioner];
    self.key.label += ", the next";
    self.path_length.reset();
    chain[kProvisioner].path_length = 1;
    chain.insert(chain.begin() + kProvisioner, self);
    relink(chain);
}

// Of a responder that does not say until when it holds, for a policy that takes what is a day old.
void ocsp_without_end(Machine& machine) {
    machine.policy["ocsp"]["next_update_required"] = false;
    machine.edit_ocsp = [](std::vector<OcspForm>& responses) {
        for (OcspForm& one : responses) one.next_update.reset();
    };
}

void without_root(Machine& machine) {
    Chain& chain = machine.gpu().chain;
    const OcspForm word = genuine(chain[3], chain[4], machine.time);
    chain.pop_back();
    machine.edit_ocsp = [word](std::vector<OcspForm>& all) { all.push_back(word); };
}

// With the video decoder off NVIDIA's newer verifier does not look at what would be loaded into it.
void decoder_off(Machine& machine) {
    machine.report().field(opaque::nvdec0_status)->value = {opaque::kOff};
    measure(machine, 35, Bytes(48));
}

void of_version(Machine& machine, uint32_t version) {
    SnpForm& snp = *machine.snp;
    snp.version = version;
    snp.platform_info = platform_info_of(version);
    snp.launch_mitigations = version >= 5 ? 0x0f : 0;
    snp.current_mitigations = version >= 5 ? 0x3f : 0;
}
void version_2(Machine& machine) { of_version(machine, 2); }
void version_3(Machine& machine) { of_version(machine, 3); }
void version_4(Machine& machine) { of_version(machine, 4); }
void version_5(Machine& machine) { of_version(machine, 5); }

void bergamo(Machine& machine) { machine.snp->processor.model = 0xa0; }
void later_platform(Machine& machine) { machine.snp->platform_info |= 1 << 7 | 1 << 8; }

void masked_chip(Machine& machine) { machine.snp->chip_id = Bytes(64); }
void beginning_with(Machine& machine, uint8_t tag) {
    SnpForm& snp = *machine.snp;
    Bytes id = find(snp.chain[0], kOidHardware)->value;
    id[0] = tag;
    id[1] = static_cast<uint8_t>(id.size() - 2);
    set_chip(snp, id);
}
void chip_like_integer(Machine& machine) { beginning_with(machine, 0x02); }
void chip_like_octets(Machine& machine) { beginning_with(machine, 0x04); }
// As the specification has it, and AMD's key server does not.
void chip_in_octets(Machine& machine) {
    Bytes& value = find(machine.snp->chain[0], kOidHardware)->value;
    value = concat({Bytes{0x04, static_cast<uint8_t>(value.size())}, value});
}

void given_report_data(Machine& machine) {
    machine.snp->report_data = digest(crypto::HashAlgo::sha512, as_bytes(std::string_view("a guest's key")));
    give_report_data(machine, machine.snp->report_data);
}

// The host runs the newest TCB, has committed to the oldest, and reports one between them; the guest was
// launched under yet another one.
void four_tcbs(Machine& machine) {
    SnpForm& snp = *machine.snp;
    snp.current.snp += 3;
    snp.current.microcode += 3;
    snp.launch.snp += 2;
    snp.launch.microcode += 2;
    snp.reported.snp += 1;
    snp.reported.microcode += 1;
    set_tcb(snp.chain[0], snp.reported);
}

// As every reading of the order of TCBs has it: all is committed to, and less is reported.
void reported_older(Machine& machine) {
    SnpForm& snp = *machine.snp;
    for (TcbForm* one : {&snp.current, &snp.committed, &snp.launch}) one->microcode += 3;
}

// What is reported is older than anything else, since other machines of the provider's still run that.
void least_reported(Machine& machine) {
    SnpForm& snp = *machine.snp;
    snp.current.snp += 3;
    snp.launch.snp += 2;
    snp.committed.snp += 1;
    set_tcb(snp.chain[0], snp.reported);
}

// Since the launch the host has gone back to what it had committed to.
void rolled_back(Machine& machine) {
    machine.snp->launch.microcode += 1;
    machine.policy["snp"]["allow_rollback"] = true;
}

}  // namespace

std::span<const Edit> genuine_edits() {
    static constexpr Edit kEdits[] = {
        {"genuine/hopper", as_it_is},
        {"genuine/hopper-1.2", as_it_is},
        {"genuine/hopper-no-fwid", as_it_is},
        {"genuine/hopper-flagged", as_it_is},
        {"genuine/blackwell", as_it_is},
        {"genuine/blackwell-1.2", as_it_is},
        {"genuine/switch", as_it_is},
        {"genuine/protected-pcie", as_it_is},
        {"genuine/four", as_it_is},
        {"genuine/tpm", as_it_is},
        {"genuine/tpm-rsa", as_it_is},
        {"genuine/snp", as_it_is},
        {"genuine/snp-vlek", as_it_is},
        {"genuine/snp-genoa", as_it_is},
        {"genuine/snp-turin", as_it_is},
        {"genuine/snp-3", version_3},
        {"genuine/snp-4", version_4},
        {"genuine/snp-5", version_5},
        {"genuine/snp-vlek-3", version_3},
        {"genuine/snp-turin-2", version_2},
        {"genuine/snp-turin-3", version_3},
        {"genuine/snp-bergamo", bergamo},
        {"genuine/snp-later-platform", later_platform},
        {"genuine/snp-masked-chip", masked_chip},
        {"genuine/snp-vlek-masked-chip", masked_chip},
        {"genuine/snp-chip-like-integer", chip_like_integer},
        {"genuine/snp-chip-like-octets", chip_like_octets},
        {"genuine/snp-turin-chip-like-octets", chip_like_octets},
        {"genuine/snp-chip-in-octets", chip_in_octets},
        {"genuine/snp-report-data", given_report_data},
        {"genuine/snp-tcbs", four_tcbs},
        {"genuine/snp-turin-tcbs", four_tcbs},
        {"genuine/snp-reported-older", reported_older},
        {"genuine/snp-turin-reported-older", reported_older},
        {"genuine/snp-least-reported", least_reported},
        {"genuine/snp-rolled-back", rolled_back},
        {"genuine/composite", as_it_is},
        {"genuine/composite-no-tpm", as_it_is},
        {"genuine/der-certificates", der_certificates},
        {"genuine/alternative", alternative},
        {"genuine/without-golden", without_golden},
        {"genuine/no-ocsp", no_ocsp},
        {"genuine/ocsp-delegated", ocsp_delegated},
        {"genuine/expired-signer", expired_signer},
        {"genuine/floors-met", floors_met},
        {"genuine/svn-met", svn_met},
        {"genuine/spare-manifests", spare_manifests},
        {"genuine/tpm-cloud-key", cloud_key},
        {"genuine/self-issued-between", self_issued_between},
        {"genuine/ocsp-without-end", ocsp_without_end},
        {"genuine/without-root", without_root},
        {"genuine/decoder-off", decoder_off},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
