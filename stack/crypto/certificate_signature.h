// Whether a certificate's signature verifies. Internal to this module.
#pragma once

#include "stack/crypto/x509.h"

namespace assay::crypto {

// Whether `certificate` bears a signature that verifies under `key`, over a digest stronger than SHA-1:
// a chain signed with SHA-1 or MD5 proves nothing.
bool signed_by(const Certificate& certificate, const PublicKey& key);

}  // namespace assay::crypto
