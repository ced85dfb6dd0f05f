// GET_CAPABILITIES and CAPABILITIES (DSP0274, GET_CAPABILITIES request and CAPABILITIES response messages).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

// Masks of the Flags fields. The two-bit fields have the mask of both bits.
namespace cap {
inline constexpr uint32_t cache = 0x00000001, cert = 0x00000002, chal = 0x00000004, meas = 0x00000018,
                          meas_no_sig = 0x00000008, meas_sig = 0x00000010, meas_fresh = 0x00000020,
                          encrypt = 0x00000040, mac = 0x00000080, mut_auth = 0x00000100, key_ex = 0x00000200,
                          psk = 0x00000c00, psk_requester = 0x00000400, psk_no_context = 0x00000400,
                          psk_with_context = 0x00000800, encap = 0x00001000, hbeat = 0x00002000,
                          key_upd = 0x00004000, handshake_in_the_clear = 0x00008000, pub_key_id = 0x00010000,
                          chunk = 0x00020000, alias_cert = 0x00040000, set_cert = 0x00080000,
                          csr = 0x00100000, cert_install_reset = 0x00200000, ep_info = 0x00c00000,
                          ep_info_no_sig = 0x00400000, ep_info_sig = 0x00800000, mel = 0x01000000,
                          event = 0x02000000, multi_key = 0x0c000000, multi_key_only = 0x04000000,
                          multi_key_negotiable = 0x08000000, get_key_pair_info = 0x10000000,
                          set_key_pair_info = 0x20000000, set_key_pair_reset = 0x40000000,
                          large_resp = 0x80000000;
}  // namespace cap

// ExtFlags of a responder, 1.4.
inline constexpr uint16_t kSlotMgmtCap = 0x0001;
// Param1 bit 0 of both messages, 1.3+.
inline constexpr uint8_t kSupportedAlgorithms = 0x01;
// The smallest DataTransferSize that DSP0274 allows.
inline constexpr uint32_t kMinDataTransferSize = 42;

// The flags that have a meaning at a version.
uint32_t known_requester_flags(Version version);
uint32_t known_responder_flags(Version version);
// Their names.
std::span<const Bits> responder_flag_bits();

struct GetCapabilities {
    static constexpr Code kCode = code::get_capabilities;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    uint8_t reserved = 0;             // 1.1+
    uint8_t ct_exponent = 0;          // 1.1+
    uint16_t ext_flags = 0;           // 1.1+, reserved before 1.4
    uint32_t flags = 0;               // 1.1+
    uint32_t data_transfer_size = 0;  // 1.2+
    uint32_t max_spdm_msg_size = 0;   // 1.2+
    void describe(Visitor& v);
};

struct Capabilities {
    static constexpr Code kCode = code::capabilities;
    uint8_t spdm_version = 0;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    uint8_t reserved = 0;
    uint8_t ct_exponent = 0;
    uint16_t ext_flags = 0;
    uint32_t flags = 0;
    uint32_t data_transfer_size = 0;  // 1.2+
    uint32_t max_spdm_msg_size = 0;   // 1.2+
    SupportedAlgorithms supported;    // 1.3+, with Param1 bit 0
    void describe(Visitor& v);
};

}  // namespace assay::wire
