// What is wrong with a virtual TPM's quote, its key, its event log, and the boot that they speak of.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;
using namespace event_type;

QuoteForm& quote(Machine& machine) { return machine.tpm->quote; }
EventLogForm& log(Machine& machine) { return machine.tpm->log; }
EventForm& event(Machine& machine, uint32_t index, uint32_t type) { return *log(machine).find(index, type); }

// The registers as they were before the log was edited: what a TPM that booted genuinely holds.
void keep_registers(Machine& machine) { quote(machine).values = replay(log(machine)); }

void replayed(Machine& machine) { quote(machine).extra_data = Bytes(32, 0x77); }
void nonce_cut(Machine& machine) {
    quote(machine).extra_data = Bytes(machine.nonce.begin(), machine.nonce.begin() + 16);
}
void magic(Machine& machine) { quote(machine).magic = 0x00544347; }
void type(Machine& machine) { quote(machine).type = 0x8017; }
void signature_changed(Machine& machine) {
    quote(machine).edit_signature = [](Bytes& signature) { flip_last(signature); };
}
void changed_after(Machine& machine) {
    quote(machine).edit_after = [](Bytes& attest) { flip_last(attest); };
}
void stranger(Machine& machine) { quote(machine).signer.label = "a stranger"; }
void hmac(Machine& machine) { quote(machine).stated_scheme = tpm_alg::hmac; }

void sha_512(Machine& machine) { quote(machine).hash = crypto::HashAlgo::sha512; }

void selection_missing(Machine& machine) {
    machine.policy["tpm"]["registers"] = {0, 2, 4, 7};
    quote(machine).selected = {0, 1, 3, 4, 5, 6, 7, 8, 9};
}
void selection_empty(Machine& machine) { quote(machine).selected.clear(); }
void selection_sha1(Machine& machine) { quote(machine).bank = tpm_alg::sha1; }
void registers_other(Machine& machine) {
    keep_registers(machine);
    quote(machine).values[9] = Bytes(32, 0x99);
}
void digest_other(Machine& machine) { quote(machine).pcr_digest = Bytes(32, 0x99); }

void quote_empty(Machine& machine) { cut(machine, "tpm/quote.bin", 0); }
void quote_cut(Machine& machine) { cut(machine, "tpm/quote.bin", 100); }
void quote_behind(Machine& machine) {
    quote(machine).edit_before = [](Bytes& attest) { attest.push_back(0); };
}
void signature_cut(Machine& machine) { cut(machine, "tpm/signature.bin", 20); }
void signature_behind(Machine& machine) {
    quote(machine).edit_signature = [](Bytes& signature) { signature.push_back(0); };
}

void log_empty(Machine& machine) { cut(machine, "tpm/event_log.bin", 0); }
void log_cut(Machine& machine) { cut(machine, "tpm/event_log.bin", 400); }
void log_bomb(Machine& machine) {
    // The header says that there are 2^32 - 1 algorithms.
    machine.edit_files = [](evidence::Files& files) {
        std::fill_n(files.at("tpm/event_log.bin").begin() + 32 + 24, 4, uint8_t{0xff});
    };
}
void log_event_length(Machine& machine) {
    log(machine).edit_after = [](Bytes& bytes) { std::fill_n(bytes.end() - 7 - 4, 4, uint8_t{0x7f}); };
}
void log_without_bank(Machine& machine) {
    keep_registers(machine);
    log(machine).banks = {tpm_alg::sha1};
}
void event_dropped(Machine& machine) {
    keep_registers(machine);
    log(machine).events.pop_back();
}
void event_added(Machine& machine) {
    keep_registers(machine);
    log(machine).events.push_back(log(machine).events.back());
}
void events_swapped(Machine& machine) {
    keep_registers(machine);
    std::vector<EventForm>& events = log(machine).events;
    std::swap(events[events.size() - 1], events[events.size() - 2]);
}
void event_digest(Machine& machine) {
    keep_registers(machine);
    event(machine, 9, ipl).digest_of = to_bytes(as_bytes("another kernel"));
}
// The register has what was measured; the log has other data for it.
void event_data(Machine& machine) {
    EventForm& variable = event(machine, 7, variable_driver_config);
    variable.digest_of = variable.data;
    variable.data = efi_variable("SecureBoot", Bytes{0});
    std::swap(*variable.digest_of, variable.data);
}
void authority_words(Machine& machine) {
    EventForm& authority = event(machine, 7, variable_authority);
    authority.digest_of = authority.data;
    authority.data = efi_variable("db", Bytes(16, 0xdc));
}
void firmware_words(Machine& machine) {
    EventForm& version = event(machine, 0, crtm_version);
    version.digest_of = version.data;
    flip(version.data, 0);
}

// What was measured after the separator of register 7 was no longer measured by the firmware.
void secure_boot_late(Machine& machine) {
    std::vector<EventForm>& events = log(machine).events;
    EventForm variable = event(machine, 7, variable_driver_config);
    events.push_back(variable);
}
void separator_missing(Machine& machine) {
    std::erase_if(log(machine).events,
                  [](const EventForm& one) { return one.index == 4 && one.type == separator; });
}
void separator_twice(Machine& machine) { log(machine).events.push_back(event(machine, 7, separator)); }
void separator_other(Machine& machine) { event(machine, 4, separator).data = Bytes{1, 0, 0, 0}; }
void separator_type(Machine& machine) {
    // A separator by another name, for which the register is the same.
    event(machine, 7, separator).type = 0x80000010;
}

// The mark of a failure, under a name that says nothing of it, and the usual separator behind it.
void error_renamed(Machine& machine) {
    std::vector<EventForm>& events = log(machine).events;
    const auto at = std::ranges::find_if(
        events, [](const EventForm& one) { return one.index == 7 && one.type == separator; });
    events.insert(at, {7, ipl, to_bytes(as_bytes("Calling EFI Application")), Bytes{1, 0, 0, 0}, {}});
}
void firmware_late(Machine& machine) {
    log(machine).events.push_back({0, platform_firmware_blob, Bytes(16, 0x20), Bytes(9), {}});
    machine.policy["tpm"] = boot_policy(*machine.tpm);
}
// All that is asked is a quote; of one in SHA-1 the log has to be in order all the same.
void sha1_separator_twice(Machine& machine) {
    machine.policy["tpm"] = {{"secure_boot", false}};
    quote(machine).bank = tpm_alg::sha1;
    separator_twice(machine);
}

void ima_quoted(Machine& machine, std::optional<Bytes> given) {
    quote(machine).selected.push_back(10);
    quote(machine).values = held(*machine.tpm);
    quote(machine).values[10] = Bytes(32, 0x10);
    if (given) machine.tpm->given[10] = *given;
}
void register_not_given(Machine& machine) { ima_quoted(machine, {}); }
void register_given_other(Machine& machine) { ima_quoted(machine, Bytes(32, 0x11)); }
void register_given_short(Machine& machine) {
    machine.edit_lists = [](nlohmann::ordered_json& evidence, nlohmann::ordered_json&) {
        evidence["tpm"]["registers"]["sha256"]["10"] = "00";
    };
}
// The registers hold something else than the log leads to, and the evidence says so itself.
void register_unexplained(Machine& machine) { machine.tpm->given[5] = Bytes(32, 0x55); }
void secure_boot_given(Machine& machine) {
    const EventLogForm said = log(machine);
    event(machine, 7, variable_driver_config).data = efi_variable("SecureBoot", Bytes{0});
    machine.tpm->given[7] = replay(log(machine)).at(7);
    log(machine) = said;
}

void measure_later(Machine& machine, CanonicalLogForm::Encoding encoding) {
    quote(machine).selected.push_back(11);
    machine.tpm->later = CanonicalLogForm{
        encoding,
        {{11, boot_digest("enter-initrd")}, {11, boot_digest("leave-initrd")}, {11, boot_digest("ready")}}};
}
void later_record_dropped(Machine& machine) {
    measure_later(machine, CanonicalLogForm::Encoding::tlv);
    quote(machine).values = held(*machine.tpm);
    machine.tpm->later->records.pop_back();
}
void later_cut(Machine& machine) {
    measure_later(machine, CanonicalLogForm::Encoding::tlv);
    cut(machine, "tpm/canonical_log.bin", 100);
}
void later_length(Machine& machine) {
    measure_later(machine, CanonicalLogForm::Encoding::tlv);
    machine.edit_files = [](evidence::Files& files) {
        std::fill_n(files.at("tpm/canonical_log.bin").begin() + 1, 4, uint8_t{0xff});
    };
}
void later_no_json(Machine& machine) {
    measure_later(machine, CanonicalLogForm::Encoding::json);
    cut(machine, "tpm/canonical_log.bin", 100);
}
void later_register(Machine& machine) {
    measure_later(machine, CanonicalLogForm::Encoding::sequence);
    machine.tpm->later->records.push_back({24, boot_digest("a register that is none")});
}

void set_boot(Machine& machine, void (*apply)(BootOptions&)) {
    BootOptions options;
    apply(options);
    machine.tpm = evidence::genuine(options);
}
void secure_boot_off(Machine& machine) {
    set_boot(machine, [](BootOptions& boot) { boot.secure_boot = false; });
}
void secure_boot_unsaid(Machine& machine) {
    std::erase_if(log(machine).events, [](const EventForm& one) {
        return one.type == variable_driver_config && one.data == efi_variable("SecureBoot", Bytes{1});
    });
}
void other_loader(Machine& machine) {
    set_boot(machine, [](BootOptions& boot) { boot.loader = "bootkit"; });
}
void further_loader(Machine& machine) {
    EventForm loader = event(machine, 4, boot_services_application);
    loader.digest_of = to_bytes(as_bytes("bootkit"));
    std::vector<EventForm>& events = log(machine).events;
    events.push_back(loader);
}
// Started all the same, and logged as an event of another type.
void loader_by_other_name(Machine& machine) {
    EventForm loader = event(machine, 4, boot_services_application);
    loader.digest_of = to_bytes(as_bytes("bootkit"));
    loader.type = 0x80000004;
    log(machine).events.push_back(loader);
}
// The digest of a program is that of bytes that can be written down, as an action's is.
void loader_as_action(Machine& machine) {
    Bytes program = to_bytes(as_bytes("MZ bootkit"));
    program.resize(300);
    log(machine).events.push_back({4, efi_action, program, {}, {}});
}
void other_firmware(Machine& machine) {
    set_boot(machine, [](BootOptions& boot) { boot.firmware = "Assay EDK2 2019.01"; });
}
void other_system(Machine& machine) {
    set_boot(machine, [](BootOptions& boot) { boot.system = "vmlinuz-5.4.0"; });
}

void key_stranger(Machine& machine) {
    Chain& chain = machine.tpm->chain;
    chain.back().key.label += " of a stranger";
    relink(chain);
}
void key_purpose(Machine& machine) { machine.tpm->chain[0].purposes = {"1.3.6.1.5.5.7.3.2"}; }
void key_expired(Machine& machine) { machine.tpm->chain[0].not_after = at(2026, 5, 1); }

}  // namespace

std::span<const Edit> tpm_edits() {
    static constexpr Edit kEdits[] = {
        {"tpm/replayed", replayed},
        {"tpm/nonce-cut", nonce_cut},
        {"tpm/magic", magic},
        {"tpm/type", type},
        {"tpm/signature-changed", signature_changed},
        {"tpm/changed-after-signing", changed_after},
        {"tpm/stranger", stranger},
        {"tpm/hmac", hmac},
        {"tpm/sha-512", sha_512},
        {"tpm/selection-missing", selection_missing},
        {"tpm/selection-empty", selection_empty},
        {"tpm/selection-sha1", selection_sha1},
        {"tpm/registers-other", registers_other},
        {"tpm/digest-other", digest_other},
        {"tpm/quote-empty", quote_empty},
        {"tpm/quote-cut", quote_cut},
        {"tpm/quote-bytes-behind", quote_behind},
        {"tpm/signature-cut", signature_cut},
        {"tpm/signature-bytes-behind", signature_behind},
        {"log/empty", log_empty},
        {"log/cut", log_cut},
        {"log/too-many-banks", log_bomb},
        {"log/event-length", log_event_length},
        {"log/without-bank", log_without_bank},
        {"log/event-dropped", event_dropped},
        {"log/event-added", event_added},
        {"log/events-swapped", events_swapped},
        {"log/event-digest", event_digest},
        {"log/event-data", event_data},
        {"log/authority-words", authority_words},
        {"log/firmware-words", firmware_words},
        {"log/secure-boot-late", secure_boot_late},
        {"log/separator-missing", separator_missing},
        {"log/separator-twice", separator_twice},
        {"log/separator-other", separator_other},
        {"log/separator-type", separator_type},
        {"log/error-renamed", error_renamed},
        {"log/firmware-late", firmware_late},
        {"log/sha-1-separator-twice", sha1_separator_twice},
        {"tpm/register-not-given", register_not_given},
        {"tpm/register-given-other", register_given_other},
        {"tpm/register-given-short", register_given_short},
        {"tpm/register-unexplained", register_unexplained},
        {"tpm/secure-boot-given", secure_boot_given},
        {"tpm/canonical-record-dropped", later_record_dropped},
        {"tpm/canonical-cut", later_cut},
        {"tpm/canonical-length", later_length},
        {"tpm/canonical-no-json", later_no_json},
        {"tpm/canonical-register", later_register},
        {"boot/loader-as-action", loader_as_action},
        {"boot/secure-boot-off", secure_boot_off},
        {"boot/secure-boot-unsaid", secure_boot_unsaid},
        {"boot/other-loader", other_loader},
        {"boot/further-loader", further_loader},
        {"boot/loader-by-other-name", loader_by_other_name},
        {"boot/other-firmware", other_firmware},
        {"boot/other-system", other_system},
        {"tpm/key-of-stranger", key_stranger},
        {"tpm/key-purpose", key_purpose},
        {"tpm/key-expired", key_expired},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
