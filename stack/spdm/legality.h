// Which request is legal when. The responder dispatches from this table, the generator of illegal cases walks
// it, and printed it is the state picture of the README.
#pragma once

#include <span>

#include "stack/spdm/parameters.h"

namespace assay::spdm {

// Where a request may stand with regard to sessions.
enum class SessionScope : uint8_t { outside = 1, handshake = 2, application = 4 };

// One request.
struct Legality {
    uint8_t code;
    std::string_view name;
    wire::Version since;
    uint8_t places;                    // a set of SessionScope
    ConnectionState from;              // the first state it is legal in
    ConnectionState until;             // the last
    uint32_t responder_flags;          // one of these is needed (0: none needed)
    uint32_t requester_flags;          // likewise
    uint16_t responder_ext_flags = 0;  // likewise

    bool legal_in(SessionScope place) const { return (places & static_cast<uint8_t>(place)) != 0; }
    // Whether each side has the capability, as negotiated.
    bool responder_can(const Parameters& parameters) const {
        return has_one(at(parameters.version, responder_flags), parameters.responder_flags) &&
               has_one(responder_ext_flags, parameters.responder_ext_flags);
    }
    bool requester_can(const Parameters& parameters) const {
        return has_one(at(parameters.version, requester_flags), parameters.requester_flags);
    }

    // ENCAP_CAP was deprecated by mistake at 1.2: there MUT_AUTH_CAP stands for it too.
    static uint32_t at(wire::Version version, uint32_t flags) {
        bool either = version == wire::Version::v1_2 && flags == wire::cap::encap;
        return either ? flags | wire::cap::mut_auth : flags;
    }
    static bool has_one(uint32_t needed, uint32_t claimed) { return needed == 0 || (needed & claimed) != 0; }
};

std::span<const Legality> legality_table();

// The row of a code; null when no version has such a request.
const Legality* legality(uint8_t code);

}  // namespace assay::spdm
