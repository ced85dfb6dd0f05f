// Certificate chains of evidence: reads them from files, and checks each rule by a check of its own.
#pragma once

#include "stack/attest/appraisal.h"
#include "stack/attest/evidence.h"
#include "stack/crypto/certificate_facts.h"

namespace assay::attest {

// Leaf first, as evidence has them.
using Chain = std::vector<crypto::Certificate>;

// What a leaf's key is for. A keyUsage, if present, must have digitalSignature, an extendedKeyUsage one of
// those named here, or any.
enum class Purpose : uint8_t {
    device,  // signs a GPU's measurements: keyUsage is required; SPDM's responder authentication
    rim,     // signs reference manifests: keyUsage is required; code signing
    tpm,     // an attestation key: TCG's AIK certificate, or EK certificate
    amd,     // a VCEK or VLEK: neither extension is there
    ocsp,    // signs OCSP responses in an issuer's name: extendedKeyUsage is required; OCSP signing
};

// What a chain is checked against.
struct ChainDemands {
    Purpose purpose = Purpose::device;
    std::span<const crypto::Certificate> roots;  // pinned; with none cert_root_pinned is never held
    crypto::UnixTime time{};
    // The policy accepts expired certificates of a signer, though none that are not valid yet.
    bool allow_expired = false;
};

// What certificates may be signed with: ECDSA over SHA-384 for devices and manifests, RSA-PSS over SHA-384
// for AMD, either kind of RSA or ECDSA over SHA-2 for a TPM's attestation key and for OCSP.
bool allowed(Purpose purpose, crypto::CertificateAlgo algo);

// No weaker than RSA 2048 or P-256; a curve or a kind of key that is not known is not.
bool strong_key(const crypto::PublicKey& key);

// Reads 1 to crypto::kMaxChain certificates from PEM or concatenated DER. Makes cert_form, for which every
// certificate must be readable throughout, its extensions included.
std::optional<Chain> read_chain(Appraisal& appraisal, const std::string& subject, const File& file);

// Makes the other cert_* checks, each once for the whole chain, and says of which certificate one does not
// hold (RFC 5280, section 6.1; README.md says what of it is left out). A pinned root takes part whether the
// file has it or not; what it is signed with is not asked, being trusted as it is. Whether all held. An empty
// chain holds nothing.
bool appraise_chain(Appraisal& appraisal, const std::string& subject, const Chain& leaf_first,
                    const ChainDemands& demands);

// What is wrong with the first certificate, of another than the chain's owner, by the rules that hold for
// every leaf under these authorities: validity, version, extensions, constraints and names. Empty: nothing.
// Makes no check.
std::string fault_of_leaf(Appraisal& appraisal, const Chain& leaf_first, const ChainDemands& demands);

}  // namespace assay::attest
