#include "stack/transport/binding.h"

#include <algorithm>
#include <array>
#include <vector>

#include "stack/base/writer.h"

namespace assay::transport {

namespace {

constexpr std::array<std::string_view, 4> kNames = {"mctp", "doe", "tcp", "none"};

constexpr uint8_t kMctpSpdm = 0x05, kMctpSecured = 0x06, kMctpIntegrity = 0x80;
constexpr uint16_t kDoeVendor = 0x0001;
constexpr size_t kDoeHeader = 8, kDoeWord = 4, kDoeMaxWords = size_t{1} << 18;
constexpr uint8_t kTcpBindingVersion = 0x01;
// BindingVersion and MessageType, which PayloadLen counts (SPDM-TRN-021): DMTF's encoder reads DSP0287 so,
// and its decoder does not look at the field.
constexpr size_t kTcpCounted = 2;

size_t word_le(ByteView bytes, size_t offset, size_t width) {
    size_t value = 0;
    for (size_t i = width; i-- > 0;) value = value << 8 | bytes[offset + i];
    return value;
}

// A check that is waived takes what the frame has for an SPDM message, as far as that can be done.
Result<Unwrapped> unwrap_mctp(ByteView unit, const FramingFaultConfig& faults) {
    if (unit.empty()) return refuse(Framing::mctp_empty);
    TRY(demand(faults, Framing::mctp_empty, unit.size() > 1));
    TRY(demand(faults, Framing::mctp_integrity, (unit[0] & kMctpIntegrity) == 0));
    uint8_t type = unit[0] & static_cast<uint8_t>(~kMctpIntegrity);
    TRY(demand(faults, Framing::mctp_type, type == kMctpSpdm || type == kMctpSecured));
    return Unwrapped{type == kMctpSecured ? Payload::secured : Payload::spdm, unit.subspan(1), unit[0]};
}

Result<Unwrapped> unwrap_doe(ByteView unit, const FramingFaultConfig& faults) {
    if (unit.size() < kDoeHeader) return refuse(Framing::doe_short, unit.size());
    TRY(demand(faults, Framing::doe_vendor, word_le(unit, 0, 2) == kDoeVendor, 0));
    TRY(demand(faults, Framing::doe_reserved, unit[3] == 0, 3));
    size_t words = word_le(unit, 4, 4) & (kDoeMaxWords - 1);
    bool any = words == 0 && faults.has(FramingDefect::doe_zero_is_any);
    if (words == 0) words = kDoeMaxWords;
    TRY(demand(faults, Framing::doe_length, any || words * kDoeWord == unit.size(), 4));
    Unwrapped result{Payload::spdm, unit.subspan(kDoeHeader), unit[2]};
    switch (unit[2]) {
        case kDoeDiscovery: result.payload = Payload::doe_discovery; break;
        case kDoeSpdm: break;
        case kDoeSecured: result.payload = Payload::secured; break;
        default: TRY(demand(faults, Framing::doe_type, false, 2));
    }
    return result;
}

Result<Unwrapped> unwrap_tcp(ByteView unit, const FramingFaultConfig& faults) {
    if (unit.size() < kTcpHeader) return refuse(Framing::tcp_short, unit.size());
    TRY(demand(faults, Framing::tcp_version, unit[2] == kTcpBindingVersion, 2));
    uint8_t type = unit[3];
    size_t length = word_le(unit, 0, 2);
    Unwrapped result{Payload::spdm, unit.subspan(kTcpHeader), type};
    if (type == kTcpSecured) result.payload = Payload::secured;
    if (type >= kTcpRoleInquiry) {
        result.payload = type == kTcpRoleInquiry ? Payload::tcp_role : Payload::tcp_error;
        // Header-only messages are found with PayloadLen 0 as well as 2.
        bool bare = (length == 0 || length == kTcpCounted) && unit.size() == kTcpHeader;
        TRY(demand(faults, Framing::tcp_length, bare, 0));
        return result;
    }
    TRY(demand(faults, Framing::tcp_type, type == kTcpSpdm || type == kTcpSecured, 3));
    TRY(demand(faults, Framing::tcp_length, length == unit.size() - kTcpHeader + kTcpCounted, 0));
    return result;
}

}  // namespace

std::string_view name(Binding binding) { return kNames[static_cast<size_t>(binding)]; }

std::optional<Binding> binding_from_name(std::string_view name) {
    auto found = std::ranges::find(kNames, name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<Binding>(found - kNames.begin());
}

Bytes doe_object(uint8_t type, ByteView payload) {
    size_t words = (kDoeHeader + payload.size() + kDoeWord - 1) / kDoeWord;
    Writer out;
    out.u16(kDoeVendor).u8(type).u8(0).u32(static_cast<uint32_t>(words & (kDoeMaxWords - 1)));
    out.bytes(payload).zeros(words * kDoeWord - kDoeHeader - payload.size());
    return std::move(out).take();
}

Bytes doe_discovery_request(uint8_t index, uint8_t version) { return {index, version, 0, 0}; }

Bytes doe_discovery_response(ByteView request, const FramingFaultConfig& faults) {
    bool old = request.size() < 2 || request[1] == 0;
    if (faults.has(old ? FramingDefect::discovery_new_alone : FramingDefect::discovery_old_alone)) return {};
    std::vector<uint8_t> types = {kDoeDiscovery};
    if (!faults.has(FramingDefect::discovery_without_spdm)) types.push_back(kDoeSpdm);
    if (!faults.has(FramingDefect::discovery_without_secured)) types.push_back(kDoeSecured);
    uint8_t index = request.empty() ? 0 : request[0];
    if (index >= types.size()) return {0xff, 0xff, 0, 0};
    bool last = index + 1U == types.size();
    uint8_t next = last ? 0 : static_cast<uint8_t>(index + 1);
    if (last && faults.has(FramingDefect::discovery_circles)) next = 1;
    return {0x01, 0x00, types[index], next};
}

Bytes tcp_notice(uint8_t type) { return {0, 0, kTcpBindingVersion, type}; }

size_t max_message(Binding binding) {
    switch (binding) {
        case Binding::mctp: return kMaxUnit - 1;
        case Binding::doe: return kDoeMaxWords * kDoeWord - kDoeHeader;
        case Binding::tcp: return 0xffff - kTcpCounted;
        case Binding::none: break;
    }
    return kMaxUnit;
}

Bytes wrap(Binding binding, ByteView message, Payload payload) {
    bool secured = payload == Payload::secured;
    Writer out;
    switch (binding) {
        case Binding::mctp: out.u8(secured ? kMctpSecured : kMctpSpdm).bytes(message); break;
        case Binding::doe: return doe_object(secured ? kDoeSecured : kDoeSpdm, message);
        case Binding::tcp:
            out.u16(static_cast<uint16_t>(message.size() + kTcpCounted)).u8(kTcpBindingVersion);
            out.u8(secured ? kTcpSecured : kTcpSpdm).bytes(message);
            break;
        case Binding::none: out.bytes(message); break;
    }
    return std::move(out).take();
}

Result<Unwrapped> unwrap(Binding binding, ByteView unit, const FramingFaultConfig& faults) {
    switch (binding) {
        case Binding::mctp: return unwrap_mctp(unit, faults);
        case Binding::doe: return unwrap_doe(unit, faults);
        case Binding::tcp: return unwrap_tcp(unit, faults);
        case Binding::none: break;
    }
    return Unwrapped{Payload::spdm, unit, 0};
}

}  // namespace assay::transport
