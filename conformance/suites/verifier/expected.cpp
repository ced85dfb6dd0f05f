// Parts that were made for something else than the one nonce, which the verifier knows of each.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;
using nlohmann::ordered_json;

const Bytes kGpuNonce(32, 0x31);

// What the verifier expects of parts, by their subjects.
void expect(Machine& machine, ordered_json expected, bool with_nonce = true) {
    machine.edit_lists = [expected = std::move(expected), with_nonce](ordered_json&, ordered_json& context) {
        context["expected"] = expected;
        if (!with_nonce) context.erase("nonce");
    };
}

// The processor's part carries what its machine hashed of all it knows, with a hash of 64 bytes.
Bytes hashed() { return digest(crypto::HashAlgo::sha512, as_bytes("nonce and key of the guest")); }

void each_its_own(Machine& machine) {
    machine.policy.erase("composite");
    machine.report().nonce = kGpuNonce;
    machine.tpm->quote.extra_data = Bytes(20, 0x32);
    machine.snp->report_data = hashed();
}
ordered_json each_expected() {
    return {{"gpu-0", to_hex(kGpuNonce)}, {"tpm", to_hex(Bytes(20, 0x32))}, {"snp", to_hex(hashed())}};
}

void all_given(Machine& machine) {
    each_its_own(machine);
    expect(machine, each_expected(), false);
}
// The GPU was asked with a nonce that the guest made of the verifier's.
void gpu_of_a_composite(Machine& machine) {
    machine.report().nonce = kGpuNonce;
    expect(machine, {{"gpu", to_hex(kGpuNonce)}});
}
void one_of_four(Machine& machine) {
    machine.report(2).nonce = kGpuNonce;
    expect(machine, {{"gpu-2", to_hex(kGpuNonce)}});
}

void gpu_for_the_common_nonce(Machine& machine) { expect(machine, {{"gpu-0", to_hex(kGpuNonce)}}); }
void nonces_exchanged(Machine& machine) {
    machine.report(2).nonce = kGpuNonce;
    expect(machine, {{"gpu-1", to_hex(kGpuNonce)}});
}
void quote_begins_so(Machine& machine) {
    each_its_own(machine);
    machine.tpm->quote.extra_data = Bytes(32, 0x32);
    expect(machine, each_expected());
}
void report_data_half(Machine& machine) {
    each_its_own(machine);
    machine.snp->report_data = Bytes(hashed());
    std::fill(machine.snp->report_data.begin() + 32, machine.snp->report_data.end(), 0);
    expect(machine, each_expected());
}
void one_without(Machine& machine) {
    each_its_own(machine);
    ordered_json expected = each_expected();
    expected.erase("tpm");
    expect(machine, expected, false);
}
// The quote is made for another value, which the verifier expects; the processor's report is bound as usual.
void quote_of_a_composite(Machine& machine) {
    machine.tpm->quote.extra_data = Bytes(32, 0x32);
    expect(machine, {{"tpm", to_hex(Bytes(32, 0x32))}});
}
void gpus_of_another_machine(Machine& machine) {
    quote_of_a_composite(machine);
    machine.snp->report_data = report_data(machine);
    Machine second = *genuine("composite", machine.seed + 1);
    machine.gpus = second.gpus;
    machine.report().nonce = machine.nonce;
}

}  // namespace

std::span<const Edit> expected_edits() {
    static constexpr Edit kEdits[] = {
        {"genuine/each-part-for-its-own", all_given},
        {"genuine/gpu-nonce-of-a-composite", gpu_of_a_composite},
        {"genuine/one-gpu-for-its-own", one_of_four},
        {"expected/gpu-for-the-common-nonce", gpu_for_the_common_nonce},
        {"expected/nonces-exchanged", nonces_exchanged},
        {"expected/quote-begins-so", quote_begins_so},
        {"expected/report-data-half", report_data_half},
        {"expected/one-part-without", one_without},
        {"genuine/quote-of-a-composite", quote_of_a_composite},
        {"expected/gpu-of-another-machine", gpus_of_another_machine},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
