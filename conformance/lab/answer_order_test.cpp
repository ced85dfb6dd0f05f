#include "conformance/lab/answer_order.h"

#include <boost/test/unit_test.hpp>

#include "stack/wire/codes.h"

namespace assay::lab {

namespace code = wire::code;

BOOST_AUTO_TEST_SUITE(answer_order)

BOOST_AUTO_TEST_CASE(learning_begins_with_get_version_and_ends_with_each_request_seen_once) {
    AnswerOrder order;
    BOOST_TEST(!order.wants_marker(code::get_digests, Wait::due));
    BOOST_TEST(order.wants_marker(code::get_version, Wait::due));
    order.in_order(code::get_version);
    BOOST_TEST(!order.wants_marker(code::get_version, Wait::due));
    BOOST_TEST(order.wants_marker(code::get_digests, Wait::due));
}

BOOST_AUTO_TEST_CASE(silence_is_proved_only_after_enough_requests_in_order) {
    AnswerOrder order;
    for (wire::Code code : {code::get_version, code::get_capabilities, code::negotiate_algorithms}) {
        BOOST_TEST(!order.wants_marker(code::finish, Wait::silence));
        order.in_order(code);
    }
    BOOST_TEST(!order.proves_silence());
    order.in_order(code::get_digests);
    BOOST_TEST(order.wants_marker(code::finish, Wait::silence));
    BOOST_TEST(order.wants_marker(AnswerOrder::kOther, Wait::silence));
}

BOOST_AUTO_TEST_CASE(one_answer_out_of_order_ends_it) {
    AnswerOrder order;
    for (wire::Code code :
         {code::get_version, code::get_capabilities, code::negotiate_algorithms, code::finish})
        order.in_order(code);
    order.broken();
    BOOST_TEST(!order.proves_silence());
    BOOST_TEST(!order.wants_marker(code::get_version, Wait::due));
    BOOST_TEST(!order.wants_marker(code::finish, Wait::silence));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
