// TPM_ALG_ID of what quotes and logs use (TCG Algorithm Registry).
#pragma once

#include <cstdint>

namespace assay::evidence::tpm_alg {

inline constexpr uint16_t sha1 = 0x0004, hmac = 0x0005, sha256 = 0x000b, sha384 = 0x000c, sha512 = 0x000d,
                          rsassa = 0x0014, rsapss = 0x0016, ecdsa = 0x0018;

}  // namespace assay::evidence::tpm_alg
