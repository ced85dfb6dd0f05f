#include "stack/wire/messages/algorithms.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(algorithms_suite)

BOOST_AUTO_TEST_CASE(negotiate_algorithms_of_1_0_has_no_algorithm_structures) {
    auto message = round_trip<NegotiateAlgorithms>(
        "10e30000 2800 01 00 10000000 01000000 00000000 0000000000000000 01 01 00 00"
        "02 00 3412 04 00 7856",
        context_at(Version::v1_0));
    BOOST_TEST(message.measurement_specification == kMeasurementSpecDmtf);
    BOOST_TEST(message.base_asym_algo == 0x10U);
    BOOST_TEST(message.base_hash_algo == 0x01U);
    BOOST_REQUIRE(message.ext_asym.size() == 1U);
    BOOST_TEST(message.ext_asym[0].registry_id == 2);
    BOOST_TEST(message.ext_asym[0].algorithm_id == 0x1234);
    BOOST_REQUIRE(message.ext_hash.size() == 1U);
    BOOST_TEST(message.ext_hash[0].registry_id == 4);
    BOOST_TEST(message.ext_hash[0].algorithm_id == 0x5678);
    BOOST_TEST(message.alg_structs.empty());
}

BOOST_AUTO_TEST_CASE(negotiate_algorithms_of_1_4_has_structures_and_the_post_quantum_field) {
    auto message = round_trip<NegotiateAlgorithms>(
        "14e30300 3000 01 12 90000000 03000000 02000000 0000000000000000 00 00 00 01"
        "02 20 1b00"
        "03 21 0200 02 00 cdab"
        "05 20 0100",
        context_at(Version::v1_4));
    BOOST_TEST(message.other_params_support == (kOpaqueDataFmt1 | kMultiKeyConn));
    BOOST_TEST(message.pqc_asym_algo == 2U);
    BOOST_TEST(message.mel_specification == kMelSpecDmtf);
    BOOST_REQUIRE(message.alg_structs.size() == 3U);
    BOOST_TEST(message.alg_structs[0].alg_type == alg_type::dhe);
    BOOST_TEST(message.alg_structs[0].alg_supported == 0x1b);
    BOOST_TEST(message.alg_structs[1].alg_count == 0x21);
    BOOST_REQUIRE(message.alg_structs[1].alg_external.size() == 1U);
    BOOST_TEST(message.alg_structs[1].alg_external[0].algorithm_id == 0xabcd);
    BOOST_TEST(message.alg_structs[2].alg_type == alg_type::key_schedule);
}

BOOST_AUTO_TEST_CASE(algorithms_has_its_selections_where_the_table_puts_them) {
    auto message = round_trip<Algorithms>(
        "12630200 3000 01 02 04000000 80000000 02000000 00000000 00000000000000 00 01 00 0000"
        "02 00 3412"
        "02 20 1000"
        "04 20 8000",
        context_at(Version::v1_2));
    BOOST_TEST(message.measurement_specification_sel == 1);
    BOOST_TEST(message.other_params_selection == kOpaqueDataFmt1);
    BOOST_TEST(message.measurement_hash_algo == 4U);
    BOOST_TEST(message.base_asym_sel == 0x80U);
    BOOST_TEST(message.base_hash_sel == 2U);
    BOOST_REQUIRE(message.ext_asym_sel.size() == 1U);
    BOOST_REQUIRE(message.alg_structs.size() == 2U);
    BOOST_TEST(message.alg_structs[1].alg_type == alg_type::req_base_asym_alg);

    auto v1_3 = round_trip<Algorithms>(
        "13630000 2400 01 12 04000000 80000000 02000000 00000000 00000000000000 01 00 00 0000",
        context_at(Version::v1_3));
    BOOST_TEST(v1_3.mel_specification_sel == 1);
    BOOST_TEST(v1_3.other_params_selection == 0x12);
}

BOOST_AUTO_TEST_CASE(length_must_be_the_size_of_the_message) {
    auto with_length = [](const char* length) {
        return refusal<NegotiateAlgorithms>(
            "12e30100" + std::string(length) +
                "01 02 10000000 01000000 00000000 0000000000000000 00 00 00 00 02 20 1000",
            context_at(Version::v1_2));
    };
    BOOST_TEST(with_length("2400") == "accepted");
    BOOST_TEST(with_length("2300") == "truncated AlgSupported");
    BOOST_TEST(with_length("2500") == "inconsistent Length");
    BOOST_TEST(with_length("0000") == "inconsistent Length");
    BOOST_TEST(with_length("8100") == "out_of_range Length");
}

BOOST_AUTO_TEST_CASE(a_message_shorter_than_its_length_allows_is_refused) {
    BOOST_TEST(refusal<NegotiateAlgorithms>(
                   "12e30000 2400 01 02 10000000 01000000 00000000 0000000000000000 00 00 00 00 02 20 1000",
                   context_at(Version::v1_2)) == "inconsistent Length");
}

BOOST_AUTO_TEST_CASE(known_algorithms_follow_the_version) {
    BOOST_TEST(known_base_asym(Version::v1_1) == 0x1ffU);
    BOOST_TEST(known_base_asym(Version::v1_2) == 0xfffU);
    BOOST_TEST(known_base_hash(Version::v1_1) == 0x3fU);
    BOOST_TEST(known_base_hash(Version::v1_2) == 0x7fU);
    BOOST_TEST(known_measurement_hash(Version::v1_0) == 0x7fU);
    BOOST_TEST(known_algorithms(alg_type::dhe, Version::v1_1) == 0x3f);
    BOOST_TEST(known_algorithms(alg_type::aead_cipher_suite, Version::v1_2) == 0x0f);
    BOOST_TEST(known_algorithms(alg_type::key_schedule, Version::v1_1) == kKeyScheduleSpdm);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
