// Quotes and event logs as real machines make them: each has a property for which verifiers have refused it.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;
using namespace event_type;

constexpr uint32_t kEveryRegister = 0xffffffff;  // of an event about none

TpmForm& tpm(Machine& machine) { return *machine.tpm; }
std::vector<EventForm>& events(Machine& machine) { return tpm(machine).log.events; }
Bytes text(std::string_view value) { return to_bytes(as_bytes(value)); }

// The policy asks for what was booted, as it now is.
void expect(Machine& machine) { machine.policy["tpm"] = boot_policy(tpm(machine)); }

void put_first(Machine& machine, EventForm event) {
    events(machine).insert(events(machine).begin(), std::move(event));
    expect(machine);
}

void put_last(Machine& machine, std::vector<EventForm> more) {
    for (EventForm& event : more) events(machine).push_back(std::move(event));
    expect(machine);
}

// TXT and Boot Guard call TPM2_Startup at another locality, where register 0 then begins.
void begins_at_locality_3(Machine& machine) {
    put_first(machine, {.index = 0, .type = no_action, .data = startup_locality(3)});
}

void says_where_references_are(Machine& machine) {
    put_first(machine, {.index = kEveryRegister,
                        .type = no_action,
                        .data = concat({text("SP800-155 Event3"), Bytes(140, 0x55)})});
    put_first(machine,
              {.index = 0, .type = no_action, .data = concat({text("SP800-155 Event3"), Bytes(90, 0x44)})});
}

// Boot0001 and then Boot0000: the bytes that a separator of an error has, too.
void order_like_an_error(Machine& machine) {
    const Bytes order = {1, 0, 0, 0};
    put_first(machine, {1, variable_boot, efi_variable("BootOrder", order), order, {}});
}

void late_tables(Machine& machine) {
    put_last(machine, {{1, variable_boot, efi_variable("BootOrder", Bytes{0, 0}), {}, {}},
                       {1, variable_boot, efi_variable("Boot0000", Bytes(40, 0xb0)), {}, {}},
                       {1, variable_driver_config, efi_variable("AuditMode", Bytes{0}), {}, {}},
                       {1, handoff_tables, Bytes(32, 0x7a), text("SMBIOS"), {}},
                       {2, boot_services_driver, Bytes(60, 0xd0), text("a driver of the boot loader"), {}}});
}

// An entry of Boot Guard's table whose contents are four zeros, as a separator's are.
void record_of_zeros(Machine& machine) {
    put_first(machine, {0, crtm_contents, text("FIT Type 0x2D Measured S-CRTM"), Bytes(4), {}});
}

void variable_by_value(Machine& machine) {
    const Bytes value(12, 0x1e);
    put_first(machine, {3, variable_driver_config, efi_variable("Setup", value), value, {}});
}

void shim(Machine& machine) {
    put_last(machine,
             {{14, ipl, text("MokList"), text("keys of the owner"), {}},
              {14, ipl, text("MokListX"), text("digests of the owner"), {}},
              {7, variable_authority, efi_variable("SbatLevel", text("sbat,1,2023012900\n")), {}, {}},
              {14, ipl, text("MokListTrusted"), Bytes{1}, {}},
              {7, variable_authority, efi_variable("MokListTrusted", Bytes{1}), {}, {}},
              {7, variable_authority, efi_variable("Shim", Bytes(64, 0x5c)), {}, {}}});
    tpm(machine).quote.selected.push_back(14);
}

void launch_registers(Machine& machine) {
    for (uint8_t index = 16; index < 24; ++index) tpm(machine).quote.selected.push_back(index);
}

void sha384_bank(Machine& machine) {
    tpm(machine).log.banks = {tpm_alg::sha1, tpm_alg::sha256, tpm_alg::sha384};
    tpm(machine).quote.bank = tpm_alg::sha384;
    expect(machine);
}

void further_banks_listed(Machine& machine) { tpm(machine).log.listed = {tpm_alg::sha384, tpm_alg::sha512}; }

void separator_of_7_only(Machine& machine) {
    std::erase_if(events(machine),
                  [](const EventForm& one) { return one.type == separator && one.index != 7; });
    expect(machine);
}

std::vector<EventForm> exit_events() {
    return {{5, efi_action, text("Exit Boot Services Invocation"), {}, {}},
            {5, efi_action, text("Exit Boot Services Returned with Success"), {}, {}}};
}

void exit_logged(Machine& machine) { put_last(machine, exit_events()); }

// The kernel asked for the log before it left, and has no other.
void exit_not_logged(Machine& machine) {
    const std::vector<EventForm> before = events(machine);
    put_last(machine, exit_events());
    tpm(machine).quote.values = held(tpm(machine));
    events(machine) = before;
}

// IMA measures into 10, and no log of the firmware says what.
void register_given(Machine& machine) {
    tpm(machine).quote.selected.push_back(10);
    tpm(machine).given[10] = digest(crypto::HashAlgo::sha256, as_bytes("what IMA measured"));
}

void all_given(Machine& machine) {
    tpm(machine).given = held(tpm(machine));
    register_given(machine);
}

void measured_later(Machine& machine, CanonicalLogForm::Encoding encoding) {
    const auto sha256 = [](std::string_view what) {
        return digest(crypto::HashAlgo::sha256, as_bytes(what));
    };
    tpm(machine).quote.selected.insert(tpm(machine).quote.selected.end(), {10, 11, 15});
    tpm(machine).later = CanonicalLogForm{encoding,
                                          {{0, sha256("the firmware once more"), "pcclient_std"},
                                           {10, sha256("boot_aggregate"), "ima_template"},
                                           {10, Bytes(32), "ima_template"},
                                           {11, sha256("enter-initrd")},
                                           {15, sha256("machine-id")},
                                           {9, sha256("a late initrd")}}};
    expect(machine);
}
void later_tlv(Machine& machine) { measured_later(machine, CanonicalLogForm::Encoding::tlv); }
void later_json(Machine& machine) { measured_later(machine, CanonicalLogForm::Encoding::json); }
void later_sequence(Machine& machine) { measured_later(machine, CanonicalLogForm::Encoding::sequence); }

}  // namespace

std::span<const Edit> genuine_log_edits() {
    static constexpr Edit kEdits[] = {
        {"genuine/log-startup-locality", begins_at_locality_3},
        {"genuine/log-sp800-155", says_where_references_are},
        {"genuine/log-boot-order", order_like_an_error},
        {"genuine/log-after-separators", late_tables},
        {"genuine/log-record-of-zeros", record_of_zeros},
        {"genuine/log-variable-value", variable_by_value},
        {"genuine/log-shim", shim},
        {"genuine/log-launch-registers", launch_registers},
        {"genuine/log-sha-384", sha384_bank},
        {"genuine/log-banks-listed", further_banks_listed},
        {"genuine/log-one-separator", separator_of_7_only},
        {"genuine/log-exit", exit_logged},
        {"genuine/log-exit-not-logged", exit_not_logged},
        {"genuine/tpm-register-given", register_given},
        {"genuine/tpm-registers-given", all_given},
        {"genuine/tpm-canonical-tlv", later_tlv},
        {"genuine/tpm-canonical-json", later_json},
        {"genuine/tpm-canonical-sequence", later_sequence},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
