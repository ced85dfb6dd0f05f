#include "stack/transport/mctp_packet.h"

#include <algorithm>

#include "stack/base/writer.h"
#include "stack/transport/binding.h"

namespace assay::transport {

namespace {

constexpr uint8_t kSom = 0x80, kEom = 0x40, kTagOwner = 0x08;
constexpr uint8_t kVersionMask = 0x0f, kSequenceMask = 0x03, kTagMask = 0x07;
constexpr int kSequenceShift = 4;

}  // namespace

Bytes mctp_packet(const MctpHeader& header, ByteView payload) {
    unsigned flags = static_cast<unsigned>(header.sequence & kSequenceMask) << kSequenceShift;
    flags |= header.tag & kTagMask;
    if (header.som) flags |= kSom;
    if (header.eom) flags |= kEom;
    if (header.tag_owner) flags |= kTagOwner;
    Writer out;
    out.u8(header.version).u8(header.destination).u8(header.source).u8(static_cast<uint8_t>(flags));
    out.bytes(payload);
    return std::move(out).take();
}

std::vector<Bytes> mctp_packets(MctpHeader header, ByteView body, size_t unit) {
    std::vector<Bytes> packets;
    for (size_t at = 0; at == 0 || at < body.size(); at += unit) {
        ByteView piece = body.subspan(at, std::min(unit, body.size() - at));
        header.som = at == 0;
        header.eom = at + unit >= body.size();
        packets.push_back(mctp_packet(header, piece));
        header.sequence = (header.sequence + 1) & kSequenceMask;
    }
    return packets;
}

Result<MctpPacket> parse_mctp_packet(ByteView packet, const FramingFaultConfig& faults) {
    if (packet.size() < kMctpPacketHeader) return refuse(Framing::packet_short, packet.size());
    TRY(demand(faults, Framing::packet_short, packet.size() > kMctpPacketHeader, packet.size()));
    uint8_t flags = packet[3];
    MctpHeader header{.version = static_cast<uint8_t>(packet[0] & kVersionMask),
                      .destination = packet[1],
                      .source = packet[2],
                      .som = (flags & kSom) != 0,
                      .eom = (flags & kEom) != 0,
                      .sequence = static_cast<uint8_t>(flags >> kSequenceShift & kSequenceMask),
                      .tag_owner = (flags & kTagOwner) != 0,
                      .tag = static_cast<uint8_t>(flags & kTagMask)};
    return MctpPacket{header, packet.subspan(kMctpPacketHeader)};
}

Result<std::optional<MctpAssembler::Message>> MctpAssembler::take(const MctpPacket& packet) {
    const MctpHeader& header = packet.header;
    const Key key{header.destination, header.source, header.tag, header.tag_owner};
    auto found = begun_.find(key);
    bool joins = found != begun_.end() && faults_.has(FramingDefect::packets_joined_blindly);
    if (header.som && !joins) {
        found = begun_.insert_or_assign(key, Begun{header.sequence, {}}).first;
    } else if (found == begun_.end()) {
        TRY(demand(faults_, Framing::packet_start, false, 3));
        found = begun_.insert_or_assign(key, Begun{header.sequence, {}}).first;
    }
    Begun& message = found->second;
    for (auto [check, holds] :
         {std::pair{Framing::packet_sequence, joins || header.sequence == message.due},
          std::pair{Framing::packet_size, message.body.size() + packet.payload.size() <= kMaxUnit}}) {
        auto good = demand(faults_, check, holds, 3);
        if (good) continue;
        begun_.erase(found);
        return std::unexpected(good.error());
    }
    message.due = (header.sequence + 1) & kSequenceMask;
    append(message.body, packet.payload);
    if (!header.eom) return std::nullopt;
    Message whole{header, std::move(message.body)};
    begun_.erase(found);
    return whole;
}

}  // namespace assay::transport
