#include "stack/wire/messages/capabilities.h"

namespace assay::wire {

namespace {

constexpr Bits kRequesterFlags[] = {
    {1, 1, "CERT_CAP", Version::v1_1},
    {2, 1, "CHAL_CAP", Version::v1_1},
    {6, 1, "ENCRYPT_CAP", Version::v1_1},
    {7, 1, "MAC_CAP", Version::v1_1},
    {8, 1, "MUT_AUTH_CAP", Version::v1_1},
    {9, 1, "KEY_EX_CAP", Version::v1_1},
    {10, 2, "PSK_CAP", Version::v1_1},
    {12, 1, "ENCAP_CAP", Version::v1_1},
    {13, 1, "HBEAT_CAP", Version::v1_1},
    {14, 1, "KEY_UPD_CAP", Version::v1_1},
    {15, 1, "HANDSHAKE_IN_THE_CLEAR_CAP", Version::v1_1},
    {16, 1, "PUB_KEY_ID_CAP", Version::v1_1},
    {17, 1, "CHUNK_CAP", Version::v1_2},
    {22, 2, "EP_INFO_CAP", Version::v1_3},
    {25, 1, "EVENT_CAP", Version::v1_3},
    {26, 2, "MULTI_KEY_CAP", Version::v1_3},
    {31, 1, "LARGE_RESP_CAP", Version::v1_4},
};

constexpr Bits kResponderFlags[] = {
    {0, 1, "CACHE_CAP"},
    {1, 1, "CERT_CAP"},
    {2, 1, "CHAL_CAP"},
    {3, 2, "MEAS_CAP"},
    {5, 1, "MEAS_FRESH_CAP"},
    {6, 1, "ENCRYPT_CAP", Version::v1_1},
    {7, 1, "MAC_CAP", Version::v1_1},
    {8, 1, "MUT_AUTH_CAP", Version::v1_1},
    {9, 1, "KEY_EX_CAP", Version::v1_1},
    {10, 2, "PSK_CAP", Version::v1_1},
    {12, 1, "ENCAP_CAP", Version::v1_1},
    {13, 1, "HBEAT_CAP", Version::v1_1},
    {14, 1, "KEY_UPD_CAP", Version::v1_1},
    {15, 1, "HANDSHAKE_IN_THE_CLEAR_CAP", Version::v1_1},
    {16, 1, "PUB_KEY_ID_CAP", Version::v1_1},
    {17, 1, "CHUNK_CAP", Version::v1_2},
    {18, 1, "ALIAS_CERT_CAP", Version::v1_2},
    {19, 1, "SET_CERT_CAP", Version::v1_2},
    {20, 1, "CSR_CAP", Version::v1_2},
    {21, 1, "CERT_INSTALL_RESET_CAP", Version::v1_2},
    {22, 2, "EP_INFO_CAP", Version::v1_3},
    {24, 1, "MEL_CAP", Version::v1_3},
    {25, 1, "EVENT_CAP", Version::v1_3},
    {26, 2, "MULTI_KEY_CAP", Version::v1_3},
    {28, 1, "GET_KEY_PAIR_INFO_CAP", Version::v1_3},
    {29, 1, "SET_KEY_PAIR_INFO_CAP", Version::v1_3},
    {30, 1, "SET_KEY_PAIR_RESET_CAP", Version::v1_4},
    {31, 1, "LARGE_RESP_CAP", Version::v1_4},
};

constexpr Bits kParam1[] = {{0, 1, "SupportedAlgorithms", Version::v1_3}};
constexpr Bits kRequesterExtFlags[] = {{0, 0, "none"}};
constexpr Bits kResponderExtFlags[] = {{0, 1, "SLOT_MGMT_CAP", Version::v1_4}};

void transfer_sizes(Visitor& v, uint32_t& data_transfer_size, uint32_t& max_spdm_msg_size) {
    if (!v.at_least(Version::v1_2)) return;
    v.u32({.name = "DataTransferSize"}, data_transfer_size);
    v.u32({.name = "MaxSPDMmsgSize"}, max_spdm_msg_size);
}

}  // namespace

uint32_t known_requester_flags(Version version) {
    return static_cast<uint32_t>(~reserved_bits(wire::flags("Flags", kRequesterFlags), 4, version));
}

std::span<const Bits> responder_flag_bits() { return kResponderFlags; }

uint32_t known_responder_flags(Version version) {
    return static_cast<uint32_t>(~reserved_bits(wire::flags("Flags", kResponderFlags), 4, version));
}

void GetCapabilities::describe(Visitor& v) {
    v.header(kCode, spdm_version, wire::flags("Param1", kParam1), param1, reserved_field("Param2"), param2);
    if (!v.at_least(Version::v1_1)) return;
    v.u8(reserved_field(), reserved);
    v.u8({.name = "CTExponent"}, ct_exponent);
    v.u16(wire::flags("ExtFlags", kRequesterExtFlags), ext_flags);
    v.u32(wire::flags("Flags", kRequesterFlags), flags);
    transfer_sizes(v, data_transfer_size, max_spdm_msg_size);
}

void Capabilities::describe(Visitor& v) {
    v.header(kCode, spdm_version, wire::flags("Param1", kParam1), param1, reserved_field("Param2"), param2);
    v.u8(reserved_field(), reserved);
    v.u8({.name = "CTExponent"}, ct_exponent);
    v.u16(wire::flags("ExtFlags", kResponderExtFlags), ext_flags);
    v.u32(wire::flags("Flags", kResponderFlags), flags);
    transfer_sizes(v, data_transfer_size, max_spdm_msg_size);
    if (v.at_least(Version::v1_3) && (param1 & kSupportedAlgorithms) != 0) supported.describe(v);
}

}  // namespace assay::wire
