#include "stack/wire/messages/key_pair.h"

#include "stack/wire/messages/digests.h"

namespace assay::wire {

namespace {

constexpr Bits kCapabilities[] = {{0, 1, "GenKeyCap"},   {1, 1, "ErasableCap"}, {2, 1, "CertAssocCap"},
                                  {3, 1, "KeyUsageCap"}, {4, 1, "AsymAlgoCap"}, {5, 1, "ShareableCap"}};
constexpr Bits kAsymAlgo[] = {{0, 1, "RSA2048"}, {1, 1, "RSA3072"}, {2, 1, "RSA4096"},
                              {3, 1, "ECC256"},  {4, 1, "ECC384"},  {5, 1, "ECC521"},
                              {6, 1, "SM2"},     {7, 1, "Ed25519"}, {8, 1, "Ed448"}};
constexpr ValueName kOperations[] = {{0, "ParameterChange"}, {1, "KeyPairErase"}, {2, "GenerateKeyPair"}};

}  // namespace

void GetKeyPairInfo::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    v.u8({.name = "KeyPairID"}, key_pair_id);
}

void KeyPairInfo::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    v.u8({.name = "TotalKeyPairs"}, total_key_pairs);
    v.u8({.name = "KeyPairID"}, key_pair_id);
    v.u16(flags("Capabilities", kCapabilities), capabilities);
    v.u16(flags("KeyUsageCapabilities", key_usage_bits()), key_usage_capabilities);
    v.u16(flags("CurrentKeyUsage", key_usage_bits()), current_key_usage);
    v.u32(flags("AsymAlgoCapabilities", kAsymAlgo), asym_algo_capabilities);
    v.u32(flags("CurrentAsymAlgo", kAsymAlgo), current_asym_algo);
    v.length({.name = "PublicKeyInfoLen", .counts = "PublicKeyInfo"}, 2, public_key_info);
    v.u8({.name = "AssocCertSlotMask"}, assoc_cert_slot_mask);
    v.blob({.name = "PublicKeyInfo"}, public_key_info);
    if (!v.at_least(Version::v1_4)) return;
    v.length({.name = "PqcAsymAlgoCapLen", .counts = "PqcAsymAlgoCapabilities"}, 1,
             pqc_asym_algo_capabilities);
    v.blob({.name = "PqcAsymAlgoCapabilities"}, pqc_asym_algo_capabilities);
    v.length({.name = "CurrentPqcAsymAlgoLen", .counts = "CurrentPqcAsymAlgo"}, 1, current_pqc_asym_algo);
    v.blob({.name = "CurrentPqcAsymAlgo"}, current_pqc_asym_algo);
}

void SetKeyPairInfo::describe(Visitor& v) {
    v.header(kCode, spdm_version, enumeration("Operation", kOperations), operation, reserved_field("Param2"),
             param2);
    v.u8({.name = "KeyPairID"}, key_pair_id);
    if (static_cast<KeyPairOperation>(operation) == KeyPairOperation::key_pair_erase) return;
    v.u8(reserved_field(), reserved);
    v.u16(flags("DesiredKeyUsage", key_usage_bits()), desired_key_usage);
    v.u32(flags("DesiredAsymAlgo", kAsymAlgo), desired_asym_algo);
    v.u8({.name = "DesiredAssocCertSlotMask"}, desired_assoc_cert_slot_mask);
    if (!v.at_least(Version::v1_4)) return;
    v.length({.name = "DesiredPqcAsymAlgoLen", .counts = "DesiredPqcAsymAlgo"}, 1, desired_pqc_asym_algo);
    v.blob({.name = "DesiredPqcAsymAlgo"}, desired_pqc_asym_algo);
}

void SetKeyPairInfoAck::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

}  // namespace assay::wire
