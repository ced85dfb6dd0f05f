// What a certificate is inside. Internal to this module.
#pragma once

#include "stack/crypto/key_impl.h"
#include "stack/crypto/x509.h"

namespace assay::crypto {

struct Certificate::Impl {
    ossl::X509Ptr x509;
    Bytes der;
    PublicKey public_key;  // not valid when it is of a kind that this module does not know
    UnixTime not_before;
    UnixTime not_after;
};

inline X509* handle(const Certificate& certificate) { return certificate.impl().x509.get(); }
// X509_get0_* takes a certificate that is not const and only fills its cache, which parse() has done.
inline uint32_t extension_flags(const Certificate& certificate) {
    return X509_get_extension_flags(handle(certificate));
}
// The object identifier in dotted form; empty when it is longer than any that is looked for.
std::string dotted(const ASN1_OBJECT* object);

}  // namespace assay::crypto
