#include "stack/transfer/keys.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "stack/transfer/test_support.h"

namespace assay::transfer {

namespace {

std::string key_of(const KeyRing& ring, uint32_t version = 0) { return to_hex(ring.key(version)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(keys_suite)

BOOST_AUTO_TEST_CASE(every_key_has_a_label_and_a_value_of_its_own) {
    for (const crypto::Provider* provider : kProviders) {
        std::set<std::string> values;
        std::set<std::string_view> labels;
        for (size_t i = 0; i < keys().size(); ++i) {
            auto ring = ring_of(static_cast<KeyId>(i), Checker(), 1, *provider);
            BOOST_TEST(ring->key(0).size() == kKeySize);
            BOOST_TEST(values.insert(key_of(*ring)).second, keys()[i].label);
            BOOST_TEST(labels.insert(keys()[i].label).second, keys()[i].label);
        }
    }
    BOOST_TEST(keys().size() == 13 + 6 * kCopyEngines);
}

BOOST_AUTO_TEST_CASE(a_copy_engines_key_is_found_by_engine_direction_and_role) {
    for (size_t engine = 0; engine < kCopyEngines; ++engine) {
        for (Flow flow : {Flow::to_gpu, Flow::to_cpu}) {
            for (Role role : {Role::user, Role::kernel, Role::p2p}) {
                const KeyInfo& row = info(copy_engine_key(engine, flow, role));
                BOOST_TEST((row.engine == Engine::copy && row.number == engine && row.flow == flow));
                BOOST_TEST((row.role == role));
            }
        }
    }
    BOOST_TEST(info(copy_engine_key(8, Flow::to_cpu, Role::p2p)).label == "Lce10_d2h_p2p");
    BOOST_TEST(info(KeyId::cpu_sec2_hmac_user).is_hmac());
    BOOST_TEST(!info(KeyId::cpu_sec2_data_user).is_hmac());
}

BOOST_AUTO_TEST_CASE(only_the_first_32_bytes_of_the_export_secret_make_keys) {
    Bytes secret = export_secret();
    const auto of = [](ByteView bytes) {
        return key_of(KeyRing::expand(crypto::openssl_provider(), bytes, KeyId::cpu_gsp_dma).value());
    };
    const std::string key = of(secret);
    for (size_t i = kUsedSecretSize; i < secret.size(); ++i) secret[i] ^= 0xff;
    BOOST_TEST(of(secret) == key);
    BOOST_TEST(of(ByteView(secret).first(kUsedSecretSize)) == key);
    secret[31] ^= 1;
    BOOST_TEST(of(secret) != key);
    auto refused =
        KeyRing::expand(crypto::openssl_provider(), ByteView(secret).first(31), KeyId::cpu_gsp_dma);
    BOOST_TEST(outcome(refused) == "secret_size");
}

BOOST_AUTO_TEST_CASE(a_rotated_key_is_another_and_sixteen_versions_are_kept) {
    auto ring = ring_of(KeyId::lce00_d2h_user);
    std::set<std::string> seen = {key_of(*ring)};
    for (uint32_t version = 1; version < 40; ++version) {
        BOOST_REQUIRE(ring->rotate());
        BOOST_TEST(ring->version() == version);
        BOOST_TEST(seen.insert(key_of(*ring, version)).second);
        const size_t oldest = version < kKeptVersions ? 0 : version + 1 - kKeptVersions;
        for (uint32_t old = 0; old <= version; ++old) BOOST_TEST(ring->key(old).empty() == (old < oldest));
        BOOST_TEST(ring->key(version + 1).empty());
    }
}

BOOST_AUTO_TEST_CASE(a_closed_ring_holds_no_secret_and_gives_none) {
    const size_t before = SecretBytes::live();
    auto ring = ring_of(KeyId::lce00_d2h_user);
    BOOST_REQUIRE(ring->rotate());
    BOOST_TEST(SecretBytes::live() == before + 2 * kKeySize);
    ring->close();
    BOOST_TEST(SecretBytes::live() == before);
    BOOST_TEST(ring->closed());
    BOOST_TEST(ring->key(0).empty());
    BOOST_TEST(outcome(ring->rotate()) == "key_closed");
    BOOST_TEST(outcome(ring->take_channel_counter()) == "key_closed");
}

BOOST_AUTO_TEST_CASE(channel_counters_are_given_out_once_each_until_there_are_none) {
    auto ring = ring_of(KeyId::lce00_h2d_user);
    BOOST_TEST(ring->take_channel_counter().value() == 0U);
    BOOST_TEST(ring->take_channel_counter().value() == 1U);
    ring->set_next_channel_counter(UINT64_MAX);
    BOOST_TEST(outcome(ring->take_channel_counter()) == "channel_exhausted");
}

BOOST_AUTO_TEST_CASE(a_key_does_so_much_work_and_no_more_until_it_rotates) {
    auto ring = ring_of(KeyId::lce00_h2d_user);
    ring->set_work_limit(10);
    ring->count(2, 112);
    BOOST_TEST(ring->work() == 9U);
    BOOST_TEST(ring->may_work().has_value());
    ring->count(1, 15);
    BOOST_TEST(outcome(ring->may_work()) == "key_threshold");
    BOOST_REQUIRE(ring->rotate());
    BOOST_TEST(ring->work() == 0U);
    BOOST_TEST(ring->may_work().has_value());
    ring->set_failed();
    BOOST_TEST(outcome(ring->may_work()) == "rotation_failed");
}

BOOST_AUTO_TEST_CASE(planted_defects_give_other_keys) {
    const auto keys_with = [](Checker checker) {
        auto ring = ring_of(KeyId::lce00_d2h_user, checker);
        BOOST_REQUIRE(ring->rotate());
        return std::pair(key_of(*ring), key_of(*ring, 1));
    };
    const auto right = keys_with(Checker());
    for (Defect defect : {Defect::label_terminated, Defect::label_direction_ignored, Defect::secret_whole}) {
        BOOST_TEST(keys_with(planting(defect)).first != right.first, info(defect).name);
    }
    for (Defect defect : {Defect::rotation_without_hash, Defect::rotation_same_key}) {
        BOOST_TEST(keys_with(planting(defect)).first == right.first, info(defect).name);
        BOOST_TEST(keys_with(planting(defect)).second != right.second, info(defect).name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
