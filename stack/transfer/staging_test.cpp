#include "stack/transfer/staging.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "stack/transfer/test_support.h"

namespace assay::transfer {

namespace {

constexpr StagingLayout kSmall{.buffer_size = 256, .page_size = 64, .initial = 2, .most = 7};
constexpr size_t kStride = 256 + 4 * 16;

StagingArea area_of(std::span<uint8_t> memory, const StagingLayout& layout = kSmall) {
    return StagingArea::make(memory, layout, Checker()).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(staging)

BOOST_AUTO_TEST_CASE(pages_and_tags_lie_apart_aligned_and_inside) {
    Bytes memory(8 * kStride + 5);
    const StagingArea area = area_of(memory);
    BOOST_TEST(area.buffers() == 8U);
    BOOST_TEST(area.pages(1) == 1U);
    BOOST_TEST(area.pages(65) == 2U);
    std::set<size_t> used;
    for (size_t buffer = 0; buffer < area.buffers(); ++buffer) {
        for (size_t page = 0; page < 4; ++page) {
            for (std::span<uint8_t> part : {area.page(buffer, page, 250), area.tag(buffer, page)}) {
                const auto at = static_cast<size_t>(part.data() - memory.data());
                BOOST_TEST(at % (part.size() == 16 ? kTagAlignment : kCopyAlignment) == 0U);
                for (size_t i = 0; i < part.size(); ++i) BOOST_TEST(used.insert(at + i).second);
            }
        }
        BOOST_TEST(area.page(buffer, 3, 250).size() == 58U);
    }
    BOOST_TEST(area.holds(7, 256));
    BOOST_TEST(!area.holds(8, 1));
    BOOST_TEST(!area.holds(0, 0));
    BOOST_TEST(!area.holds(0, 257));
}

BOOST_AUTO_TEST_CASE(sizes_that_do_not_fit_are_refused) {
    Bytes memory(kStride);
    const auto made = [&](StagingLayout layout, size_t size = kStride) {
        return outcome(StagingArea::make(std::span(memory).first(size), layout, Checker()));
    };
    BOOST_TEST(made(kSmall) == "taken");
    BOOST_TEST(made(kSmall, kStride - 1) == "staging_layout");
    BOOST_TEST(made({.buffer_size = 256, .page_size = 48}) == "staging_layout");
    BOOST_TEST(made({.buffer_size = 250, .page_size = 64}) == "staging_layout");
    BOOST_TEST(made({.buffer_size = 0, .page_size = 64}) == "staging_layout");
    BOOST_TEST(made({.buffer_size = 256, .page_size = 0}) == "staging_layout");
    BOOST_TEST(made({.buffer_size = 256, .page_size = 64, .initial = 0}) == "staging_layout");
    BOOST_TEST(made({.buffer_size = 256, .page_size = 64, .initial = 3, .most = 2}) == "staging_layout");
}

BOOST_AUTO_TEST_CASE(the_pool_doubles_up_to_its_most_and_then_makes_one_wait) {
    Bytes memory(20 * kStride);
    StagingPool pool(area_of(memory), Checker());
    std::set<size_t> taken;
    std::vector<size_t> sizes;
    for (int i = 0; i < 7; ++i) {
        sizes.push_back(pool.size());
        BOOST_TEST(taken.insert(pool.take().value()).second);
    }
    BOOST_TEST((sizes == std::vector<size_t>{2, 2, 2, 4, 4, 7, 7}));
    auto refused = pool.take();
    BOOST_TEST(outcome(refused) == "staging_full");
    BOOST_TEST((info(refused.error().check).effect == Effect::later));
    pool.give_back(3);
    BOOST_TEST(pool.in_use() == 6U);
    BOOST_TEST(pool.take().value() == 3U);
}

BOOST_AUTO_TEST_CASE(the_pool_is_never_more_than_the_memory_holds) {
    Bytes memory(3 * kStride);
    StagingPool pool(area_of(memory), Checker());
    for (int i = 0; i < 3; ++i) BOOST_TEST(pool.take().value() < 3U);
    BOOST_TEST(outcome(pool.take()) == "staging_full");
}

BOOST_AUTO_TEST_CASE(planted_defects_of_the_pool_show) {
    Bytes memory(20 * kStride);
    StagingPool shared(area_of(memory), planting(Defect::staging_buffer_shared));
    BOOST_TEST(shared.take().value() == shared.take().value());
    StagingPool unbounded(area_of(memory), planting(Defect::staging_unbounded));
    for (int i = 0; i < 20; ++i) BOOST_TEST(unbounded.take().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
