// The signature of a reference manifest (W3C XML Signature Syntax and Processing 1.1), verified with xmlsec.
#pragma once

#include "stack/attest/rim.h"
#include "stack/attest/xml_document.h"

namespace assay::attest {

inline constexpr std::string_view kSignatureNamespace = "http://www.w3.org/2000/09/xmldsig#";

// Makes the rim_* checks of the signature, and fills in the manifest's chain and whether it is verified. Good
// is exactly this, which is what real manifests have: one Signature, the root's child, made of SignedInfo,
// SignatureValue and KeyInfo; one Reference, to the whole document, transformed by "enveloped" and C14N 1.1
// and nothing else; C14N 1.1, ECDSA and SHA-384; one X509Data of certificates alone, leaf first, whose chain
// is verified to a pinned root. The key is the leaf's, whatever else the document names. The signature is
// verified only when its form, reference, transforms and algorithms hold.
void appraise_rim_signature(Appraisal& appraisal, Rim& rim, const XmlDocument& document,
                            const Context& context);

}  // namespace assay::attest
