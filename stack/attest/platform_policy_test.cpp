// The policies of the CPU's evidence as JSON.
#include <boost/test/unit_test.hpp>

#include "stack/attest/snp_policy.h"
#include "stack/attest/tpm_policy.h"

namespace assay::attest {

namespace {

using nlohmann::json;

const std::string kDigest(64, 'a');
const std::string kMeasurement(96, 'b');

}  // namespace

BOOST_AUTO_TEST_SUITE(platform_policy)

BOOST_AUTO_TEST_CASE(a_policy_of_a_tpm_needs_the_registers_of_what_it_asks_for) {
    const auto policy = TpmPolicy::from_json({{"registers", {0, 1}},
                                              {"secure_boot", true},
                                              {"boot_loaders", {kDigest}},
                                              {"firmware", {kDigest}},
                                              {"systems", {{{"9", kDigest}, {"11", kDigest}}}}});
    BOOST_REQUIRE(policy);
    BOOST_TEST((policy->needed() == std::set<uint32_t>{0, 1, 4, 7, 9, 11}));
    BOOST_TEST((policy->systems.at(0).at(11) == Bytes(32, 0xaa)));
    BOOST_TEST((TpmPolicy::from_json(json::object())->needed() == std::set<uint32_t>{7}));
    BOOST_TEST(TpmPolicy::from_json({{"secure_boot", false}})->needed().empty());
}

BOOST_AUTO_TEST_CASE(a_policy_of_a_tpm_that_is_not_understood_is_an_error) {
    for (const json& wrong :
         {json::array(), json{{"secure-boot", true}}, json{{"secure_boot", 1}}, json{{"registers", {24}}},
          json{{"registers", {-1}}}, json{{"registers", 7}}, json{{"boot_loaders", {"xy"}}},
          json{{"boot_loaders", {""}}}, json{{"firmware", {1}}}, json{{"systems", {json::object()}}},
          json{{"systems", {{{"x", kDigest}}}}}, json{{"systems", {{{"24", kDigest}}}}},
          json{{"systems", {{{"9", 1}}}}}, json{{"systems", {1}}}}) {
        const auto policy = TpmPolicy::from_json(wrong);
        BOOST_TEST(!policy, wrong.dump());
        if (!policy) BOOST_TEST((policy.error().code == Errc::bad_text), wrong.dump());
    }
}

BOOST_AUTO_TEST_CASE(a_policy_of_sev_snp_is_read) {
    const auto policy = SnpPolicy::from_json({{"allow_debug", true},
                                              {"allow_migration", true},
                                              {"tcb", {{"bootloader", 4}, {"snp", 24}, {"microcode", 219}}},
                                              {"vmpl", {0, 1}},
                                              {"measurements", {kMeasurement}},
                                              {"guest_svn", 3}});
    BOOST_REQUIRE(policy);
    BOOST_TEST((policy->allow_debug && policy->allow_migration));
    BOOST_TEST((policy->tcb == Tcb{.bootloader = 4, .snp = 24, .microcode = 219}));
    BOOST_TEST((policy->vmpl == std::set<uint32_t>{0, 1}));
    BOOST_TEST((policy->measurements == std::vector<Bytes>{Bytes(48, 0xbb)}));
    BOOST_TEST(policy->guest_svn == 3U);
    const auto empty = SnpPolicy::from_json(json::object());
    BOOST_TEST((!empty->allow_debug && !empty->allow_migration && empty->vmpl.empty()));
}

BOOST_AUTO_TEST_CASE(a_policy_of_sev_snp_that_is_not_understood_is_an_error) {
    for (const json& wrong :
         {json(1), json{{"debug", true}}, json{{"tcb", {{"ucode", 1}}}}, json{{"tcb", {{"snp", 256}}}},
          json{{"tcb", 1}}, json{{"vmpl", {4}}}, json{{"vmpl", {"0"}}}, json{{"measurements", {kDigest}}},
          json{{"guest_svn", 4294967296}}, json{{"guest_svn", -1}}}) {
        const auto policy = SnpPolicy::from_json(wrong);
        BOOST_TEST(!policy, wrong.dump());
        if (!policy) BOOST_TEST((policy.error().code == Errc::bad_text), wrong.dump());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
