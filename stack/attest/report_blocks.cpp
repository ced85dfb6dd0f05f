#include "stack/attest/report_blocks.h"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "stack/wire/decode.h"
#include "stack/wire/messages/algorithms.h"

namespace assay::attest {

namespace {

constexpr uint8_t kLastIndex = 0xef;  // what follows is reserved
constexpr size_t kMaxBlocks = 255;    // NumberOfBlocks is one byte

struct Block {
    wire::MeasurementBlock content;
    size_t offset = 0;  // in the record
    size_t size = 0;
};

std::optional<wire::DeviceMode> device_mode(const wire::MeasurementBlock& block, wire::Version version) {
    if (version < wire::Version::v1_2 || block.index != wire::kDeviceModeIndex ||
        block.value_type != (wire::value_type::device_mode | wire::value_type::raw_bit_stream))
        return {};
    const auto mode = wire::decode_exact<wire::DeviceMode>(block.value, {.version = version});
    return mode ? std::optional(*mode) : std::nullopt;
}

// Makes the block_* checks, each once; of several blocks that break one it names the first.
class Blocks {
   public:
    Blocks(Appraisal& appraisal, const std::string& subject, wire::Version version, GpuReport& report)
        : appraisal_(appraisal), subject_(subject), version_(version), report_(report) {}

    void appraise() {
        if (!read()) return;
        const size_t said = report_.response.number_of_blocks;
        demand(Check::block_count, nullptr, read_all_ && blocks_.size() == said,
               fmt::format("it says {}, there are {}{}", said, blocks_.size(), read_all_ ? "" : " and more"));
        first(Check::block_kind, [this](const Block& block) { return good_kind(block.content); });
        first(Check::block_index, [this](const Block& block) { return good_index(block.content); });
        std::set<uint8_t> seen;
        first(Check::block_duplicate,
              [&](const Block& block) { return seen.insert(block.content.index).second; });
        for (const Block& block : blocks_) keep(block);
    }

   private:
    bool read() {
        wire::Context context;
        context.version = version_;
        const ByteView record = report_.response.measurement_record;
        for (size_t at = 0; at < record.size();) {
            if (blocks_.size() == kMaxBlocks) {
                read_all_ = false;
                break;
            }
            size_t used = 0;
            auto block = wire::decode<wire::MeasurementBlock>(record.subspan(at), context, {}, &used);
            if (!block) {
                const size_t offset = report_.record_offset + at;
                appraisal_.demand(Check::block_form, false,
                                  {.subject = subject_,
                                   .field = fmt::format("MeasurementBlock[{}]", blocks_.size()),
                                   .offset = offset,
                                   .bytes = record.subspan(at),
                                   .reason = block.error().text()});
                return false;
            }
            blocks_.push_back({*std::move(block), at, used});
            at += used;
        }
        return demand(Check::block_form, nullptr, true, {});
    }

    bool good_kind(const wire::MeasurementBlock& block) const {
        if (block.measurement_specification != wire::kMeasurementSpecDmtf) return false;
        return device_mode(block, version_) || (block.value_type == wire::value_type::mutable_firmware &&
                                                block.value.size() == kMeasurementSize);
    }

    bool good_index(const wire::MeasurementBlock& block) const {
        return device_mode(block, version_) || (block.index != 0 && block.index <= kLastIndex);
    }

    template <class Holds>
    void first(Check check, Holds holds) {
        for (const Block& block : blocks_) {
            if (!holds(block)) {
                demand(check, &block, false, fmt::format("index {}", block.content.index));
                return;
            }
        }
        demand(check, nullptr, true, {});
    }

    bool demand(Check check, const Block* block, bool held, const std::string& reason) {
        const ByteView record = report_.response.measurement_record;
        CheckSite site{.subject = subject_,
                       .field = "MeasurementRecord",
                       .offset = report_.record_offset,
                       .bytes = record,
                       .reason = held ? std::string() : reason};
        if (block != nullptr) {
            site.field = fmt::format("MeasurementBlock[{}]", block - blocks_.data());
            site.offset += block->offset;
            site.bytes = record.subspan(block->offset, block->size);
        }
        return appraisal_.demand(check, held, std::move(site));
    }

    // Of two with one index the later counts: with block_duplicate waived this behaves as other verifiers do.
    void keep(const Block& block) {
        const wire::MeasurementBlock& content = block.content;
        if (const auto mode = device_mode(content, version_)) {
            report_.debugged = mode->device_mode_state != 0;
            return;
        }
        report_.measurements[content.index] = {
            content.value, report_.record_offset + block.offset + block.size - content.value.size()};
    }

    Appraisal& appraisal_;
    const std::string& subject_;
    wire::Version version_;
    GpuReport& report_;
    std::vector<Block> blocks_;
    bool read_all_ = true;
};

}  // namespace

void appraise_blocks(Appraisal& appraisal, const std::string& subject, wire::Version version,
                     GpuReport& report) {
    Blocks(appraisal, subject, version, report).appraise();
}

}  // namespace assay::attest
