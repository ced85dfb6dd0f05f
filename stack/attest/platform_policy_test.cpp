// The policies of the CPU's evidence as JSON.
#include <boost/test/unit_test.hpp>

#include "stack/attest/snp_policy.h"
#include "stack/attest/tpm_policy.h"

namespace assay::attest {

namespace {

using nlohmann::json;

}  // namespace

BOOST_AUTO_TEST_SUITE(platform_policy)

BOOST_AUTO_TEST_CASE(a_policy_of_a_tpm_needs_the_registers_of_what_it_asks_for) {
    const json asked = json::parse(R"({"registers": [0, 1], "secure_boot": true, "boot_loaders": ["0a"],
                                       "firmware": ["0B"], "systems": [{"9": "aa", "11": "bb"}]})");
    const auto policy = TpmPolicy::from_json(asked);
    BOOST_REQUIRE(policy);
    BOOST_TEST((policy->needed() == std::set<uint32_t>{0, 1, 4, 7, 9, 11}));
    BOOST_TEST((policy->systems.at(0).at(11) == Bytes{0xbb}));
    BOOST_TEST((TpmPolicy::from_json(json::object())->needed() == std::set<uint32_t>{7}));
    BOOST_TEST(TpmPolicy::from_json({{"secure_boot", false}})->needed().empty());
}

BOOST_AUTO_TEST_CASE(a_policy_of_a_tpm_that_is_not_understood_is_an_error) {
    for (const char* text :
         {"[]", R"({"secure-boot": true})", R"({"secure_boot": 1})", R"({"registers": [24]})",
          R"({"registers": [-1]})", R"({"registers": 7})", R"({"boot_loaders": ["xy"]})",
          R"({"boot_loaders": [""]})", R"({"firmware": [1]})", R"({"systems": [{}]})",
          R"({"systems": [{"x": "00"}]})", R"({"systems": [{"24": "00"}]})", R"({"systems": [{"9": 1}]})",
          R"({"systems": [1]})"}) {
        const json wrong = json::parse(text);
        const auto policy = TpmPolicy::from_json(wrong);
        BOOST_TEST(!policy, wrong.dump());
        if (!policy) BOOST_TEST((policy.error().code == Errc::bad_text), wrong.dump());
    }
}

BOOST_AUTO_TEST_CASE(a_policy_of_sev_snp_is_read) {
    json asked = json::parse(R"({"allow_debug": true, "allow_migration": true, "vmpl": [0, 1], "guest_svn": 3,
                                 "allow_rollback": true, "chip_id_required": true, "platform_info_known": true,
                                 "tcb": {"bootloader": 4, "snp": 24, "microcode": 219}})");
    asked["measurements"] = json::array({std::string(96, 'b')});
    const auto policy = SnpPolicy::from_json(asked);
    BOOST_REQUIRE(policy);
    BOOST_TEST((policy->allow_debug && policy->allow_migration));
    BOOST_TEST((policy->allow_rollback && policy->chip_id_required && policy->platform_info_known));
    BOOST_TEST((policy->tcb == Tcb{.bootloader = 4, .snp = 24, .microcode = 219}));
    BOOST_TEST((policy->vmpl == std::set<uint32_t>{0, 1}));
    BOOST_TEST((policy->measurements == std::vector<Bytes>{Bytes(48, 0xbb)}));
    BOOST_TEST(policy->guest_svn == 3U);
    const auto empty = SnpPolicy::from_json(json::object());
    BOOST_TEST((!empty->allow_debug && !empty->allow_migration && empty->vmpl.empty()));
    BOOST_TEST((!empty->allow_rollback && !empty->chip_id_required && !empty->platform_info_known));
}

BOOST_AUTO_TEST_CASE(a_policy_of_sev_snp_that_is_not_understood_is_an_error) {
    for (const char* text :
         {"1", R"({"debug": true})", R"({"tcb": {"ucode": 1}})", R"({"tcb": {"snp": 256}})", R"({"tcb": 1})",
          R"({"vmpl": [4]})", R"({"vmpl": ["0"]})", R"({"measurements": ["00"]})",
          R"({"guest_svn": 4294967296})", R"({"guest_svn": -1})"}) {
        const json wrong = json::parse(text);
        const auto policy = SnpPolicy::from_json(wrong);
        BOOST_TEST(!policy, wrong.dump());
        if (!policy) BOOST_TEST((policy.error().code == Errc::bad_text), wrong.dump());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
