#include "stack/wire/messages/capabilities.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(capabilities_suite)

BOOST_AUTO_TEST_CASE(get_capabilities_grows_with_the_version) {
    round_trip<GetCapabilities>("10e10000", context_at(Version::v1_0));
    auto v1_1 = round_trip<GetCapabilities>("11e10000 00 0a 0000 c6760000", context_at(Version::v1_1));
    BOOST_TEST(v1_1.ct_exponent == 10);
    BOOST_TEST(v1_1.flags == 0x76c6U);
    for (const char* hex :
         {"12e10000 00 0a 0000 c6760200 00120000 00000100", "13e10100 00 0a 0000 c6760200 00120000 00000100",
          "14e10100 00 0a 0000 c6760200 00120000 00000100"}) {
        auto version = static_cast<Version>(bytes(hex)[0]);
        auto message = round_trip<GetCapabilities>(hex, context_at(version));
        BOOST_TEST(message.flags == 0x276c6U);
        BOOST_TEST(message.data_transfer_size == 0x1200U);
        BOOST_TEST(message.max_spdm_msg_size == 0x10000U);
    }
}

BOOST_AUTO_TEST_CASE(capabilities_has_flags_from_1_0_and_sizes_from_1_2) {
    auto v1_0 = round_trip<Capabilities>("10610000 00 0b 0000 37000000", context_at(Version::v1_0));
    BOOST_TEST(v1_0.ct_exponent == 11);
    BOOST_TEST(v1_0.flags == 0x37U);
    round_trip<Capabilities>("11610000 00 0b 0000 f7fb0000", context_at(Version::v1_1));
    auto v1_4 =
        round_trip<Capabilities>("14610000 00 0b 0100 f7fb0000 2a000000 2b000000", context_at(Version::v1_4));
    BOOST_TEST(v1_4.ext_flags == kSlotMgmtCap);
    BOOST_TEST(v1_4.data_transfer_size == 42U);
    BOOST_TEST(v1_4.max_spdm_msg_size == 43U);
}

BOOST_AUTO_TEST_CASE(capabilities_carries_the_supported_algorithms_when_it_says_so) {
    // The block: 30 bytes, one ExtAsym, and one AlgStruct.
    std::string block =
        "01 00 2600 01 12 80000000 02000000 00000000 0000000000000000 01 00 00 01"
        "03 00 3412"
        "02 20 1000";
    std::string fixed = "13610100 00 0b 0000 f7fb0200 00120000 00000100";
    auto message = round_trip<Capabilities>(fixed + block, context_at(Version::v1_3));
    BOOST_TEST(message.supported.length == 38);
    BOOST_TEST(message.supported.measurement_specification == 1);
    BOOST_TEST(message.supported.other_params_support == 0x12);
    BOOST_TEST(message.supported.base_asym_algo == 0x80U);
    BOOST_TEST(message.supported.base_hash_algo == 0x02U);
    BOOST_TEST(message.supported.mel_specification == 1);
    BOOST_REQUIRE(message.supported.ext_asym.size() == 1U);
    BOOST_TEST(message.supported.ext_asym[0].registry_id == 3);
    BOOST_TEST(message.supported.ext_asym[0].algorithm_id == 0x1234);
    BOOST_REQUIRE(message.supported.alg_structs.size() == 1U);
    BOOST_TEST(message.supported.alg_structs[0].alg_supported == 0x10);

    std::string without = fixed;
    without.replace(5, 1, "0");
    round_trip<Capabilities>(without, context_at(Version::v1_3));
}

BOOST_AUTO_TEST_CASE(a_block_whose_length_is_not_its_size_is_refused) {
    for (const char* length : {"1d00", "1f00", "0000", "ffff"}) {
        std::string hex = "13610100 00 0b 0000 f7fb0200 00120000 00000100 00 00" + std::string(length) +
                          "01 12 80000000 02000000 00000000 0000000000000000 00 00 00 01";
        BOOST_TEST(refusal<Capabilities>(hex, context_at(Version::v1_3)) ==
                   "inconsistent SupportedAlgorithms.Length");
    }
}

BOOST_AUTO_TEST_CASE(known_flags_grow_with_the_version_and_never_shrink) {
    uint32_t requester = 0;
    uint32_t responder = 0;
    for (Version version : kVersions) {
        BOOST_TEST((known_requester_flags(version) & requester) == requester);
        BOOST_TEST((known_responder_flags(version) & responder) == responder);
        requester = known_requester_flags(version);
        responder = known_responder_flags(version);
    }
    BOOST_TEST(known_requester_flags(Version::v1_0) == 0U);
    BOOST_TEST(known_requester_flags(Version::v1_1) == 0x0001ffc6U);
    BOOST_TEST(known_responder_flags(Version::v1_0) == 0x0000003fU);
    BOOST_TEST(known_responder_flags(Version::v1_2) == 0x003fffffU);
    BOOST_TEST(known_responder_flags(Version::v1_4) == 0xffffffffU);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
