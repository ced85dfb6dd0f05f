#include "stack/wire/messages/set_certificate.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(set_certificate_suite)

BOOST_AUTO_TEST_CASE(set_certificate_carries_a_chain) {
    auto v1_2 = round_trip<SetCertificate>("12ee0300 0800 0000 a0a1a2a3", context_at(Version::v1_2), 4);
    BOOST_TEST(v1_2.param1 == 3);
    BOOST_TEST(to_hex(v1_2.cert_chain) == "08000000a0a1a2a3");
    auto v1_3 = round_trip<SetCertificate>("13ee2305 0800 0000 a0a1a2a3", context_at(Version::v1_3), 4);
    BOOST_TEST(v1_3.key_pair_id == 5);
}

BOOST_AUTO_TEST_CASE(erasing_carries_no_chain) {
    auto message = round_trip<SetCertificate>("13ee8105", context_at(Version::v1_3));
    BOOST_TEST(message.param1 == (kEraseSlot | 1));
    // The bit means nothing at 1.2.
    auto v1_2 = round_trip<SetCertificate>("12ee8100 aabb", context_at(Version::v1_2), 4);
    BOOST_TEST(to_hex(v1_2.cert_chain) == "aabb");
}

BOOST_AUTO_TEST_CASE(set_certificate_rsp_names_the_slot) {
    auto message = round_trip<SetCertificateResponse>("126e0300", context_at(Version::v1_2));
    BOOST_TEST(message.slot_id == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
