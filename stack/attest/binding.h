// What binds several kinds of evidence to one nonce and to each other, so that a mix of two machines'
// evidence does not pass. Whoever makes evidence puts these values where the CPU's hardware signs them.
#pragma once

#include <span>

#include "stack/attest/evidence.h"

namespace assay::attest {

// A quote's extraData when it stands alone: the nonce. Bound: SHA-256 of the nonce and of SHA-384 of each
// GPU's leaf certificate (DER), in the order of the evidence.
Bytes quote_data(const wire::Nonce& nonce);
Bytes bound_quote_data(const wire::Nonce& nonce, std::span<const crypto::Certificate> gpu_leaves);

// A SEV-SNP report's REPORT_DATA, 64 bytes, when it stands alone: the nonce and 32 zeros. Bound: SHA-512 of
// the nonce, of SHA-384 of each GPU's leaf certificate, and, if there is a TPM, of SHA-384 of its attestation
// key's certificate.
Bytes report_data(const wire::Nonce& nonce);
Bytes bound_report_data(const wire::Nonce& nonce, std::span<const crypto::Certificate> gpu_leaves,
                        const crypto::Certificate* attestation_key);

// What a part must have been made for: what the context expects of it, or else follows from the nonce.
// nullopt when it has neither.
std::optional<wire::Nonce> expected_nonce(const Context& context, const std::string& gpu_subject);
std::optional<Bytes> expected_quote_data(const Context& context);
std::optional<Bytes> expected_report_data(const Context& context);
// Whether each part of the evidence has one.
bool all_expected(const Context& context, const Evidence& evidence);

// The leaf certificates that these are made of. Errors: Errc::bad_cert when one cannot be read, Errc::state
// when there is no TPM.
Result<std::vector<crypto::Certificate>> gpu_leaves(const Evidence& evidence);
Result<crypto::Certificate> attestation_key(const Evidence& evidence);

}  // namespace assay::attest
