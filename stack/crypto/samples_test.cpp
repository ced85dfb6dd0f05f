// Certificate chains of real devices, which are kept outside the repository.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "stack/crypto/x509.h"

namespace assay::crypto {

namespace {

const std::filesystem::path kSamples = std::filesystem::path("../shared/samples");

std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool absent() {
    if (std::filesystem::exists(kSamples / "device_root.pem")) return false;
    BOOST_TEST_MESSAGE("SKIPPED: the samples of real devices are not beside this tree");
    return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(samples)

BOOST_AUTO_TEST_CASE(the_chains_of_real_gpus_and_switches_violate_nothing) {
    if (absent()) return;
    ChainPolicy policy;
    policy.roots = parse_pem_certificates(contents(kSamples / "device_root.pem")).value();
    policy.time = UnixTime{std::chrono::seconds{1'750'000'000}};
    policy.alias_cert = true;
    size_t read = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kSamples / "gpu")) {
        if (!entry.path().string().ends_with(".chain.pem")) continue;
        BOOST_TEST_CONTEXT(entry.path().filename()) {
            auto chain = parse_pem_certificates(contents(entry.path()));
            BOOST_REQUIRE(chain);
            std::ranges::reverse(*chain);  // these files begin with the leaf
            BOOST_TEST(chain_violations(*chain, policy).empty());
            policy.alias_cert = !policy.alias_cert;
            ++read;
        }
    }
    BOOST_TEST(read >= 5U);
}

BOOST_AUTO_TEST_CASE(a_real_chain_under_another_makers_root_is_refused) {
    if (absent()) return;
    ChainPolicy policy;
    policy.roots = parse_pem_certificates(contents(kSamples / "rim_root.pem")).value();
    policy.time = UnixTime{std::chrono::seconds{1'750'000'000}};
    auto chain = parse_pem_certificates(contents(kSamples / "gpu/hopper_550.chain.pem"));
    BOOST_REQUIRE(chain);
    std::ranges::reverse(*chain);
    BOOST_TEST((chain_violations(*chain, policy) == std::vector<ChainRule>{ChainRule::root}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
