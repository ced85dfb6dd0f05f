// The two ends together: keys and channel counters that are followed by the next, with work in flight.
#include <boost/test/unit_test.hpp>

#include "stack/transfer/endpoint_test_support.h"

namespace assay::transfer {

namespace {

const Bytes kSecretText = SeededRandom(9).bytes(100);

}  // namespace

BOOST_AUTO_TEST_SUITE(endpoint_rotation)

BOOST_AUTO_TEST_CASE(rotation_loses_nothing_that_is_in_flight) {
    Ends ends;
    BOOST_TEST(ends.write(1000, Bytes(64, 5)) == "taken");
    auto write = ends.guest->begin_write(0, Traffic::data, 0, kSecretText).value();
    auto read = ends.guest->begin_read(0, 1000, 64).value();
    auto rotation = ends.guest->begin_rotation(0).value();
    auto later = ends.guest->begin_write(0, Traffic::data, 200, kSecretText).value();
    BOOST_TEST(outcome(ends.guest->begin_rotation(0)) == "rotation_order");
    for (const Transfer* one : {&write, &read, &rotation, &later}) {
        BOOST_TEST(ends.execute(one->submission) == "taken");
    }
    Bytes out(64);
    BOOST_TEST(outcome(ends.guest->finish(later.id)) == "taken");
    BOOST_TEST(outcome(ends.guest->finish(rotation.id)) == "taken");
    BOOST_TEST(outcome(ends.guest->finish(read.id, out)) == "taken");
    BOOST_TEST(outcome(ends.guest->finish(write.id)) == "taken");
    BOOST_TEST((out == Bytes(64, 5)));
    BOOST_TEST(equal(ByteView(ends.memory.bytes).subspan(200, 100), kSecretText));
    BOOST_TEST(ends.guest->data_channel(0).to_gpu_keys->version() == 1U);
    BOOST_TEST(ends.guest->data_channel(1).to_gpu_keys->version() == 0U);
}

BOOST_AUTO_TEST_CASE(a_key_with_transfers_in_flight_is_not_rotated_out) {
    Ends ends;
    BOOST_TEST(ends.write(0, kSecretText) == "taken");
    auto read = ends.guest->begin_read(0, 0, 100).value();
    BOOST_TEST(ends.execute(read.submission) == "taken");
    for (size_t i = 1; i < kKeptVersions; ++i) BOOST_TEST(ends.rotate() == "taken");
    BOOST_TEST(ends.rotate() == "rotation_in_flight");
    Bytes out(100);
    BOOST_TEST(outcome(ends.guest->finish(read.id, out)) == "taken");
    BOOST_TEST((out == kSecretText));
    for (size_t i = 0; i < 40; ++i) {
        BOOST_TEST(ends.rotate() == "taken");
        BOOST_TEST(ends.write(0, kSecretText) == "taken");
    }
}

BOOST_AUTO_TEST_CASE(a_channel_whose_counter_runs_out_goes_on_with_a_new_channel_counter) {
    EndpointConfig config = small_config();
    config.message_limit = 3;
    Ends ends(config);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 3; ++i) BOOST_TEST(ends.write(0, Bytes(10, 1)) == "taken");
        BOOST_TEST(ends.write(0, Bytes(10, 1)) == "iv_exhausted");
        BOOST_TEST(ends.guest->ready());
        BOOST_TEST(ends.guest->pool().in_use() == 0U);
        auto rotation = ends.guest->begin_iv_rotation(0).value();
        BOOST_TEST(outcome(ends.guest->begin_iv_rotation(0)) == "iv_rotation_in_flight");
        BOOST_TEST(ends.execute(rotation.submission) == "taken");
        BOOST_TEST(outcome(ends.guest->finish(rotation.id)) == "taken");
    }
}

BOOST_AUTO_TEST_CASE(a_key_that_reaches_its_thresholds_rotates_or_stops) {
    EndpointConfig config = small_config();
    config.thresholds = {.lower = 20, .upper = 40};
    Ends ends(config);
    BOOST_TEST(ends.write(0, Bytes(256)) == "taken");
    ends.guest->tick();
    BOOST_TEST((ends.guest->data_channel(0).rotation.status() == RotationStatus::pending));
    BOOST_TEST(ends.rotate() == "taken");
    BOOST_TEST((ends.guest->data_channel(0).rotation.status() == RotationStatus::idle));
    for (int i = 0; i < 2; ++i) BOOST_TEST(ends.write(0, Bytes(256)) == "taken");
    BOOST_TEST(ends.write(0, Bytes(1)) == "key_threshold");
    ends.guest->tick();
    BOOST_TEST((ends.guest->data_channel(0).rotation.status() == RotationStatus::failed_threshold));
    BOOST_TEST(ends.write(0, Bytes(1)) == "rotation_failed");
    BOOST_TEST(ends.rotate() == "rotation_failed");
    BOOST_TEST(ends.write(0, Bytes(1), 1) == "taken");
}

BOOST_AUTO_TEST_CASE(a_rotation_that_both_ends_expect_is_over_at_both_of_them) {
    EndpointConfig config = small_config();
    config.thresholds = {.lower = 20, .upper = 400};
    Ends ends(config);
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST(ends.write(0, Bytes(256)) == "taken");
        BOOST_TEST(ends.write(0, Bytes(256)) == "taken");
        for (Endpoint* end :
             {static_cast<Endpoint*>(ends.guest.get()), static_cast<Endpoint*>(ends.gpu.get())}) {
            end->tick();
            BOOST_TEST((end->data_channel(0).rotation.status() == RotationStatus::pending));
        }
        BOOST_TEST(ends.rotate() == "taken");
        for (unsigned i = 0; i <= 2 * kRotationTimeout; ++i) {
            ends.guest->tick();
            ends.gpu->tick();
        }
        BOOST_TEST((ends.gpu->data_channel(0).rotation.status() == RotationStatus::idle));
        Bytes back(256);
        BOOST_TEST(ends.read(0, back) == "taken");
        BOOST_TEST(ends.rotate() == "taken");
    }
}

BOOST_AUTO_TEST_CASE(a_gpu_whose_rotation_failed_takes_no_new_key) {
    EndpointConfig config = small_config();
    config.thresholds = {.lower = 10, .upper = 400};
    Ends ends(config);
    BOOST_TEST(ends.write(0, Bytes(256)) == "taken");
    for (unsigned i = 0; i <= kRotationTimeout + 1; ++i) ends.gpu->tick();
    BOOST_TEST((ends.gpu->data_channel(0).rotation.status() == RotationStatus::failed_timeout));
    const uint32_t version = ends.gpu->data_channel(0).to_gpu_keys->version();
    BOOST_TEST(ends.rotate() == "rotation_failed");
    BOOST_TEST(ends.gpu->data_channel(0).to_gpu_keys->version() == version);
}

BOOST_AUTO_TEST_CASE(a_rotation_that_comes_too_late_ends_and_has_failed) {
    Ends ends;
    auto rotation = ends.guest->begin_rotation(0).value();
    for (unsigned i = 0; i <= kRotationTimeout; ++i) ends.guest->tick();
    BOOST_TEST(ends.execute(rotation.submission) == "taken");
    BOOST_TEST(outcome(ends.guest->finish(rotation.id)) == "taken");
    BOOST_TEST((ends.guest->data_channel(0).rotation.status() == RotationStatus::failed_timeout));
    BOOST_TEST(ends.write(0, kSecretText) == "rotation_failed");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
