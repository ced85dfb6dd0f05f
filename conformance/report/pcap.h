// Packet captures in the classic pcap format, as other tools for SPDM write and read them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "conformance/lab/lab.h"
#include "stack/transport/mctp_packet.h"

namespace assay::report {

// Link types of the tcpdump registry that carry SPDM, and, beyond its numbers, two that it does not have:
// units of SPDM over TCP (DSP0287), and bare messages.
enum class LinkType : uint32_t { mctp = 291, pci_doe = 292, tcp = 0x10000, none = 0x10001 };

struct Packet {
    LinkType link = LinkType::mctp;
    uint32_t seconds = 0;
    uint32_t fraction = 0;   // microseconds, or nanoseconds in a capture of that kind
    uint32_t wire_size = 0;  // bytes that were on the wire; more than bytes.size() when it was cut
    Bytes bytes{};           // from the link layer's header on
};

// The messages of exchanges, request and response in turn, those inside sessions as the records that carried
// them; a silence is no packet. A packet's time is its index in seconds, so that equal exchanges give equal
// captures.
std::vector<Packet> to_packets(std::span<const lab::Exchange> exchanges, LinkType link = LinkType::mctp);

// The link type whose records are laid out as these are: MCTP's have a sequence number, those of DOE do not,
// nor do those of SPDM over TCP, for which there is no link type. MCTP when there are no records.
LinkType link_type(std::span<const lab::Exchange> exchanges, const record::Transport& transport);

// A capture, little-endian with microseconds. All packets must be of the one link type.
Bytes write_pcap(LinkType link, std::span<const Packet> packets);

// What could be read of a capture.
struct Capture {
    std::vector<Packet> packets{};  // those that are whole
    std::optional<Error> cut{};     // truncated: the file ends within the packet that would come next
};

// The link type of that number, or the one that is given in its place. Errors: unsupported, with the offset.
Result<LinkType> link_type_of(uint32_t number, std::optional<LinkType> instead, size_t offset);

// Reads a capture of either byte order, with microseconds or nanoseconds. `link` is taken in place of what
// the file says. Errors: as of read_pcap(), but for a file that ends within a packet.
Result<Capture> read_pcap_start(ByteView bytes, std::optional<LinkType> link = std::nullopt);

// Reads a capture of either byte order, with microseconds or nanoseconds. Takes memory in proportion to
// `bytes` only. Errors, with the offset in the file: truncated; unsupported for another format, version or
// link type; inconsistent for a packet that holds more bytes than were on the wire.
Result<std::vector<Packet>> read_pcap(ByteView bytes);

// What a packet carries, or the last one of a message that came in several.
struct Carried {
    enum class Kind : uint8_t { spdm, secured, discovery, other };
    Kind kind = Kind::spdm;
    // The message; of `other` with MCTP's message type. Over DOE it is padded to a multiple of four bytes.
    Bytes message{};
};

// Takes the link layer off: MCTP's packet header (DSP0236) and the binding that transport::unwrap() knows.
// Header versions 1 and 0, which DMTF's tools write, are taken, and so is a packet that begins with the
// message type of SPDM or of secured messages, as no header does.
class LinkLayer {
   public:
    // Nullopt: the message goes on in another packet. Errors: those of unwrap() and of
    // transport::MctpAssembler; truncated for a packet that was cut.
    Result<std::optional<Carried>> take(const Packet& packet);
    // MCTP messages whose last packet has not come.
    size_t unfinished() const { return assembler_.pending(); }

   private:
    transport::MctpAssembler assembler_;
};

}  // namespace assay::report
