// What a certificate is inside. Internal to this room.
#pragma once

#include "stack/crypto/key_impl.h"
#include "stack/crypto/x509.h"

namespace assay::crypto {

struct Certificate::Impl {
    ossl::X509Ptr x509;
    Bytes der;
    PublicKey public_key;  // not valid when it is of a kind that this room does not know
    UnixTime not_before;
    UnixTime not_after;
};

}  // namespace assay::crypto
