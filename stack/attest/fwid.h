// The firmware's identity in a device's leaf certificate (TCG DICE Attestation Architecture), in the two
// shapes that NVIDIA's devices have.
#pragma once

#include "stack/attest/appraisal.h"
#include "stack/crypto/x509.h"

namespace assay::attest {

// Hopper and LS10: SEQUENCE { version 1, SubjectPublicKeyInfo, SEQUENCE { id-sha384, OCTET STRING } }.
inline constexpr std::string_view kOidCompositeDeviceId = "2.23.133.5.4.1";
// Blackwell: DiceTcbInfo, whose first FWID counts.
inline constexpr std::string_view kOidTcbInfo = "2.23.133.5.4.1.1";

struct FirmwareId {
    Bytes digest;                 // SHA-384
    std::optional<uint64_t> svn;  // DiceTcbInfo's
};

// Reads the content of one extension. Errors: Errc::bad_cert, with the offset in it. `switches` has the
// defects that are planted.
Result<FirmwareId> parse_composite_device_id(ByteView extension, const FaultConfig& switches = {});
Result<FirmwareId> parse_tcb_info(ByteView extension, const FaultConfig& switches = {});

// Makes fwid_present, if `required`, and where there is an extension fwid_form; a leaf with both has none
// that can be read.
std::optional<FirmwareId> appraise_fwid(Appraisal& appraisal, const std::string& subject,
                                        const crypto::Certificate& leaf, bool required);

}  // namespace assay::attest
