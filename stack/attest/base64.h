// Base64 (RFC 4648), as JSON carries bytes.
#pragma once

#include <optional>
#include <string_view>

#include "stack/base/bytes.h"

namespace assay::attest {

// Section 4: with padding, without line breaks. nullopt for anything else, and for nothing at all.
std::optional<Bytes> from_base64(std::string_view text);
// Section 5: the alphabet for URLs, without padding, as JSON Web Keys have it (RFC 7515, section 2).
std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace assay::attest
