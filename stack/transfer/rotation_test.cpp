#include "stack/transfer/rotation.h"

#include <boost/test/unit_test.hpp>

#include "stack/transfer/latch.h"
#include "stack/transfer/test_support.h"

namespace assay::transfer {

namespace {

constexpr Thresholds kSmall{.lower = 100, .upper = 200};

}  // namespace

BOOST_AUTO_TEST_SUITE(rotation)

BOOST_AUTO_TEST_CASE(thresholds_are_those_of_the_advantage) {
    BOOST_TEST(Thresholds::of(50)->upper == 777472127993U);
    BOOST_TEST(Thresholds::of(60)->upper == 24296003999U);
    BOOST_TEST(Thresholds::of(60)->lower == 23296003999U);
    BOOST_TEST(Thresholds::of(65)->upper == 4294967295U);
    for (unsigned n = kLeastAdvantage; n < kMostAdvantage; ++n) {
        // Each is the one before it divided by the root of two, rounded down.
        const double ratio =
            static_cast<double>(Thresholds::of(n)->upper) / static_cast<double>(Thresholds::of(n + 1)->upper);
        BOOST_TEST(ratio == 1.41421356237, boost::test_tools::tolerance(1e-8));
    }
    BOOST_TEST(outcome(Thresholds::of(49)) == "policy_range");
    BOOST_TEST(outcome(Thresholds::of(66)) == "policy_range");
}

BOOST_AUTO_TEST_CASE(a_rotation_is_due_at_the_lower_threshold_and_ends_idle) {
    Rotation rotation(kSmall);
    rotation.tick(99);
    BOOST_TEST((rotation.status() == RotationStatus::idle));
    rotation.tick(100);
    BOOST_TEST(name(rotation.status()) == "pending");
    BOOST_REQUIRE(rotation.begin());
    BOOST_TEST((rotation.status() == RotationStatus::in_progress));
    BOOST_TEST(outcome(rotation.begin()) == "rotation_order");
    BOOST_REQUIRE(rotation.complete());
    BOOST_TEST((rotation.status() == RotationStatus::idle));
    BOOST_TEST(outcome(rotation.complete()) == "rotation_order");
}

BOOST_AUTO_TEST_CASE(a_rotation_that_takes_too_long_fails_and_stays_so) {
    Rotation rotation(kSmall);
    rotation.tick(150);
    for (unsigned i = 0; i < kRotationTimeout; ++i) rotation.tick(150);
    BOOST_TEST((rotation.status() == RotationStatus::pending));
    rotation.tick(150);
    BOOST_TEST((rotation.status() == RotationStatus::failed_timeout));
    BOOST_TEST(outcome(rotation.begin()) == "rotation_failed");
    rotation.tick(0);
    BOOST_TEST(rotation.failed());
}

BOOST_AUTO_TEST_CASE(a_key_that_reaches_the_upper_threshold_fails) {
    for (bool begun : {false, true}) {
        Rotation rotation(kSmall);
        rotation.tick(150);
        if (begun) BOOST_REQUIRE(rotation.begin());
        rotation.tick(200);
        BOOST_TEST((rotation.status() == RotationStatus::failed_threshold));
    }
}

BOOST_AUTO_TEST_CASE(a_rotation_that_could_not_be_made_says_so) {
    Rotation rotation(kSmall);
    rotation.fail();
    BOOST_TEST(name(rotation.status()) == "failed (rotation)");
    BOOST_TEST(outcome(rotation.begin()) == "rotation_failed");
}

BOOST_AUTO_TEST_CASE(planted_defects_of_rotation_show) {
    Rotation patient(kSmall, planting(Defect::timeout_ignored));
    for (int i = 0; i < 20; ++i) patient.tick(150);
    BOOST_TEST((patient.status() == RotationStatus::pending));
    Rotation tireless(kSmall, planting(Defect::threshold_ignored));
    tireless.tick(300);
    BOOST_TEST((tireless.status() == RotationStatus::pending));
    auto ring = ring_of(KeyId::lce00_h2d_user, planting(Defect::work_counts_bytes));
    ring->count(1000, 16);
    BOOST_TEST(ring->work() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(latch)

BOOST_AUTO_TEST_CASE(a_path_is_ready_when_it_is_made_so_until_it_closes_for_good) {
    Latch latch;
    BOOST_TEST(!latch.ready());
    BOOST_TEST(outcome(latch.require_ready()) == "not_ready");
    BOOST_TEST(outcome(latch.require_open()) == "taken");
    BOOST_REQUIRE(latch.set_ready());
    BOOST_TEST(outcome(latch.require_ready()) == "taken");
    latch.close(Refusal{Check::block_tag});
    latch.close(Refusal{Check::rpc_tag});
    BOOST_TEST(!latch.ready());
    BOOST_TEST((latch.failure()->check == Check::block_tag));
    BOOST_TEST(outcome(latch.set_ready()) == "latched");
    BOOST_TEST(outcome(latch.require_ready()) == "latched");
    Latch returning(planting(Defect::latch_returns));
    returning.close(Refusal{Check::block_tag});
    BOOST_TEST(returning.set_ready().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
