// What the requester's files share. Never included by anything else.
#pragma once

#include "stack/spdm/requester.h"
#include "stack/wire/encode.h"

namespace assay::spdm {

// Cannot fail: the builders give every field a value that the message has room for.
template <class M>
Bytes Requester::begin_message(const M& message) {
    return begin(*wire::encode(message, learned_.parameters.context()));
}

template <class M>
M Requester::asked() const {
    return *wire::decode<M>(pending_->request, learned_.parameters.context());
}

template <class M>
Checked<M> Requester::decoded(ByteView response, const wire::Context& context, size_t* used) const {
    // Where another header was let through, the rest is read as what was asked for.
    Bytes renamed;
    if (response[0] != expected_version() || response[1] != M::kCode) {
        renamed = to_bytes(response);
        renamed[0] = expected_version();
        renamed[1] = M::kCode;
        response = renamed;
    }
    wire::DecodeOptions options{.lenient = checker_.waived(Check::response_malformed)};
    return checker_.demand_value(Check::response_malformed,
                                 wire::decode<M>(response, context, options, used));
}

}  // namespace assay::spdm
