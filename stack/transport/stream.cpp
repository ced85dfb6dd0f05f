#include "stack/transport/stream.h"

#include "stack/base/reader.h"
#include "stack/base/writer.h"

namespace assay::transport {

namespace {

constexpr size_t kEmuHeader = 12;

uint32_t emu_type(Binding binding) {
    switch (binding) {
        case Binding::mctp: return 1;
        case Binding::doe: return 2;
        case Binding::tcp: return 3;
        case Binding::none: break;
    }
    return 0;
}

}  // namespace

Bytes emu_unit(Binding binding, uint32_t command, ByteView payload) {
    Writer out;
    out.uint_be(command, 4).uint_be(emu_type(binding), 4).uint_be(payload.size(), 4).bytes(payload);
    return std::move(out).take();
}

void Deframer::push(ByteView bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(taken_));
    taken_ = 0;
    append(buffer_, bytes);
}

bool Deframer::complete(size_t size) {
    announced_ = size;
    return pending() >= size;
}

Bytes Deframer::take(size_t size, size_t header) {
    Bytes payload = to_bytes(buffer().subspan(header, size - header));
    taken_ += size;
    announced_ = 0;
    return payload;
}

Result<std::optional<Unit>> EmuDeframer::next() {
    Reader reader(buffer());
    auto command = reader.uint_be(4, "Command");
    auto type = reader.uint_be(4, "TransportType");
    auto size = reader.uint_be(4, "PayloadSize");
    if (!command || !type || !size) return std::nullopt;
    TRY(demand(faults_, Framing::emu_transport, *type == emu_type(binding_), 4));
    TRY(demand(faults_, Framing::emu_size, *size <= kMaxUnit, 8));
    size_t whole = kEmuHeader + static_cast<size_t>(*size);
    if (!complete(whole)) return std::nullopt;
    return Unit{static_cast<uint32_t>(*command), take(whole, kEmuHeader)};
}

Result<std::optional<Unit>> TcpDeframer::next() {
    ByteView bytes = buffer();
    if (bytes.size() < kTcpHeader) return std::nullopt;
    TRY(demand(faults_, Framing::tcp_version, bytes[2] == 1, 2));
    size_t length = static_cast<size_t>(bytes[0] | bytes[1] << 8);
    bool header_only = bytes[3] >= kTcpRoleInquiry;
    TRY(demand(faults_, Framing::tcp_short, length >= 2 || header_only, 0));
    // Whether the bytes that the header counts follow is unknown: nothing behind it could be read reliably.
    TRY(demand(faults_, Framing::tcp_length, !header_only || length == 0 || length == 2, 0));
    size_t size = header_only || length < 2 ? kTcpHeader : kTcpHeader + length - 2;
    if (!complete(size)) return std::nullopt;
    return Unit{static_cast<uint32_t>(EmuCommand::normal), take(size, 0)};
}

}  // namespace assay::transport
