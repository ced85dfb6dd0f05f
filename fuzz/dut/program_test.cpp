// Programs on devices with one fault each, which is found, and on one without, where nothing is.
#include <boost/test/unit_test.hpp>

#include "fuzz/dut/search.h"
#include "fuzz/spdm/message_program.h"

namespace assay::fuzz {

namespace {

struct Bench {
    explicit Bench(lab::ReferenceOptions given)
        : options(std::move(given)),
          dut(lab::make_reference_device(options), crypto::openssl_provider(), options),
          device(*DeviceUnderTest::learn(dut, crypto::openssl_provider())),
          twin(device.twin()) {}

    std::optional<DeviceFinding> find(ByteView input) { return try_program(device, twin.get(), input); }
    SearchResult search(uint64_t runs) {
        return fuzz::search(device, *device_seeds(device), {.seed = 1, .runs = runs});
    }

    lab::ReferenceOptions options;
    lab::ReferenceDut dut;
    DeviceUnderTest device;
    std::unique_ptr<lab::ReferenceDut> twin;
};

lab::ReferenceOptions without(spdm::Check check) {
    lab::ReferenceOptions options;
    options.transport = &record::mctp();
    options.faults.waive(check);
    return options;
}

Bytes messages(std::initializer_list<const char*> hex) {
    std::vector<Step> steps;
    for (const char* one : hex) steps.push_back({0, *from_hex(one)});
    Bytes input{kMessages};
    append(input, to_input(steps));
    return input;
}

constexpr const char* kGetVersion = "10840000";

}  // namespace

BOOST_AUTO_TEST_SUITE(device_program_suite)

BOOST_AUTO_TEST_CASE(a_check_that_the_device_leaves_out_shows_beside_the_reference) {
    const std::pair<spdm::Check, Bytes> skipped[] = {
        {spdm::Check::version_header, messages({"12840000"})},
        {spdm::Check::request_state, messages({kGetVersion, "10e10000", "10810000"})},
        {spdm::Check::capabilities_order, messages({"10e10000"})},
    };
    for (const auto& [check, input] : skipped) {
        const std::string_view name = spdm::info(check).name;
        const auto found = Bench(without(check)).find(input);
        BOOST_REQUIRE_MESSAGE(found, name);
        BOOST_TEST(found->key == "accepts:" + std::string(name), found->title);
        BOOST_TEST(found->requirement == spdm::info(check).requirement);
        BOOST_TEST(!Bench({}).find(input), name);
    }
}

// Each shows within the first programs: the seeds, and what becomes of them.
BOOST_AUTO_TEST_CASE(a_search_finds_faults_of_sessions_and_nothing_without_them) {
    const auto keys = [](const lab::ReferenceOptions& options) {
        std::set<std::string> found;
        for (const auto& [key, finding] : Bench(options).search(300).findings) found.insert(key);
        return found;
    };
    lab::ReferenceOptions sound = without(spdm::Check::session_phase);
    sound.faults = {};
    BOOST_TEST(keys(sound).empty());
    const std::pair<spdm::Defect, const char*> planted[] = {
        {spdm::Defect::key_share_repeated, "rule:random values and shares are given out once"},
        {spdm::Defect::error_in_clear, "rule:what comes in a session is answered in it"},
    };
    for (const auto& [defect, key] : planted) {
        lab::ReferenceOptions faulty = sound;
        faulty.faults.plant(defect);
        BOOST_TEST(keys(faulty).contains(key), spdm::info(defect).name);
    }
}

BOOST_AUTO_TEST_CASE(the_same_seed_is_the_same_search) {
    const auto kept = [] {
        Bench bench({});
        std::vector<Bytes> all;
        SearchOptions options{.seed = 7, .runs = 120};
        options.keeps = [&](ByteView input) { all.push_back(to_bytes(input)); };
        fuzz::search(bench.device, *device_seeds(bench.device), options);
        return all;
    };
    BOOST_TEST((kept() == kept()));
}

BOOST_AUTO_TEST_CASE(steps_can_be_left_out_of_either_kind_of_program) {
    const Bytes two = messages({kGetVersion, "10e10000"});
    BOOST_TEST(step_count(two) == 2U);
    BOOST_TEST((without_steps(two, 1, 1) == messages({kGetVersion})));
    BOOST_TEST((without_steps(two, 0, 9) == Bytes{kMessages}));
    BOOST_TEST((without_steps({}, 0, 1).empty()));
    const Bytes sessions{kSessions, 7, 9};
    BOOST_TEST(step_count(sessions) == 0U);
    BOOST_TEST((without_steps(sessions, 0, 1) == sessions));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::fuzz
