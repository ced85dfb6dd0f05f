// What the responder cases share.
#pragma once

#include "conformance/suites/responder/groups.h"
#include "stack/wire/codes.h"
#include "stack/wire/decode.h"
#include "stack/wire/messages/capabilities.h"

namespace assay::cases {

using engine::Allowed;
using engine::Case;
using engine::CaseContext;
using engine::CheckResult;
using engine::refused;
using lab::Exchange;
using wire::ErrorCode;
using wire::Version;
namespace cap = wire::cap;
namespace code = wire::code;

inline constexpr Version v1_0 = Version::v1_0, v1_1 = Version::v1_1, v1_2 = Version::v1_2,
                         v1_3 = Version::v1_3, v1_4 = Version::v1_4;

// How long the answers take that are allowed.
inline lab::Wait wait_for(const Allowed& allowed) {
    return allowed.silence ? lab::Wait::silence : lab::Wait::due;
}

// Four bytes.
Bytes header(Version version, wire::Code code, uint8_t param1 = 0, uint8_t param2 = 0);
// The refusal of a field's value, with the neighbours that an order of checks may prefer.
Allowed invalid();
// The refusal of a request in the wrong place.
Allowed unexpected();
// That of one that comes while an encapsulated flow is open (vectors/disputes.json,
// DISPUTE-IN-FLIGHT-UNFETCHED).
Allowed stopped_by_flow();

// The same bytes with zeros behind them, as a transport may add.
Bytes padded(Bytes request, size_t padding);
// The answer to a padded request. Where the transport does not pad, InvalidRequest is as good
// (vectors/disputes.json, DISPUTE-TRAILING-BYTES).
Allowed answer_despite_padding(CaseContext& test);

// The last answer to a request with that code, no ERROR; empty when there was none.
Bytes last_answer(CaseContext& test, wire::Code request_code);

// The test's connection, negotiated with the default offer.
CheckResult negotiate(CaseContext& test);
// A signature whose transcript is known: the slot's chain is read beforehand, on a connection of its own.
CheckResult negotiate_with_chain(CaseContext& test, uint8_t slot = 0);
// On a negotiated connection: a signature that covers VCA, of CHALLENGE_AUTH or, from 1.2 on, of
// MEASUREMENTS. Not applicable where the device signs neither.
CheckResult expect_signed_vca(CaseContext& test, std::string_view requirement);
// Whatever is reserved in a response that can be read is zero.
CheckResult expect_nothing_reserved(CaseContext& test, const Exchange& exchange,
                                    std::string_view requirement);
// Opaque data as the negotiated format wants it. `absent` is the rule that it is empty without a format,
// `form` the one about its elements.
CheckResult sound_opaque(CaseContext& test, ByteView opaque, std::string_view absent, std::string_view form);

}  // namespace assay::cases
