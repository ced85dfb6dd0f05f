#include "stack/wire/messages/certificate.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(certificate_suite)

BOOST_AUTO_TEST_CASE(get_certificate_asks_for_a_portion) {
    auto message = round_trip<GetCertificate>("12820300 3412 7856", context_at(Version::v1_2));
    BOOST_TEST(message.slot_id == 3);
    BOOST_TEST(message.offset == 0x1234);
    BOOST_TEST(message.length == 0x5678);
    auto size = round_trip<GetCertificate>("13820001 0000 0000", context_at(Version::v1_3));
    BOOST_TEST(size.param2 == kSlotSizeRequested);
}

BOOST_AUTO_TEST_CASE(get_certificate_of_1_4_has_a_large_form) {
    auto message =
        round_trip<GetCertificate>("14828200 0000 0000 04030201 08070605", context_at(Version::v1_4));
    BOOST_TEST(message.large_offset == 0x01020304U);
    BOOST_TEST(message.large_length == 0x05060708U);
    // The bit means nothing at 1.3.
    round_trip<GetCertificate>("13828200 0000 0000", context_at(Version::v1_3));
}

BOOST_AUTO_TEST_CASE(certificate_carries_a_portion_and_what_remains) {
    auto message = round_trip<CertificateResponse>("12020100 0300 3412 aabbcc", context_at(Version::v1_2));
    BOOST_TEST(message.slot_id == 1);
    BOOST_TEST(message.remainder_length == 0x1234);
    BOOST_TEST(to_hex(message.cert_chain) == "aabbcc");
}

BOOST_AUTO_TEST_CASE(certificate_of_1_4_has_a_large_form_with_the_short_lengths_zero) {
    auto message = round_trip<CertificateResponse>("14028101 0000 0000 02000000 04030201 aabb",
                                                   context_at(Version::v1_4));
    BOOST_TEST(message.certificate_info == 1);
    BOOST_TEST(message.large_remainder_length == 0x01020304U);
    BOOST_TEST(to_hex(message.cert_chain) == "aabb");
    BOOST_TEST(refusal<CertificateResponse>("14028101 0200 0000 02000000 04030201 aabb",
                                            context_at(Version::v1_4)) == "out_of_range PortionLength");
}

BOOST_AUTO_TEST_CASE(a_portion_length_beyond_the_message_is_refused) {
    BOOST_TEST(refusal<CertificateResponse>("12020100 0600 0000 aabbcc", context_at(Version::v1_2)) ==
               "truncated PortionLength");
    // RemainderLength must not pass for bytes of the portion.
    BOOST_TEST(refusal<CertificateResponse>("12020100 0400 0000 aabbcc", context_at(Version::v1_2)) ==
               "truncated CertChain");
    BOOST_TEST(refusal<CertificateResponse>("14028100 0000 0000 ffffffff 00000000 aabb",
                                            context_at(Version::v1_4)) == "truncated LargePortionLength");
}

BOOST_AUTO_TEST_CASE(the_chain_structure_counts_itself_in_two_bytes_or_four) {
    auto v1_2 = round_trip<CertChain>("0b00 0000 a0a1a2a3 3001ff", context_at(Version::v1_2));
    BOOST_TEST(to_hex(v1_2.root_hash) == "a0a1a2a3");
    BOOST_TEST(to_hex(v1_2.certificates) == "3001ff");
    round_trip<CertChain>("0b000000 a0a1a2a3 3001ff", context_at(Version::v1_4));
    // The upper half of the length is reserved before 1.4 and counts from then on.
    BOOST_TEST(refusal<CertChain>("0b000100 a0a1a2a3 3001ff", context_at(Version::v1_3)) == "accepted");
    BOOST_TEST(refusal<CertChain>("0b000100 a0a1a2a3 3001ff", context_at(Version::v1_4)) ==
               "inconsistent Length");
    BOOST_TEST(refusal<CertChain>("0700 0000 a0a1a2a3", context_at(Version::v1_2)) == "truncated RootHash");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
