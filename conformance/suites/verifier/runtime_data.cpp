// What is wrong with the runtime data of a guest, for which the processor vouches, and which names the TPM's
// key.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;
using nlohmann::ordered_json;

KeyName rsa(std::string label) { return {std::move(label), crypto::SignAlgo::rsassa_2048}; }

void as_it_is(Machine& /*machine*/) {}
// Newer machines have a certificate too.
void certified(Machine& machine) { machine.tpm->chain = genuine("tpm-rsa", machine.seed)->tpm->chain; }

// What the processor vouched for before anything is exchanged.
void keep_vouched(Machine& machine) { machine.snp->report_data = report_data(machine); }

void changed(Machine& machine) {
    keep_vouched(machine);
    machine.runtime_data->edit = [](ordered_json& data) { data["vm-configuration"]["secure-boot"] = false; };
}
// Another program answers in place of the TPM: it names a key of its own, and signs with it.
void key_exchanged(Machine& machine) {
    keep_vouched(machine);
    machine.runtime_data = runtime_data(rsa("a stranger's key"));
    machine.tpm->quote.signer = rsa("a stranger's key");
}
// A verifier that compares no more than the digest leaves half of REPORT_DATA to whoever asked for the
// report.
void more_vouched(Machine& machine) {
    keep_vouched(machine);
    machine.snp->report_data.back() = 1;
}
void nonce_instead(Machine& machine) {
    machine.snp->report_data = machine.nonce;
    machine.snp->report_data.resize(64);
}

void no_text(Machine& machine) {
    machine.runtime_data->edit_after = [](Bytes& file) { file.resize(file.size() / 2); };
}
void no_keys(Machine& machine) {
    machine.runtime_data->edit = [](ordered_json& data) { data.erase("keys"); };
}
void other_kid(Machine& machine) { machine.runtime_data->keys.erase(machine.runtime_data->keys.begin()); }
// The first is found by some and the last by others.
void two_keys(Machine& machine) {
    machine.runtime_data->keys.emplace_back("HCLAkPub", rsa("a stranger's key"));
}
void keys_twice(Machine& machine) {
    machine.runtime_data->edit_after = [](Bytes& file) {
        file.pop_back();
        append(file, as_bytes(R"(,"keys":[]})"));
    };
}
void key_of_another_kind(Machine& machine) {
    machine.runtime_data->edit = [](ordered_json& data) { data["keys"][0]["kty"] = "EC"; };
}
void key_without_modulus(Machine& machine) {
    machine.runtime_data->edit = [](ordered_json& data) { data["keys"][0]["n"] = "="; };
}

void signed_by_stranger(Machine& machine) { machine.tpm->quote.signer = rsa("a stranger's key"); }
void signed_by_encryption_key(Machine& machine) {
    machine.tpm->quote.signer = machine.runtime_data->keys.back().second;
}
void old_quote(Machine& machine) { machine.tpm->quote.extra_data = Bytes(32, 0x77); }

void certificate_of_other_key(Machine& machine) {
    certified(machine);
    machine.runtime_data = runtime_data(rsa("another machine's key"));
}
// Nothing here was made for the nonce.
void without_quote(Machine& machine) {
    machine.tpm.reset();
    machine.policy["require"] = {"snp"};
}
void key_that_nobody_names(Machine& machine) {
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) { evidence["snp"].erase("runtime_data"); };
}

}  // namespace

std::span<const Edit> runtime_data_edits() {
    static constexpr Edit kEdits[] = {
        {"genuine/runtime-data", as_it_is},
        {"genuine/runtime-data-and-certificate", certified},
        {"runtime/changed", changed},
        {"runtime/key-exchanged", key_exchanged},
        {"runtime/more-vouched-for", more_vouched},
        {"runtime/nonce-instead", nonce_instead},
        {"runtime/cut", no_text},
        {"runtime/no-keys", no_keys},
        {"runtime/other-kid", other_kid},
        {"runtime/two-keys", two_keys},
        {"runtime/keys-twice", keys_twice},
        {"runtime/key-of-another-kind", key_of_another_kind},
        {"runtime/key-without-modulus", key_without_modulus},
        {"runtime/signed-by-stranger", signed_by_stranger},
        {"runtime/signed-by-encryption-key", signed_by_encryption_key},
        {"runtime/old-quote", old_quote},
        {"runtime/certificate-of-other-key", certificate_of_other_key},
        {"runtime/without-quote", without_quote},
        {"runtime/key-that-nobody-names", key_that_nobody_names},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
