#include "conformance/report/pcap.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/reader.h"
#include "stack/base/writer.h"
#include "stack/transport/binding.h"

namespace assay::report {

namespace {

constexpr uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr uint32_t kNanoseconds = 0xa1b23c4d;
constexpr uint32_t kLeastSnapLength = 0x10000;

// MCTP packet header: version 0, endpoints 0 to 0, first and last packet of its message.
constexpr uint8_t kMctpHeader[] = {0x00, 0x00, 0x00, 0xc0};
// What a packet without that header begins with: a message type, with or without the integrity check bit.
constexpr uint8_t kMctpSpdm = 0x05, kMctpSecured = 0x06, kMctpTypeMask = 0x7f;

bool big_endian(ByteView file) {
    Reader reader(file);
    uint64_t magic = reader.uint_be(4, "magic_number").value_or(0);
    return magic == kMicroseconds || magic == kNanoseconds;
}

// A Reader of one byte order.
class Numbers {
   public:
    explicit Numbers(ByteView file) : reader_(file), big_endian_(big_endian(file)) {}

    Result<uint32_t> u32(std::string_view field) { return number<uint32_t>(field); }
    Result<uint16_t> u16(std::string_view field) { return number<uint16_t>(field); }
    Reader& reader() { return reader_; }

   private:
    template <class T>
    Result<T> number(std::string_view field) {
        auto value = big_endian_ ? reader_.uint_be(sizeof(T), field) : reader_.uint_le(sizeof(T), field);
        if (!value) return std::unexpected(value.error());
        return static_cast<T>(*value);
    }

    Reader reader_;
    bool big_endian_;
};

Result<LinkType> read_header(Numbers& file, std::optional<LinkType> instead) {
    uint32_t magic = TRY(file.u32("magic_number"));
    if (magic != kMicroseconds && magic != kNanoseconds)
        return fail(Errc::unsupported, "magic_number", 0, "this is no pcap file");
    uint16_t major = TRY(file.u16("version_major"));
    if (major != 2) return fail(Errc::unsupported, "version_major", 4, fmt::format("pcap version {}", major));
    TRY(file.u16("version_minor"));
    TRY(file.u32("thiszone"));
    TRY(file.u32("sigfigs"));
    TRY(file.u32("snaplen"));
    uint32_t link = TRY(file.u32("network"));
    return link_type_of(link, instead, 20);
}

Result<Packet> read_packet(Numbers& file, LinkType link) {
    Packet packet{.link = link};
    packet.seconds = TRY(file.u32("ts_sec"));
    packet.fraction = TRY(file.u32("ts_usec"));
    size_t at = file.reader().offset();
    uint32_t held = TRY(file.u32("incl_len"));
    packet.wire_size = TRY(file.u32("orig_len"));
    if (held > packet.wire_size)
        return fail(Errc::inconsistent, "incl_len", at,
                    fmt::format("holds {} bytes of a packet of {}", held, packet.wire_size));
    packet.bytes = to_bytes(TRY(file.reader().take(held, "packet")));
    return packet;
}

bool without_header(ByteView packet) {
    if (packet.empty()) return false;
    uint8_t type = packet[0] & kMctpTypeMask;
    return type == kMctpSpdm || type == kMctpSecured;
}

Carried::Kind kind(transport::Payload payload) {
    switch (payload) {
        case transport::Payload::secured: return Carried::Kind::secured;
        case transport::Payload::doe_discovery: return Carried::Kind::discovery;
        case transport::Payload::tcp_role:
        case transport::Payload::tcp_error: return Carried::Kind::other;
        default: return Carried::Kind::spdm;
    }
}

}  // namespace

std::vector<Packet> to_packets(std::span<const lab::Exchange> exchanges, LinkType link) {
    std::vector<Packet> packets;
    auto add = [&](ByteView message, ByteView record) {
        using transport::Payload;
        Payload payload = record.empty() ? Payload::spdm : Payload::secured;
        ByteView carried = record.empty() ? message : record;
        Packet packet{.link = link, .seconds = static_cast<uint32_t>(packets.size())};
        packet.bytes =
            link == LinkType::mctp
                ? concat({kMctpHeader, transport::wrap(transport::Binding::mctp, carried, payload)})
                : transport::wrap(transport::Binding::doe, carried, payload);
        packet.wire_size = static_cast<uint32_t>(packet.bytes.size());
        packets.push_back(std::move(packet));
    };
    for (const lab::Exchange& exchange : exchanges) {
        add(exchange.request, exchange.request_record);
        if (exchange.response) add(*exchange.response, exchange.response_record);
    }
    return packets;
}

LinkType link_type(std::span<const lab::Exchange> exchanges, const record::Transport& transport) {
    bool records = std::ranges::any_of(
        exchanges, [](const lab::Exchange& exchange) { return !exchange.request_record.empty(); });
    return records && transport.sequence_size == 0 ? LinkType::pci_doe : LinkType::mctp;
}

Bytes write_pcap(LinkType link, std::span<const Packet> packets) {
    size_t largest = kLeastSnapLength;
    for (const Packet& packet : packets) largest = std::max(largest, packet.bytes.size());
    Writer file;
    file.u32(kMicroseconds).u16(2).u16(4).u32(0).u32(0);
    file.u32(static_cast<uint32_t>(largest)).u32(static_cast<uint32_t>(link));
    for (const Packet& packet : packets) {
        file.u32(packet.seconds).u32(packet.fraction);
        file.u32(static_cast<uint32_t>(packet.bytes.size())).u32(packet.wire_size).bytes(packet.bytes);
    }
    return std::move(file).take();
}

Result<LinkType> link_type_of(uint32_t number, std::optional<LinkType> instead, size_t offset) {
    if (instead) return *instead;
    for (const LinkType known : {LinkType::mctp, LinkType::pci_doe}) {
        if (number == static_cast<uint32_t>(known)) return known;
    }
    return fail(Errc::unsupported, "network", offset,
                fmt::format("link type {} is neither MCTP (291) nor PCI DOE (292)", number));
}

Result<Capture> read_pcap_start(ByteView bytes, std::optional<LinkType> link) {
    Numbers file(bytes);
    const LinkType taken = TRY(read_header(file, link));
    Capture capture;
    while (!file.reader().empty()) {
        auto packet = read_packet(file, taken);
        if (packet) {
            capture.packets.push_back(std::move(*packet));
            continue;
        }
        if (packet.error().code != Errc::truncated) return std::unexpected(packet.error());
        capture.cut = packet.error();
        break;
    }
    return capture;
}

Result<std::vector<Packet>> read_pcap(ByteView bytes) {
    Capture capture = TRY(read_pcap_start(bytes));
    if (capture.cut) return std::unexpected(*capture.cut);
    return std::move(capture.packets);
}

Result<std::optional<Carried>> LinkLayer::take(const Packet& packet) {
    if (packet.bytes.size() < packet.wire_size)
        return fail(Errc::truncated, "packet", packet.bytes.size(),
                    fmt::format("the capture holds {} of {} bytes", packet.bytes.size(), packet.wire_size));
    if (packet.link == LinkType::none) return Carried{Carried::Kind::spdm, packet.bytes};
    if (packet.link != LinkType::mctp) {
        const bool doe = packet.link == LinkType::pci_doe;
        auto inner =
            TRY(transport::unwrap(doe ? transport::Binding::doe : transport::Binding::tcp, packet.bytes));
        return Carried{kind(inner.payload), to_bytes(inner.message)};
    }
    Bytes body = packet.bytes;
    if (!without_header(body)) {
        auto piece = TRY(transport::parse_mctp_packet(packet.bytes));
        TRY(transport::demand({}, transport::Framing::packet_version,
                              piece.header.version <= transport::kMctpHeaderVersion));
        auto whole = TRY(assembler_.take(piece));
        if (!whole) return std::nullopt;
        body = std::move(whole->body);
    }
    auto inner = transport::unwrap(transport::Binding::mctp, body);
    if (inner) return Carried{kind(inner->payload), to_bytes(inner->message)};
    if (inner.error().field != transport::info(transport::Framing::mctp_type).name)
        return std::unexpected(inner.error());
    return Carried{Carried::Kind::other, std::move(body)};
}

}  // namespace assay::report
