// SHA-1, which nothing here signs or trusts: logs of a TPM's oldest bank are written in it.
#pragma once

#include "stack/crypto/provider.h"

namespace assay::crypto {

inline constexpr size_t kSha1Size = 20;  // bytes

Digest sha1(ByteView message);

}  // namespace assay::crypto
