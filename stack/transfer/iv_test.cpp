#include "stack/transfer/iv.h"

#include <boost/test/unit_test.hpp>

#include "stack/transfer/test_support.h"

namespace assay::transfer {

namespace {

std::string text(const Iv& iv) { return to_hex(iv); }
constexpr Iv kMask = {0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb};

}  // namespace

BOOST_AUTO_TEST_SUITE(iv_suite)

BOOST_AUTO_TEST_CASE(counters_lie_little_endian_where_the_layout_has_them) {
    BOOST_TEST(text(make_iv(IvLayout::channel, 0x04030201, 0x1817161514131211, {})) ==
               "010203041112131415161718");
    BOOST_TEST(text(make_iv(IvLayout::gsp, 0x0807060504030201, 0xffff, {})) == "010203040506070800000000");
}

BOOST_AUTO_TEST_CASE(the_mask_is_combined_with_every_byte) {
    BOOST_TEST(text(make_iv(IvLayout::channel, 1, 2, kMask)) == "f1f1f2f3f6f5f6f7f8f9fafb");
    BOOST_TEST(text(make_iv(IvLayout::gsp, 1, 2, kMask)) == "f1f1f2f3f4f5f6f7f8f9fafb");
}

BOOST_AUTO_TEST_CASE(a_counter_counts_before_it_is_used) {
    MessageCounter counter(IvLayout::channel);
    BOOST_TEST(counter.peek(0, Checker()).value() == 1U);
    BOOST_TEST(counter.peek(4, Checker()).value() == 5U);
    counter.advance(5);
    BOOST_TEST(counter.used() == 5U);
    BOOST_TEST(counter.peek(0, Checker()).value() == 6U);
}

BOOST_AUTO_TEST_CASE(the_last_value_is_used_and_the_one_behind_it_refused) {
    for (IvLayout layout : {IvLayout::channel, IvLayout::gsp}) {
        MessageCounter counter(layout);
        counter.set(message_limit(layout) - 1);
        BOOST_TEST(counter.remaining() == 1U);
        BOOST_TEST(counter.peek(0, Checker()).value() == message_limit(layout));
        BOOST_TEST(outcome(counter.peek(1, Checker())) == "iv_exhausted");
        counter.advance(1);
        BOOST_TEST(counter.remaining() == 0U);
        auto refused = counter.peek(0, Checker());
        BOOST_TEST(outcome(refused) == "iv_exhausted");
        BOOST_TEST(name(info(refused.error().check).status) == "INSUFFICIENT_RESOURCES");
    }
}

BOOST_AUTO_TEST_CASE(a_limit_may_be_lower_than_the_layouts_and_not_higher) {
    MessageCounter low(IvLayout::channel, 3);
    low.set(3);
    BOOST_TEST(outcome(low.peek(0, Checker())) == "iv_exhausted");
    MessageCounter high(IvLayout::channel, UINT64_MAX);
    BOOST_TEST(high.remaining() == UINT32_MAX);
}

BOOST_AUTO_TEST_CASE(planted_defects_go_wrong_where_they_say) {
    const auto iv = [](Defect defect) {
        return text(make_iv(IvLayout::channel, 1, 2, kMask, planting(defect)));
    };
    const std::string right = text(make_iv(IvLayout::channel, 1, 2, kMask));
    for (Defect defect :
         {Defect::counter_big_endian, Defect::mask_ignored, Defect::channel_counter_ignored}) {
        BOOST_TEST(iv(defect) != right, info(defect).name);
    }
    MessageCounter counter(IvLayout::channel);
    BOOST_TEST(counter.peek(0, planting(Defect::counter_after_use)).value() == 0U);
    counter.set(UINT32_MAX);
    BOOST_TEST(outcome(counter.peek(0, planting(Defect::limit_off_by_one))) == "taken");
    MessageCounter gsp(IvLayout::gsp);
    gsp.set(UINT64_MAX);
    BOOST_TEST(outcome(gsp.peek(0, planting(Defect::limit_low_word))) == "taken");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
