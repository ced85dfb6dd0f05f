#include "conformance/report/pcapng.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/reader.h"

namespace assay::report {

namespace {

constexpr uint32_t kSection = 0x0a0d0d0a;  // the same in both byte orders
constexpr uint32_t kInterface = 1, kOldPacket = 2, kSimplePacket = 3, kPacket = 6;
constexpr uint32_t kByteOrder = 0x1a2b3c4d;
constexpr size_t kTypeAndLength = 8, kLength = 4, kAlignment = 4;

class Blocks {
   public:
    Blocks(ByteView file, std::optional<LinkType> link) : file_(file), reader_(file), instead_(link) {}

    Result<Capture> all() {
        while (!reader_.empty()) {
            if (const auto read = block(); !read) {
                if (read.error().code != Errc::truncated || !begun_) return std::unexpected(read.error());
                capture_.cut = read.error();
                break;
            }
        }
        return std::move(capture_);
    }

   private:
    struct Interface {
        uint32_t link = 0;
        uint32_t snap_length = 0;  // 0: none
        size_t offset = 0;
    };

    template <class T = uint32_t>
    Result<T> number(Reader& reader, std::string_view field) const {
        auto value = big_endian_ ? reader.uint_be(sizeof(T), field) : reader.uint_le(sizeof(T), field);
        if (!value) return std::unexpected(value.error());
        return static_cast<T>(*value);
    }

    Result<> block() {
        at_ = reader_.offset();
        const uint32_t type = TRY(number(reader_, "block_type"));
        if (!begun_ && type != kSection)
            return fail(Errc::unsupported, "block_type", at_, "this is no pcapng file");
        if (type == kSection) TRY(byte_order());
        const uint32_t length = TRY(number(reader_, "block_total_length"));
        if (length % kAlignment != 0 || length < kTypeAndLength + kLength)
            return fail(Errc::inconsistent, "block_total_length", at_ + 4,
                        fmt::format("a block of {} bytes", length));
        const ByteView body = TRY(reader_.take(length - kTypeAndLength - kLength, "block"));
        if (TRY(number(reader_, "block_total_length")) != length) {
            return fail(Errc::inconsistent, "block_total_length", reader_.offset() - kLength,
                        fmt::format("it is not the {} at the beginning of its block", length));
        }
        auto read = contents(type, body);
        // What a whole block has too little room for is no end of the file.
        if (!read && read.error().code == Errc::truncated)
            return fail(Errc::inconsistent, read.error().field, at_,
                        "the block is too short for what it holds");
        return read;
    }

    // Of the section that begins here: its block says so behind its length.
    Result<> byte_order() {
        Reader ahead(file_.subspan(std::min(file_.size(), reader_.offset() + kLength)));
        const uint64_t magic = TRY(ahead.uint_le(4, "byte_order_magic"));
        constexpr uint32_t kSwapped = 0x4d3c2b1a;
        if (magic != kByteOrder && magic != kSwapped)
            return fail(Errc::unsupported, "byte_order_magic", at_ + kTypeAndLength,
                        "this is no pcapng file");
        big_endian_ = magic == kSwapped;
        begun_ = true;
        interfaces_.clear();
        return {};
    }

    Result<> contents(uint32_t type, ByteView body) {
        Reader reader(body);
        switch (type) {
            case kSection: return section(reader);
            case kInterface: return interface(reader);
            case kPacket: return packet(reader, TRY(number(reader, "interface_id")));
            case kOldPacket: {
                const uint16_t id = TRY(number<uint16_t>(reader, "interface_id"));
                TRY(number<uint16_t>(reader, "drops_count"));
                return packet(reader, id);
            }
            case kSimplePacket: return simple_packet(reader);
            default: return {};
        }
    }

    Result<> section(Reader& reader) const {
        TRY(number(reader, "byte_order_magic"));
        const uint16_t major = TRY(number<uint16_t>(reader, "major_version"));
        if (major == 1) return {};
        return fail(Errc::unsupported, "major_version", at_ + 12, fmt::format("pcapng version {}", major));
    }

    Result<> interface(Reader& reader) {
        const uint16_t link = TRY(number<uint16_t>(reader, "link_type"));
        TRY(number<uint16_t>(reader, "reserved"));
        interfaces_.push_back({link, TRY(number(reader, "snap_len")), at_ + kTypeAndLength});
        return {};
    }

    Result<> packet(Reader& reader, uint32_t interface) {
        TRY(number(reader, "timestamp_upper"));
        TRY(number(reader, "timestamp_lower"));
        const uint32_t held = TRY(number(reader, "captured_length"));
        return add(reader, interface, held, TRY(number(reader, "original_length")));
    }

    // It has no length of what was captured: the interface's bound decides.
    Result<> simple_packet(Reader& reader) {
        const uint32_t size = TRY(number(reader, "original_length"));
        const uint32_t bound = interfaces_.empty() ? 0 : interfaces_.front().snap_length;
        return add(reader, 0, bound == 0 ? size : std::min(size, bound), size);
    }

    Result<> add(Reader& reader, uint32_t interface, uint32_t held, uint32_t size) {
        if (held > size)
            return fail(Errc::inconsistent, "captured_length", at_,
                        fmt::format("holds {} bytes of a packet of {}", held, size));
        if (interface >= interfaces_.size())
            return fail(Errc::inconsistent, "interface_id", at_,
                        fmt::format("there is no interface {}", interface));
        const Interface& of = interfaces_[interface];
        const LinkType link = TRY(link_type_of(of.link, instead_, of.offset));
        if (!capture_.packets.empty() && capture_.packets.front().link != link)
            return fail(Errc::inconsistent, "link_type", of.offset, "the packets have several link types");
        Packet packet{.link = link, .wire_size = size};
        packet.bytes = to_bytes(TRY(reader.take(held, "packet")));
        capture_.packets.push_back(std::move(packet));
        return {};
    }

    ByteView file_;
    Reader reader_;
    std::optional<LinkType> instead_;
    bool big_endian_ = false;
    bool begun_ = false;  // the first block was that of a section
    size_t at_ = 0;       // where the block begins
    std::vector<Interface> interfaces_{};
    Capture capture_{};
};

}  // namespace

bool is_pcapng(ByteView bytes) {
    Reader reader(bytes);
    return reader.uint_le(4, "block_type").value_or(0) == kSection;
}

Result<Capture> read_pcapng(ByteView bytes, std::optional<LinkType> link) {
    return Blocks(bytes, link).all();
}

Result<Capture> read_capture(ByteView bytes, std::optional<LinkType> link) {
    return is_pcapng(bytes) ? read_pcapng(bytes, link) : read_pcap_start(bytes, link);
}

}  // namespace assay::report
