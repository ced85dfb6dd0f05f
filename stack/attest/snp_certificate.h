// What a VCEK or VLEK certificate says of the platform that it was made for (AMD 57230, Versioned Chip
// Endorsement Key Certificate and KDS Interface Specification, chapter 3).
#pragma once

#include "stack/attest/check.h"
#include "stack/attest/snp_report.h"
#include "stack/crypto/certificate_facts.h"

namespace assay::attest {

// Extensions below this arc: 1 structVersion, 2 productName, 3.1 blSPL, 3.2 teeSPL, 3.3 snpSPL, 3.4 to 3.7
// reserved, 3.8 ucodeSPL, 3.9 fmcSPL (from family 1Ah on), 4 hwID (VCEK), 5 cspID (VLEK). The security
// versions are INTEGERs, productName is an IA5String, hwID the plain identifier.
inline constexpr std::string_view kOidSnpArc = "1.3.6.1.4.1.3704.1";

struct SnpCertificate {
    // Which key it is for: a VCEK has a hwID and no cspID, a VLEK the reverse; none when it is neither.
    SnpSigner kind = SnpSigner::none;
    // None when a security version is missing, no INTEGER from 0 to 255, or reserved and not 0.
    std::optional<Tcb> tcb;
    bool has_fmc = false;                   // the TCB has an FMC
    Bytes hardware_id;                      // of a VCEK, 64 bytes, or 8 from family 1Ah on
    std::optional<uint8_t> struct_version;  // 0, and 1 from family 1Ah on
    std::optional<SnpProduct> product;      // none when it is missing or not known
};
// `switches` has the defects that are planted.
SnpCertificate read_snp_certificate(const crypto::Certificate& certificate, const FaultConfig& switches = {});

}  // namespace assay::attest
