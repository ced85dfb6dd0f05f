// Signs XML (W3C XML-DSig), with any false statement about what is covered.
#pragma once

#include "stack/evidence/rim.h"

namespace assay::evidence {

inline constexpr std::string_view kC14n11 = "http://www.w3.org/2006/12/xml-c14n11";
inline constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
inline constexpr std::string_view kXPath = "http://www.w3.org/TR/1999/REC-xpath-19991116";
inline constexpr std::string_view kXslt = "http://www.w3.org/TR/1999/REC-xslt-19991116";
inline constexpr std::string_view kEcdsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
inline constexpr std::string_view kDigestSha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";

// <ds:Transform Algorithm="…"> with what stands inside.
std::string transform(std::string_view algorithm, std::string_view inside = {});

// Puts a signature between the two parts of a document. Errors: Errc::bad_text when that is no XML.
Result<std::string> enveloped(const std::string& head, const std::string& tail, const SignatureForm& form);

// The canonical form of a document (C14N 1.1, without comments). Errors: as above.
Result<std::string> canonical(const std::string& document);
// Of the first element of that name, as it stands in its document. Errors: as above, also when there is none.
Result<std::string> canonical_element(const std::string& document, std::string_view name);

std::string base64(ByteView bytes);

}  // namespace assay::evidence
