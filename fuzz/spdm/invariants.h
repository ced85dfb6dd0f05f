// What must hold of every exchange with a responder, whatever was asked.
#pragma once

#include "conformance/lab/observer.h"
#include "stack/spdm/responder.h"

namespace assay::fuzz {

// What a refused message must leave as it was.
struct Before {
    spdm::ConnectionState state;
    spdm::Parameters parameters;
    bool authenticated;

    explicit Before(const spdm::Responder& responder);
};

// DSP0274, ALGORITHMS: of what was offered, one at most is selected. True of what is no such exchange.
bool selects_what_was_offered(ByteView request, ByteView response, const wire::Context& context);
// Whether the response asks for mutual authentication, which not both sides can.
bool asks_uninvited(const spdm::Parameters& parameters, ByteView response, const wire::Context& context);

// Holds one exchange against the invariants; `observer` has seen the request and not yet the response. Ends
// the program when one is broken.
void check_exchange(const Before& before, const spdm::Responder& responder, lab::Observer& observer,
                    ByteView request, const std::optional<Bytes>& answer);

}  // namespace assay::fuzz
