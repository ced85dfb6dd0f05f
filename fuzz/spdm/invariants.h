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

// Holds one exchange against the invariants; `observer` has seen the request and not yet the response. Ends
// the program when one is broken.
void check_exchange(const Before& before, const spdm::Responder& responder, lab::Observer& observer,
                    ByteView request, const std::optional<Bytes>& answer);

}  // namespace assay::fuzz
