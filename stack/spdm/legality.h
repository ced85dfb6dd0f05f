// Whether the two sides of a connection have what a request needs.
#pragma once

#include "stack/spdm/parameters.h"
#include "stack/wire/requests.h"

namespace assay::spdm {

inline bool responder_can(const wire::RequestInfo& request, const Parameters& p) {
    return request.legal.responder_can(p.version, p.responder_flags, p.responder_ext_flags);
}

inline bool requester_can(const wire::RequestInfo& request, const Parameters& p) {
    return request.legal.requester_can(p.version, p.requester_flags);
}

}  // namespace assay::spdm
