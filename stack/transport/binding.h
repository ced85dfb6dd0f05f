// Transport bindings as pure functions: an SPDM message to the bytes that carry it, and back. MCTP: DSP0275
// and DSP0276 (from the message type byte on; the kernel or the emulator makes the packets). PCIe DOE: PCI
// Express Base Specification, data object exchange. TCP: DSP0287.
#pragma once

#include <optional>

#include "stack/base/bytes.h"
#include "stack/transport/framing.h"

namespace assay::transport {

enum class Binding : uint8_t { mctp, doe, tcp, none };

std::string_view name(Binding binding);
std::optional<Binding> binding_from_name(std::string_view name);

// The largest unit that is taken: SPDM messages are smaller, and DOE's largest object is this.
inline constexpr size_t kMaxUnit = size_t{1} << 20;

// What a unit carries.
enum class Payload : uint8_t {
    spdm,           // a message outside sessions
    secured,        // a secured message
    doe_discovery,  // a DOE discovery request or response
    tcp_role,       // Role-Inquiry of DSP0287: nothing behind the header
    tcp_error,      // one of its errors: the type byte
};

// A message, and what kind it is.
struct Message {
    Payload payload = Payload::spdm;
    Bytes bytes{};
};

struct Unwrapped {
    Payload payload = Payload::spdm;
    ByteView message;  // without padding only where the binding knows its size: DOE leaves up to 3 bytes
    uint8_t type = 0;  // the binding's own type byte
};

// Whether secured messages can be distinguished from messages outside sessions. Bare messages have no type:
// DMTF's emulator takes each for one outside sessions, and so does unwrap().
constexpr bool carries_secured(Binding binding) { return binding != Binding::none; }

// The size of the longest message that a unit can carry: PayloadLen has 16 bits, a data object at most 2^18
// double words. Where the binding has no bound, that of a stream's unit.
size_t max_message(Binding binding);

// The unit that carries a message outside sessions or a secured message, which is not longer than
// max_message(). DOE pads with zeros to a multiple of four.
Bytes wrap(Binding binding, ByteView message, Payload payload = Payload::spdm);

// What a complete unit carries; the view points into `unit`. Errors: Errc::bad_code with a Framing's name.
Result<Unwrapped> unwrap(Binding binding, ByteView unit, const FramingFaultConfig& faults = {});

// DOE discovery: the request for an index, and the response of a device that has discovery, SPDM and secured
// SPDM; what version the request has does not matter. An index beyond the last gives vendor FFFFh. Both
// without the header of the data object; an empty response is none.
inline constexpr uint8_t kDoeDiscovery = 0x00, kDoeSpdm = 0x01, kDoeSecured = 0x02;
inline constexpr size_t kDoeDiscoverySize = 4;  // of either
Bytes doe_object(uint8_t type, ByteView payload);
Bytes doe_discovery_request(uint8_t index, uint8_t version = 0);
Bytes doe_discovery_response(ByteView request, const FramingFaultConfig& faults = {});

// Message types of DSP0287.
inline constexpr uint8_t kTcpSpdm = 0x05, kTcpSecured = 0x06, kTcpRoleInquiry = 0xbf, kTcpTooLarge = 0xc0,
                         kTcpNotSupported = 0xc1, kTcpNoRequester = 0xc2, kTcpNoResponder = 0xc3;
inline constexpr size_t kTcpHeader = 4;

// A message of DSP0287 that is only its header: Role-Inquiry or an error. PayloadLen is written as 0, the one
// value that DMTF's implementation takes here; unwrap() takes 2 as well, as for messages with a payload.
Bytes tcp_notice(uint8_t type);

}  // namespace assay::transport
