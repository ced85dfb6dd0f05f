// Every request and its response, a row each: who has it, where and when it is legal, what it resets, and
// what its response's layout depends on. Legality, transcripts, layouts and the registry of messages are read
// from here.
#pragma once

#include <span>
#include <string_view>

#include "stack/wire/codes.h"
#include "stack/wire/context.h"
#include "stack/wire/described.h"
#include "stack/wire/messages/capabilities.h"

namespace assay::wire {

// The state of a connection (DSP0274, connection establishment). Each value includes the ones before it.
enum class ConnectionState : uint8_t { not_started, after_version, after_capabilities, negotiated };

// Where a request may stand with regard to sessions.
enum class SessionScope : uint8_t { outside = 1, handshake = 2, application = 4 };

// Where and when a request is legal.
struct Legal {
    uint8_t scopes = 0;                                   // a set of SessionScope
    ConnectionState from = ConnectionState::not_started;  // the first state it is legal in
    ConnectionState until = ConnectionState::negotiated;  // the last
    uint32_t responder_flags = 0;                         // one of these is needed (0: none needed)
    uint32_t requester_flags = 0;                         // likewise
    uint16_t responder_ext_flags = 0;                     // likewise

    bool in(SessionScope scope) const { return (scopes & static_cast<uint8_t>(scope)) != 0; }
    // Whether flags of a side, as negotiated at a version, are enough. ENCAP_CAP was deprecated by mistake at
    // 1.2: there MUT_AUTH_CAP stands for it too.
    bool responder_can(Version version, uint32_t flags, uint16_t ext_flags) const {
        return has_one(at(version, responder_flags), flags) && has_one(responder_ext_flags, ext_flags);
    }
    bool requester_can(Version version, uint32_t flags) const {
        return has_one(at(version, requester_flags), flags);
    }

   private:
    static uint32_t at(Version version, uint32_t flags) {
        bool either = version == Version::v1_2 && flags == cap::encap;
        return either ? flags | cap::mut_auth : flags;
    }
    static bool has_one(uint32_t needed, uint32_t claimed) { return needed == 0 || (needed & claimed) != 0; }
};

// What a request resets by coming, a set: L1/L2 of MEASUREMENTS, and M1/M2 where the authentication that
// CHALLENGE begins is left behind (DSP0274, MEASUREMENTS and CHALLENGE_AUTH signature generation).
namespace resets {
inline constexpr uint8_t nothing = 0, l1 = 1, m1 = 2;
}  // namespace resets

struct RequestInfo {
    using LayOut = void(ByteView request, Context& response);  // of a request of at least four bytes

    Code code{};
    std::string_view name{};  // as in DSP0274, e.g. "GET_VERSION"
    Version since = Version::v1_0;
    Make* make = nullptr;
    Code response_code{};  // 0, with the next two empty: it has no response of its own
    std::string_view response_name{};
    Make* make_response = nullptr;
    Legal legal{};
    uint8_t resets = resets::nothing;
    LayOut* lay_out = nullptr;  // null: the response's layout does not depend on the request
};

// In the order of the protocol.
std::span<const RequestInfo> requests();
// The row of a code; null when no version has such a request.
const RequestInfo* request_info(Code code);

// Whether a request resets M1/M2 or L1/L2 by coming; one that no row has leaves measurements behind.
inline bool resets_any(Code code, uint8_t what) {
    const RequestInfo* request = request_info(code);
    return ((request != nullptr ? request->resets : resets::l1) & what) != 0;
}

// GET_VERSION, GET_CAPABILITIES and NEGOTIATE_ALGORITHMS.
constexpr bool is_vca(Code code) {
    return code == code::get_version || code == code::get_capabilities || code == code::negotiate_algorithms;
}

// The layouts of a request and of its response on a connection: GET_VERSION is always of 1.0,
// GET_CAPABILITIES of the version in its header. What is shorter than a header has the connection's layout.
Context request_context(const Context& connection, ByteView request);
Context response_context(const Context& connection, ByteView request);

}  // namespace assay::wire
