// MCTP packets (DSP0236, MCTP packet fields): a message body in pieces, and back.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <vector>

#include "stack/base/bytes.h"
#include "stack/transport/framing.h"

namespace assay::transport {

inline constexpr size_t kMctpPacketHeader = 4;
inline constexpr uint8_t kMctpHeaderVersion = 1;
// The payload that every endpoint takes in one packet (DSP0236, baseline transmission unit).
inline constexpr size_t kMctpUnit = 64;

// The header of a packet. The reserved bits of its first byte are written as zero and not read.
struct MctpHeader {
    uint8_t version = kMctpHeaderVersion;  // 4 bits
    uint8_t destination = 0, source = 0;   // endpoint identifiers
    bool som = true, eom = true;           // the first, the last packet of its message
    uint8_t sequence = 0;                  // 2 bits, counting from any number on
    bool tag_owner = true;                 // the sender has chosen the tag: set in requests
    uint8_t tag = 0;                       // 3 bits
    auto operator<=>(const MctpHeader&) const = default;
};

Bytes mctp_packet(const MctpHeader& header, ByteView payload);
// The packets of a message body, with at most `unit` bytes of it each.
std::vector<Bytes> mctp_packets(MctpHeader header, ByteView body, size_t unit = kMctpUnit);

struct MctpPacket {
    MctpHeader header;
    ByteView payload;  // within what was parsed
};
// Errors: Framing::packet_short.
Result<MctpPacket> parse_mctp_packet(ByteView packet, const FramingFaultConfig& faults = {});

// Puts messages together, of any number of peers and tags.
class MctpAssembler {
   public:
    struct Message {
        MctpHeader header;  // of the packet that came last
        Bytes body;
    };

    explicit MctpAssembler(FramingFaultConfig faults = {}) : faults_(faults) {}

    // The message that ends with this packet; nullopt: more packets are due. A first packet drops what had
    // come of an older message (DSP0236, dropped packets). Errors: packet_start, packet_sequence and
    // packet_size of Framing; after the latter two the message is dropped.
    Result<std::optional<Message>> take(const MctpPacket& packet);
    // How many messages have begun and not ended.
    size_t pending() const { return begun_.size(); }

   private:
    struct Key {
        uint8_t destination, source, tag;
        bool tag_owner;
        auto operator<=>(const Key&) const = default;
    };
    struct Begun {
        uint8_t due = 0;  // the next sequence number
        Bytes body;
    };

    FramingFaultConfig faults_;
    std::map<Key, Begun> begun_;
};

}  // namespace assay::transport
