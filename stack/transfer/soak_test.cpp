#include "stack/transfer/soak.h"

#include <boost/test/unit_test.hpp>

#include "stack/transfer/iv_watch.h"
#include "stack/transfer/test_support.h"

namespace assay::transfer {

namespace {

SoakOptions small(Checker checker = Checker()) {
    return {.transfers = 3000,
            .rotate_every = 20,
            .iv_rotate_every = 333,
            .provider = &crypto::fast_provider(),
            .checker = checker};
}

std::string failure(const SoakOptions& options) { return soak(options).failure.value_or("none"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(soak_suite)

BOOST_AUTO_TEST_CASE(nothing_is_lost_repeated_or_sealed_twice_with_one_iv) {
    for (const crypto::Provider* provider : kProviders) {
        SoakOptions options = small();
        options.provider = provider;
        const SoakReport report = soak(options);
        BOOST_TEST(report.failure.value_or("none") == "none");
        BOOST_TEST(report.written == 3000U);
        BOOST_TEST(report.read == 3000U);
        BOOST_TEST(report.rotations == 150U);
        BOOST_TEST(report.iv_rotations == 9U);
        // Each transfer is sealed once, and so is the completion of each, of each rotation too.
        BOOST_TEST(report.sealed ==
                   2 * (report.written + report.read) + report.rotations + report.iv_rotations);
        BOOST_TEST(report.memory < 64U * 1024);
    }
}

BOOST_AUTO_TEST_CASE(the_memory_of_the_check_does_not_grow_with_the_transfers) {
    SoakOptions options = small();
    options.rotate_every = options.iv_rotate_every = 1'000'000;
    const size_t few = soak(options).memory;
    options.transfers *= 4;
    BOOST_TEST(soak(options).memory < 2 * few + 1024);
}

BOOST_AUTO_TEST_CASE(defects_that_a_soak_is_for_are_found_by_it) {
    for (Defect defect : {Defect::iv_reused, Defect::rotation_drops_old, Defect::rotation_same_key,
                          Defect::refusal_advances, Defect::counter_after_use}) {
        const std::string found = failure(small(planting(defect)));
        // Defects that this test cannot see: a receiver that advances on a refusal, as nothing is refused
        // here, and both ends counting from zero, as they agree with each other.
        const bool shows = defect != Defect::refusal_advances && defect != Defect::counter_after_use;
        BOOST_TEST((found != "none") == shows, info(defect).name << ": " << found);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(iv_watch)

BOOST_AUTO_TEST_CASE(an_iv_that_serves_twice_is_seen_and_others_are_not) {
    IvWatch watch(crypto::fast_provider());
    const Bytes key(32, 1), other(32, 2), text(4);
    Bytes out(4), tag(16);
    const auto cipher = [&](ByteView with) {
        return watch.new_aead(crypto::AeadAlgo::aes_256_gcm, with).value();
    };
    auto one = cipher(key), two = cipher(other), same = cipher(key);
    for (uint32_t counter = 1; counter < 1000; ++counter) {
        const Iv iv = make_iv(IvLayout::channel, counter, 3, {0x55, 0xaa});
        BOOST_REQUIRE(one->seal_apart(iv, {}, text, out, tag));
        BOOST_REQUIRE(two->seal_apart(iv, {}, text, out, tag));
        (void)same->open_apart(iv, {}, out, tag, out);
    }
    BOOST_TEST(!watch.repeated());
    BOOST_TEST(watch.sealed() == 1998U);
    BOOST_TEST(watch.remembered() < 1024U);
    BOOST_REQUIRE(same->seal_apart(make_iv(IvLayout::channel, 77, 3, {0x55, 0xaa}), {}, text, out, tag));
    BOOST_TEST(watch.repeated().has_value());
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_back_is_seen) {
    IvWatch watch(crypto::fast_provider());
    const Bytes text(4);
    Bytes out(4), tag(16);
    for (uint8_t key : Bytes{1, 2, 1}) {
        BOOST_TEST(!watch.repeated());
        auto aead = watch.new_aead(crypto::AeadAlgo::aes_256_gcm, Bytes(32, key)).value();
        BOOST_REQUIRE(aead->seal_apart(Iv{key}, {}, text, out, tag));
    }
    BOOST_TEST(watch.repeated().value_or("") == "a key that was given up seals again");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
