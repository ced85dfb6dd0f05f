// The one call of xmlsec: whether an XML signature verifies with the key of a certificate.
#pragma once

#include "stack/attest/xml_document.h"
#include "stack/crypto/x509.h"

namespace assay::attest {

// Whether both the digest of what is referenced and the signature over SignedInfo verify. The form of the
// signature must have been looked at before: only references into the document are followed, but whatever
// transforms and algorithms xmlsec knows are carried out.
bool verify_enveloped(const XmlDocument& document, const XmlElement& signature,
                      const crypto::Certificate& signer);

}  // namespace assay::attest
