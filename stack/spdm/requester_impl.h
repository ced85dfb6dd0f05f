// Internal helpers of the requester's source files. Never included by anything else.
#pragma once

#include <algorithm>

#include "stack/spdm/requester.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"

namespace assay::spdm {

// Legal, unless the caller asked for something that is not, or a check was waived on the way to it: then it
// says what it holds.
template <class M>
Bytes Requester::encoded(M message, const wire::Context& context) {
    Result<Bytes> bytes = wire::encode(message, context);
    if (bytes) return std::move(*bytes);
    message.spdm_version = byte(context.version);
    return wire::encode_raw(message, context);
}

template <class M>
Bytes Requester::begin_message(const M& message) {
    return begin(encoded(message, learned_.parameters.context()));
}

// A message without what stands at its end.
inline ByteView without(ByteView message, size_t tail) {
    return message.first(message.size() - std::min(message.size(), tail));
}

// Writes into a message what it has room for there.
inline void put(std::span<uint8_t> room, ByteView bytes) {
    std::ranges::copy(bytes.first(std::min(room.size(), bytes.size())), room.begin());
}

template <class M>
M Requester::asked() const {
    return *wire::decode<M>(pending_->request, learned_.parameters.context(), {.lenient = true});
}

template <class M>
Checked<M> Requester::decoded(ByteView response, const wire::Context& context, size_t* used) const {
    // Where another header was let through, the rest is read as what was asked for.
    Bytes renamed;
    if (wire::version_byte(response) != expected_version() || wire::code_of(response) != M::kCode) {
        renamed = to_bytes(response);
        renamed[wire::kVersionAt] = expected_version();
        renamed[wire::kCodeAt] = byte(M::kCode);
        response = renamed;
    }
    wire::DecodeOptions options{.lenient = checker_.waived(Check::response_malformed)};
    return checker_.demand_value(Check::response_malformed,
                                 wire::decode<M>(response, context, options, used));
}

}  // namespace assay::spdm
