#include "stack/transfer/fault_packet.h"

#include <algorithm>

namespace assay::transfer {

namespace {

constexpr uint8_t kValid = 1;

std::span<uint8_t> tag_of(std::span<uint8_t> entry) {
    return entry.subspan(kFaultTagAt, crypto::kAeadTagSize);
}

}  // namespace

Checked<> FaultBuffer::check_entry(ByteView entry) const {
    if (entry.size() != kFaultEntrySize) return std::unexpected(Refusal{Check::fault_size, {}});
    return {};
}

Checked<> FaultBuffer::write(ByteView packet, std::span<uint8_t> entry) {
    TRY(check_entry(entry));
    if (packet.size() != kFaultPacketSize) return std::unexpected(Refusal{Check::fault_size, {}});
    TRY(channel_.seal({&kValid, 1}, {packet, entry.first(kFaultPacketSize), tag_of(entry)}));
    std::ranges::fill(entry.subspan(kFaultValidAt), uint8_t{0});
    entry[kFaultValidAt] = kValid;
    return {};
}

Checked<Bytes> FaultBuffer::read(std::span<uint8_t> entry) {
    TRY(check_entry(entry));
    // The other side may change the entry while it is read.
    Bytes taken = to_bytes(entry);
    const uint8_t valid = checker().has(Defect::fault_aad_constant) ? kValid : taken[kFaultValidAt];
    TRY(checker().demand(Check::fault_absent, taken[kFaultValidAt] != 0));
    Bytes packet(kFaultPacketSize);
    TRY(channel_.open(0, {&valid, 1}, {ByteView(taken).first(kFaultPacketSize), packet, tag_of(taken)}));
    entry[kFaultValidAt] = 0;
    return packet;
}

Checked<> FaultBuffer::skip(std::span<uint8_t> entry) {
    TRY(check_entry(entry));
    TRY(checker().demand(Check::fault_absent, entry[kFaultValidAt] != 0));
    if (!checker().has(Defect::fault_skip_keeps_counter)) TRY(channel_.skip());
    entry[kFaultValidAt] = 0;
    return {};
}

}  // namespace assay::transfer
