// Reads a SEV-SNP attestation report (stack/evidence/snp_report.h) and holds it to what the ABI reserves and
// to its signature.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stack/attest/snp_product.h"
#include "stack/crypto/provider.h"

namespace assay::attest {

using evidence::SnpReport;
using evidence::SnpSigner;
using evidence::Tcb;

std::string text(const Tcb& tcb);

// Reads a report that fills `bytes` exactly. `layout` is of reports of version 2, which do not say what
// processor they are of. Errors: Errc::truncated, Errc::trailing, Errc::unsupported for another version.
Result<SnpReport> parse_snp_report(ByteView bytes, TcbLayout layout = TcbLayout::milan);

// The first field that is not as the ABI reserves it: zero, and one in bit 17 of the policy. PLATFORM_INFO
// may have the bits that its version of the report has, and in the newest, to which firmware adds without
// another version, any.
std::optional<wire::Span> reserved_in_use(const SnpReport& report);

// Bits of PLATFORM_INFO, by their names ("smt-en"); those without one as "bit-8".
std::vector<std::string> platform_info_names(uint64_t platform_info);
// Those of the bits that have no name.
uint64_t unnamed_platform_info(uint64_t platform_info);

// Verifies the signature over `report`, which could be read: ECDSA on P-384 with SHA-384 (chapter 10).
// Errors: Errc::bad_signature, Errc::bad_key.
Result<> verify_snp_report(ByteView report, const evidence::SnpSignature& signature,
                           const crypto::PublicKey& key);

}  // namespace assay::attest
