// What KEY_EXCHANGE, PSK_EXCHANGE and their responses say of secured messages in their opaque data (DSP0277,
// secured message opaque element).
#pragma once

#include <optional>
#include <vector>

#include "stack/base/result.h"
#include "stack/wire/context.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::spdm {

// SMDataVersion numbers as in VersionNumberEntry.
inline constexpr uint16_t kSecured1_0 = 0x1000, kSecured1_1 = 0x1100, kSecured1_2 = 0x1200,
                          kSecured1_3 = 0x1300;
inline constexpr size_t kMaxOpaque = 1024;

// What one side said.
struct SecuredElements {
    std::vector<uint16_t> offered;      // SupportedVersion
    std::optional<uint16_t> selected;   // VersionSelection
    std::optional<uint8_t> aead_limit;  // AeadLimitExponent
};

// Opaque data in the form of the version, with what is not empty.
Bytes secured_opaque(const wire::Context& context, const SecuredElements& said);

// Reads it; elements that are not understood are skipped, padding must be zero. Errors: those of the decoder.
Result<SecuredElements> read_secured_opaque(ByteView opaque, const wire::Context& context);

// The highest version in both lists.
std::optional<uint16_t> common_secured_version(const std::vector<uint16_t>& ours,
                                               const std::vector<uint16_t>& theirs);

// Records under one key, with the limits of both sides (1.3; 64 when one says nothing).
uint64_t record_limit(uint16_t secured_version, uint8_t ours, std::optional<uint8_t> theirs);

}  // namespace assay::spdm
