// `a` chooses the device.
#include "fuzz/evidence/edits.h"
#include "stack/evidence/rim.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/measurements.h"

namespace assay::fuzz::edits {

using namespace evidence;

namespace {

ReportForm* report_of(EvidenceCase& evidence_case, const VerifierStep& step) {
    GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    return gpu == nullptr ? nullptr : &gpu->report;
}

// An alternative that some manifest has for that index, else what there is.
Bytes alternative(const Machine& machine, const BlockForm& block, uint8_t which) {
    for (const RimForm& rim : machine.rims) {
        for (const Attributes& row : rim.resources) {
            if (row.get("index") != std::to_string(block.index - 1) || row.get("active") != "True") continue;
            const std::string text = row.get(hash_attribute(which % 4));
            if (!text.empty()) return from_hex(text).value_or(block.value);
        }
    }
    return block.value;
}

}  // namespace

Bytes other_digest(std::string_view what) { return digest(crypto::HashAlgo::sha384, as_bytes(what)); }

void flip(Bytes& bytes, size_t at, uint8_t bit) {
    if (!bytes.empty()) bytes[at % bytes.size()] ^= static_cast<uint8_t>(1U << (bit & 7));
}

KeyName stranger(crypto::SignAlgo algo) { return {"a stranger", algo}; }

void count_again(ReportForm& report) {
    OpaqueForm* counts = report.field(opaque::counts);
    if (counts == nullptr) return;
    std::ranges::fill(counts->value, uint8_t{0});
    for (const BlockForm& block : report.blocks) {
        const bool made = std::ranges::any_of(block.value, [](uint8_t byte) { return byte != 0; });
        const size_t at = block.index == 0 ? counts->value.size() : 4 * (block.index - size_t{1});
        if (made && at < counts->value.size()) counts->value[at] = 1;
    }
}

// b: which; c: how, and with bit 7 without a new count.
void measured_value(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    BlockForm* block = report == nullptr ? nullptr : chosen(report->blocks, step.b);
    if (block == nullptr) return;
    switch (step.c % 8) {
        case 0: block->value = other_digest("spoofed"); break;
        case 1: flip(block->value, step.c / 8U, step.b); break;
        case 2: block->value.assign(block->value.size(), 0); break;
        case 3:
        case 4: block->value = alternative(evidence_case.machine, *block, step.c / 8); break;
        case 5: std::swap(block->value, chosen(report->blocks, step.b + 1)->value); break;
        case 6:
            std::fill(block->value.begin() + static_cast<ptrdiff_t>(block->value.size() / 2),
                      block->value.end(), 0);
            break;
        default: block->value = Bytes(block->value); break;
    }
    if ((step.c & 0x80) == 0) count_again(*report);
}

// b, c: which.
void block_moved(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (ReportForm* report = report_of(evidence_case, step)) swap_two(report->blocks, step.b, step.c);
}

// b: which; c: whether it is still counted.
void block_gone(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    if (report == nullptr) return;
    erase_one(report->blocks, step.b);
    if (step.c % 2 == 0) count_again(*report);
}

// b: which; c: the second with another value, at the end, or under a free index.
void block_twice(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    const BlockForm* block = report == nullptr ? nullptr : chosen(report->blocks, step.b);
    if (block == nullptr) return;
    BlockForm second = *block;
    if ((step.c & 1) != 0) second.value = other_digest("spoofed");
    if ((step.c & 4) != 0) second.index = static_cast<uint8_t>(100 + step.b % 100);
    insert_after(report->blocks, step.b, std::move(second), (step.c & 2) != 0);
    count_again(*report);
}

// b: which; c: another index.
void block_index(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    BlockForm* block = report == nullptr ? nullptr : chosen(report->blocks, step.b);
    if (block == nullptr) return;
    constexpr uint8_t kIndexes[] = {0, 1, 2, 10, 64, 65, 0xef, 0xf0, 0xfd, 0xfe, 0xff};
    block->index = step.c % 16 == 15 ? step.c : chosen(kIndexes, step.c);
    count_again(*report);
}

// b: which; c: how.
void block_form(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    BlockForm* block = report == nullptr ? nullptr : chosen(report->blocks, step.b);
    if (block == nullptr) return;
    constexpr uint8_t kTypes[] = {0, 1, 2, 3, 4, 0x81, 0x85};
    constexpr uint16_t kSizes[] = {0, 3, 40, 48, 50, 51, 52, 106, 0xffff};
    const uint8_t value = step.c / 8;
    switch (step.c % 8) {
        case 0: block->specification = static_cast<uint8_t>(value + 1); break;
        case 1: block->type = chosen(kTypes, value); break;
        case 2: block->size = chosen(kSizes, value); break;
        case 3: block->value_size = chosen(kSizes, value); break;
        case 4: block->after = Bytes(value, 0xee); break;
        case 5: block->value.resize(value + size_t{17}); break;
        case 6: block->value.resize(48); break;
        default: block->size = static_cast<uint16_t>(3 + block->value.size()); break;
    }
}

// b: by how much; c: which of the two.
void record_size(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    if (report == nullptr) return;
    const auto by = static_cast<int8_t>(step.b);
    if (step.c % 2 == 0) {
        report->block_count = static_cast<uint8_t>(report->blocks.size() + step.b);
    } else {
        const ReportLayout at = layout(*report);
        const auto size = static_cast<int64_t>(at.responder_nonce - at.record);
        const int64_t factor = step.c % 4 == 1 ? 1 : 55;
        report->record_length = static_cast<uint32_t>(std::max<int64_t>(0, size + by * factor));
    }
}

// DSP0274, DeviceMode: c: whether a debugger is at it, and whether it is counted as the last index.
void device_mode(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    if (report == nullptr) return;
    BlockForm mode;
    mode.index = wire::kDeviceModeIndex;
    mode.type = wire::value_type::device_mode | wire::value_type::raw_bit_stream;
    mode.value = wire::encode_raw(wire::DeviceMode{.operational_mode_capabilities = 1,
                                                   .device_mode_capabilities = 1,
                                                   .device_mode_state = step.c % 4U},
                                  {});
    report->blocks.push_back(std::move(mode));
}

// b: which bit; c: how.
void report_nonce(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    if (report == nullptr) return;
    switch (step.c % 4) {
        case 0: report->nonce = Bytes(32, 0x77); break;
        case 1: std::swap(report->nonce, report->responder_nonce); break;
        case 2: flip(report->nonce, step.b, step.c / 4); break;
        default: report->nonce = evidence_case.machine.nonce; break;
    }
}

// b: which; c: what.
void report_header(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    if (report == nullptr) return;
    constexpr uint8_t kVersions[] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x20};
    switch (step.b % 9) {
        case 0: report->request_version = chosen(kVersions, step.c); break;
        case 1: report->response_version = chosen(kVersions, step.c); break;
        case 2: report->request_code = step.c; break;
        case 3: report->response_code = step.c; break;
        case 4: report->attributes = step.c % 4; break;
        case 5: report->operation = step.c; break;
        case 6: report->param1 = step.c % 4; break;
        case 7: report->param2 = step.c; break;
        default: report->slot = step.c; break;
    }
}

// b: which; c: whether the answer is from it too.
void report_slot(EvidenceCase& evidence_case, const VerifierStep& step) {
    ReportForm* report = report_of(evidence_case, step);
    if (report == nullptr) return;
    report->slot = step.b % 16;
    if (step.c % 4 != 3) report->param2 = static_cast<uint8_t>(report->slot | (report->param2 & 0xf0));
}

void responder_nonce(EvidenceCase& evidence_case, const VerifierStep& step) {
    if (ReportForm* report = report_of(evidence_case, step)) report->responder_nonce = Bytes(32, step.c);
}

// b: of which certificate; c: who.
void report_signer(EvidenceCase& evidence_case, const VerifierStep& step) {
    GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    const CertificateForm* certificate = gpu == nullptr ? nullptr : chosen(gpu->chain, step.b);
    if (certificate == nullptr) return;
    const GpuForm* other = chosen(evidence_case.machine.gpus, step.a + 1);
    switch (step.c % 3) {
        case 0: gpu->report.signer = stranger(crypto::SignAlgo::ecdsa_p384); break;
        case 1: gpu->report.signer = certificate->key; break;
        default: gpu->report.signer = other->report.signer; break;
    }
}

// c: of which, and whether it opens as that version does.
void connection(EvidenceCase& evidence_case, const VerifierStep& step) {
    GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    if (gpu == nullptr) return;
    const bool newer = step.c % 2 == 0;
    gpu->report.version = newer ? wire::Version::v1_2 : wire::Version::v1_1;
    if ((step.c & 2) != 0) return;
    gpu->vca.reset();
    if (newer) gpu->vca = VcaForm{.version = wire::Version::v1_2};
}

// c: what.
void opening(EvidenceCase& evidence_case, const VerifierStep& step) {
    GpuForm* gpu = chosen(evidence_case.machine.gpus, step.a);
    if (gpu == nullptr) return;
    constexpr wire::Version kVersions[] = {wire::Version::v1_1, wire::Version::v1_2, wire::Version::v1_3};
    if (step.c % 6 == 0) gpu->vca.reset();
    if (step.c % 6 == 1) gpu->vca = VcaForm{.version = chosen(kVersions, step.b)};
    if (!gpu->vca) return;
    if (step.c % 6 == 2) gpu->vca->weaker_hash ^= true;
    if (step.c % 6 == 3) gpu->vca->no_signatures ^= true;
    if (step.c % 6 == 4) gpu->vca->older_offered ^= true;
    if (step.c % 6 == 5) gpu->vca->version = chosen(kVersions, step.b);
}

}  // namespace assay::fuzz::edits
