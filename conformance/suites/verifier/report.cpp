// What is wrong with a GPU's report: messages, measurement blocks, signature, and where it ends.
#include "conformance/suites/verifier/edits.h"
#include "stack/spdm/signing.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;

void replayed(Machine& machine) { machine.report().nonce = Bytes(32, 0x77); }
// The nonce stands in the request, which is not what the device chose.
void nonce_of_device(Machine& machine) {
    std::swap(machine.report().nonce, machine.report().responder_nonce);
}

void signature_changed(Machine& machine) {
    machine.report().edit_after = [](Bytes& report) { flip_last(report); };
}
void signature_zero(Machine& machine) {
    machine.report().edit_after = [](Bytes& report) { std::fill(report.end() - 96, report.end(), 0); };
}
void stranger_signed(Machine& machine) { machine.report().signer = {"a stranger"}; }
void authority_signed(Machine& machine) { machine.report().signer = machine.certificate(1).key; }
void other_chain(Machine& machine) {
    machine.gpu().chain =
        device_chain(Model::gh100, "another device", measurement(hopper_firmware().vbios, 0xf1d));
}
void changed_after(Machine& machine) {
    const size_t at = layout(machine.report()).record + 7;
    machine.report().edit_after = [at](Bytes& report) { flip(report, at); };
}
void nonce_swapped(Machine& machine) {
    // An old report into which the new nonce was written.
    const Bytes nonce = machine.nonce;
    machine.report().nonce = Bytes(32, 0x77);
    machine.report().edit_after = [nonce](Bytes& report) { std::ranges::copy(nonce, report.begin() + 4); };
}
void prefix_missing(Machine& machine) {
    // Signed as before 1.2: no VCA, no prefix.
    ReportForm old = machine.report();
    old.request_version = old.response_version = wire::byte(old.version);
    old.version = wire::Version::v1_1;
    machine.report().edit_after = [old](Bytes& report) { report = make(old, {}); };
}
void other_context(Machine& machine) {
    // The same bytes signed for another purpose, as an answer to a challenge is.
    const Bytes vca = make(*machine.gpu().vca);
    const KeyName signer = machine.report().signer;
    machine.report().edit_after = [vca, signer](Bytes& report) {
        report.resize(report.size() - 96);
        const Bytes hash = digest(crypto::HashAlgo::sha384, concat({vca, report}));
        const Bytes prefix = spdm::signing_prefix(wire::Version::v1_2, spdm::kChallengeAuthContext);
        append(report, sign(signer, crypto::HashAlgo::sha384, concat({prefix, hash})));
    };
}

void one_asked(Machine& machine) { machine.report().operation = 0x05; }
void count_asked(Machine& machine) { machine.report().operation = 0x00; }
void raw_asked(Machine& machine) { machine.report().attributes = 0x03; }

void version_1_0(Machine& machine) {
    machine.report().request_version = machine.report().response_version = 0x10;
}
void version_mixed(Machine& machine) { machine.report().response_version = 0x12; }
void version_claimed(Machine& machine) {
    // A 1.1 report in evidence that says 1.2.
    machine.edit_lists = [](nlohmann::ordered_json& evidence, nlohmann::ordered_json&) {
        evidence["gpus"][0]["spdm_version"] = "1.2";
    };
}

void vca_missing(Machine& machine) { machine.gpu().vca.reset(); }
void vca_weak(Machine& machine) { machine.gpu().vca->weaker_hash = true; }
void vca_no_signatures(Machine& machine) { machine.gpu().vca->no_signatures = true; }
void vca_cut(Machine& machine) {
    machine.gpu().vca->edit = [](Bytes& vca) { vca.resize(vca.size() - 4); };
}
void vca_version(Machine& machine) { machine.gpu().vca->version = wire::Version::v1_3; }
void vca_changed(Machine& machine) {
    // CTExponent of GET_CAPABILITIES, which no other check looks at: only the signature covers it.
    machine.edit_files = [](evidence::Files& files) { flip(files.at("gpu-0/vca.bin"), 4 + 10 + 5); };
}
void vca_before_1_2(Machine& machine) { machine.gpu().vca = VcaForm{.version = wire::Version::v1_1}; }

void param1(Machine& machine) { machine.report().param1 = 1; }
void param2(Machine& machine) { machine.report().param2 = 0x40; }
void slot(Machine& machine) { machine.report().slot = 0x10; }
template <uint8_t kByte, size_t kCount>
void bytes_behind(Machine& machine) {
    machine.report().edit_after = [](Bytes& report) { report.resize(report.size() + kCount, kByte); };
}
void zero_refused(Machine& machine) {
    bytes_behind<0, 1>(machine);
    machine.policy["report_padding"] = false;
}
void error_instead(Machine& machine) {
    machine.report().response_code = 0x7f;
    machine.report().param1 = 0x01;
}
void other_request(Machine& machine) { machine.report().request_code = 0x83; }

void count_more(Machine& machine) { machine.report().block_count = 65; }
void count_less(Machine& machine) { machine.report().block_count = 63; }
void record_longer(Machine& machine) { machine.report().record_length = 3520 + 200; }
void record_shorter(Machine& machine) { machine.report().record_length = 3520 - 51; }

BlockForm& block(Machine& machine) { return machine.report().blocks[50]; }
void block_twice(Machine& machine) { block(machine).index = 10; }
// A spoofed one first and the golden one after it: a verifier for which the last wins sees nothing.
void block_hidden(Machine& machine) {
    std::vector<BlockForm>& blocks = machine.report().blocks;
    BlockForm spoofed = blocks[9];
    spoofed.value = other_digest("spoofed");
    blocks.insert(blocks.begin() + 9, spoofed);
    blocks.pop_back();
}
void block_zero(Machine& machine) { block(machine).index = 0; }
void block_reserved(Machine& machine) { block(machine).index = 0xf0; }
void block_specification(Machine& machine) { block(machine).specification = 2; }
void block_type(Machine& machine) { block(machine).type = 0; }
void block_raw(Machine& machine) { block(machine).type = 0x81; }
void block_short(Machine& machine) { block(machine).value.resize(32); }
void block_after(Machine& machine) { block(machine).after = Bytes(4, 0xee); }
void block_size(Machine& machine) { block(machine).value_size = 40; }
void block_beyond(Machine& machine) { machine.report().blocks.back().size = 500; }

// Where a report ends too early.
enum class End : uint8_t {
    nothing,
    request_nonce,
    request,
    response,
    record,
    block,
    value,
    nonce,
    length,
    field,
    opaque,
    signature
};
template <End kEnd>
void ends(Machine& machine) {
    const ReportLayout at = layout(machine.report());
    size_t size = 0;
    switch (kEnd) {
        case End::nothing: break;
        case End::request_nonce: size = 20; break;
        case End::request: size = at.response; break;
        case End::response: size = at.response + 4; break;
        case End::record: size = at.record; break;
        case End::block: size = at.record + 51 + 2; break;
        case End::value: size = at.record + 51 + 20; break;
        case End::nonce: size = at.responder_nonce + 16; break;
        case End::length: size = at.opaque_length + 1; break;
        case End::field: size = at.opaque + 2; break;
        case End::opaque: size = at.signature; break;
        case End::signature: size = at.end - 1; break;
    }
    cut(machine, "gpu-0/report.bin", size);
}

}  // namespace

std::span<const Edit> report_edits() {
    static constexpr Edit kEdits[] = {
        {"report/replayed", replayed},
        {"report/nonce-of-device", nonce_of_device},
        {"report/nonce-written-over", nonce_swapped},
        {"report/signature-changed", signature_changed},
        {"report/signature-zero", signature_zero},
        {"report/signed-by-stranger", stranger_signed},
        {"report/signed-by-authority", authority_signed},
        {"report/other-device-chain", other_chain},
        {"report/changed-after-signing", changed_after},
        {"report/prefix-missing", prefix_missing},
        {"report/other-context", other_context},
        {"report/one-asked", one_asked},
        {"report/count-asked", count_asked},
        {"report/raw-asked", raw_asked},
        {"report/version-1.0", version_1_0},
        {"report/version-mixed", version_mixed},
        {"report/version-claimed", version_claimed},
        {"report/vca-missing", vca_missing},
        {"report/vca-weak-hash", vca_weak},
        {"report/vca-no-signatures", vca_no_signatures},
        {"report/vca-cut", vca_cut},
        {"report/vca-version", vca_version},
        {"report/vca-changed", vca_changed},
        {"report/vca-before-1.2", vca_before_1_2},
        {"report/param1", param1},
        {"report/param2", param2},
        {"report/slot", slot},
        {"report/bytes-behind", bytes_behind<0xee, 1>},
        {"report/zeros-behind", bytes_behind<0, 2>},
        {"report/zero-behind-refused", zero_refused},
        {"genuine/zero-behind-report", bytes_behind<0, 1>},
        {"report/error-instead", error_instead},
        {"report/other-request", other_request},
        {"report/count-more", count_more},
        {"report/count-less", count_less},
        {"report/record-longer", record_longer},
        {"report/record-shorter", record_shorter},
        {"block/twice", block_twice},
        {"block/hidden", block_hidden},
        {"block/index-zero", block_zero},
        {"block/index-reserved", block_reserved},
        {"block/specification", block_specification},
        {"block/type", block_type},
        {"block/raw", block_raw},
        {"block/short", block_short},
        {"block/bytes-after-value", block_after},
        {"block/value-size", block_size},
        {"block/beyond-record", block_beyond},
        {"report/ends-empty", ends<End::nothing>},
        {"report/ends-in-request-nonce", ends<End::request_nonce>},
        {"report/ends-after-request", ends<End::request>},
        {"report/ends-in-response-header", ends<End::response>},
        {"report/ends-before-record", ends<End::record>},
        {"report/ends-in-block-header", ends<End::block>},
        {"report/ends-in-block-value", ends<End::value>},
        {"report/ends-in-nonce", ends<End::nonce>},
        {"report/ends-in-opaque-length", ends<End::length>},
        {"report/ends-in-opaque-field", ends<End::field>},
        {"report/ends-before-signature", ends<End::opaque>},
        {"report/ends-in-signature", ends<End::signature>},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
