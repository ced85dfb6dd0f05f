// Reports of GPUs and switches (DSP0274, GET_MEASUREMENTS and MEASUREMENTS).
#include <algorithm>
#include <set>

#include "fuzz/evidence/oracles.h"
#include "stack/wire/decode.h"
#include "stack/wire/messages/measurements.h"

namespace assay::fuzz {

using namespace evidence;

namespace {

constexpr size_t kDigest = 48;

std::optional<wire::DeviceMode> device_mode(const GpuForm& gpu, const BlockForm& block) {
    const wire::Version version = gpu.report.version;
    if (version < wire::Version::v1_2 || block.index != wire::kDeviceModeIndex || block.type != 0x85)
        return {};
    const auto mode = wire::decode_exact<wire::DeviceMode>(block.value, {.version = version});
    return mode ? std::optional(*mode) : std::nullopt;
}

bool is_device_mode(const GpuForm& gpu, const BlockForm& block) {
    return device_mode(gpu, block).has_value();
}

template <class Holds>
bool each_gpu(const EvidenceView& view, Holds holds) {
    return std::ranges::all_of(view.machine.gpus, holds);
}

bool reports_are_for_the_nonce(const EvidenceView& view) {
    return each_gpu(view, [&](const GpuForm& gpu) { return gpu.report.nonce == view.machine.nonce; });
}

bool reports_are_signed_by_the_leaf(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        const KeyName p384{gpu.report.signer.label, crypto::SignAlgo::ecdsa_p384};
        return !gpu.chain.empty() && gpu.report.signer == gpu.chain.front().key && gpu.report.signer == p384;
    });
}

bool all_was_asked_signed(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        const ReportForm& report = gpu.report;
        return report.request_code == 0xe0 && report.response_code == 0x60 && report.attributes == 1 &&
               report.operation == 0xff;
    });
}

bool versions_agree(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        const uint8_t version = wire::byte(gpu.report.version);
        return gpu.report.request_version.value_or(version) == version &&
               gpu.report.response_version.value_or(version) == version;
    });
}

bool openings_are_as_they_should_be(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        if (gpu.report.version < wire::Version::v1_2) return !gpu.vca;
        return gpu.vca && gpu.vca->version == gpu.report.version && !gpu.vca->weaker_hash &&
               !gpu.vca->no_signatures;
    });
}

// From 1.2 on the answer may say whether the content changed.
bool reserved_fields_are_zero(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        const ReportForm& report = gpu.report;
        const uint8_t said = report.version >= wire::Version::v1_2 ? 0x30 : 0;
        return report.slot < 16 && report.param1 == 0 && (report.param2 & ~said) == report.slot;
    });
}

bool measurements_are_digests(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        return std::ranges::all_of(gpu.report.blocks, [&](const BlockForm& block) {
            const size_t size = block.value.size();
            const bool as_said = block.size.value_or(static_cast<uint16_t>(size + 3)) == size + 3 &&
                                 block.value_size.value_or(static_cast<uint16_t>(size)) == size &&
                                 block.after.empty();
            const bool digest = block.type == 1 && size == kDigest;
            return as_said && block.specification == 1 && (digest || is_device_mode(gpu, block));
        });
    });
}

bool records_are_as_large_as_they_say(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        const ReportForm& report = gpu.report;
        size_t size = 0;
        for (const BlockForm& block : report.blocks) size += 7 + block.value.size() + block.after.size();
        return report.block_count.value_or(static_cast<uint8_t>(report.blocks.size())) ==
                   report.blocks.size() &&
               report.record_length.value_or(static_cast<uint32_t>(size)) == size;
    });
}

bool measurements_have_their_own_index(const EvidenceView& view) {
    return each_gpu(view, [](const GpuForm& gpu) {
        std::set<uint8_t> seen;
        return std::ranges::all_of(gpu.report.blocks, [&](const BlockForm& block) {
            const bool may_be = (block.index != 0 && block.index < 0xf0) || is_device_mode(gpu, block);
            return may_be && seen.insert(block.index).second;
        });
    });
}

}  // namespace

std::map<uint8_t, Bytes> measurements(const GpuForm& gpu) {
    std::map<uint8_t, Bytes> values;
    for (const BlockForm& block : gpu.report.blocks)
        if (!is_device_mode(gpu, block)) values[block.index] = block.value;
    return values;
}

bool is_debugged(const GpuForm& gpu) {
    return std::ranges::any_of(gpu.report.blocks, [&](const BlockForm& block) {
        const auto mode = device_mode(gpu, block);
        return mode && mode->device_mode_state != 0;
    });
}

std::span<const Fact> report_facts() {
    static constexpr Fact kFacts[] = {
        {"reports are for the nonce that was brought", reports_are_for_the_nonce},
        {"reports are signed by their leaves", reports_are_signed_by_the_leaf},
        {"all measurements were asked for, signed", all_was_asked_signed},
        {"request, answer and connection are of one version", versions_agree},
        {"connections open as their version wants it", openings_are_as_they_should_be},
        {"reserved fields of reports are zero", reserved_fields_are_zero},
        {"measurements are digests", measurements_are_digests},
        {"records are as large as they say", records_are_as_large_as_they_say},
        {"measurements have an index of their own", measurements_have_their_own_index},
    };
    return kFacts;
}

}  // namespace assay::fuzz
