#include "stack/wire/messages/csr.h"

#include "stack/wire/messages/test_support.h"

namespace assay::wire::test {

BOOST_AUTO_TEST_SUITE(csr_suite)

BOOST_AUTO_TEST_CASE(get_csr_has_attributes_from_1_3) {
    auto v1_2 = round_trip<GetCsr>("12ed0000 0300 0200 aabbcc d0d1", context_at(Version::v1_2));
    BOOST_TEST(to_hex(v1_2.requester_info) == "aabbcc");
    BOOST_TEST(to_hex(v1_2.opaque_data) == "d0d1");
    auto v1_3 = round_trip<GetCsr>("13ed0599 0000 0000", context_at(Version::v1_3));
    BOOST_TEST(v1_3.key_pair_id == 5);
    BOOST_TEST(v1_3.request_attributes == (kCsrOverwrite | 3 << 3 | 1));
    BOOST_TEST(encode_refusal(v1_3, context_at(Version::v1_2)) == "out_of_range Param1");
}

BOOST_AUTO_TEST_CASE(csr_carries_the_request) {
    auto message = round_trip<Csr>("126d0000 0300 0000 3001ff", context_at(Version::v1_2));
    BOOST_TEST(to_hex(message.csr_data) == "3001ff");
}

BOOST_AUTO_TEST_CASE(lengths_beyond_the_message_are_refused) {
    Context context = context_at(Version::v1_2);
    BOOST_TEST(refusal<GetCsr>("12ed0000 0400 0000 aabb", context) == "truncated RequesterInfo");
    BOOST_TEST(refusal<GetCsr>("12ed0000 0500 0000 aabb", context) == "truncated RequesterInfoLength");
    BOOST_TEST(refusal<GetCsr>("12ed0000 0000 0104" + std::string(2050, '0'), context) ==
               "out_of_range OpaqueDataLength");
    BOOST_TEST(refusal<Csr>("126d0000 ffff 0000 3001ff", context) == "truncated CSRLength");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
