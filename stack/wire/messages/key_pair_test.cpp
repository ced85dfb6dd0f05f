#include "stack/wire/messages/key_pair.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(key_pair_suite)

BOOST_AUTO_TEST_CASE(get_key_pair_info_names_a_key_pair) {
    auto message = round_trip<GetKeyPairInfo>("13fc0000 05", context_at(Version::v1_3));
    BOOST_TEST(message.key_pair_id == 5);
}

BOOST_AUTO_TEST_CASE(key_pair_info_has_its_fields_where_the_table_puts_them) {
    auto message = round_trip<KeyPairInfo>("137c0000 09 05 3f00 0fc0 0300 ff010000 10000000 0300 81 3001ff",
                                           context_at(Version::v1_3));
    BOOST_TEST(message.total_key_pairs == 9);
    BOOST_TEST(message.key_pair_id == 5);
    BOOST_TEST(message.capabilities == 0x3f);
    BOOST_TEST(message.key_usage_capabilities == 0xc00f);
    BOOST_TEST(message.current_key_usage == 3);
    BOOST_TEST(message.asym_algo_capabilities == 0x1ffU);
    BOOST_TEST(message.current_asym_algo == key_pair_algo::ecc_384);
    BOOST_TEST(message.assoc_cert_slot_mask == 0x81);
    BOOST_TEST(to_hex(message.public_key_info) == "3001ff");
}

BOOST_AUTO_TEST_CASE(key_pair_info_of_1_4_has_two_counted_post_quantum_fields) {
    auto message = round_trip<KeyPairInfo>(
        "147c0000 09 05 3f00 0f00 0300 ff010000 00000000 0100 81 aa 04 07000000 02 0200",
        context_at(Version::v1_4));
    BOOST_TEST(to_hex(message.pqc_asym_algo_capabilities) == "07000000");
    BOOST_TEST(to_hex(message.current_pqc_asym_algo) == "0200");
}

BOOST_AUTO_TEST_CASE(set_key_pair_info_ends_after_the_id_when_it_erases) {
    auto change = round_trip<SetKeyPairInfo>("13fd0000 05 00 0300 10000000 81", context_at(Version::v1_3));
    BOOST_TEST(change.key_pair_id == 5);
    BOOST_TEST(change.desired_key_usage == 3);
    BOOST_TEST(change.desired_asym_algo == 0x10U);
    BOOST_TEST(change.desired_assoc_cert_slot_mask == 0x81);
    round_trip<SetKeyPairInfo>("13fd0100 05", context_at(Version::v1_3));
    round_trip<SetKeyPairInfo>("14fd0100 05", context_at(Version::v1_4));
    auto v1_4 =
        round_trip<SetKeyPairInfo>("14fd0200 05 00 0300 00000000 00 04 02000000", context_at(Version::v1_4));
    BOOST_TEST(v1_4.operation == static_cast<uint8_t>(KeyPairOperation::generate_key_pair));
    BOOST_TEST(to_hex(v1_4.desired_pqc_asym_algo) == "02000000");
    round_trip<SetKeyPairInfoAck>("137d0000", context_at(Version::v1_3));
}

BOOST_AUTO_TEST_CASE(lengths_beyond_the_message_are_refused) {
    std::string fixed = "147c0000 09 05 3f00 0f00 0300 ff010000 00000000";
    Context context = context_at(Version::v1_4);
    BOOST_TEST(refusal<KeyPairInfo>(fixed + "ffff 81 aa 00 00", context) == "truncated PublicKeyInfoLen");
    BOOST_TEST(refusal<KeyPairInfo>(fixed + "0100 81 aa ff 00", context) == "truncated PqcAsymAlgoCapLen");
    BOOST_TEST(refusal<KeyPairInfo>(fixed + "0100 81 aa 00 01", context) ==
               "truncated CurrentPqcAsymAlgoLen");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
