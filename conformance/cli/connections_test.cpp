#include "conformance/cli/connections.h"

#include <boost/test/unit_test.hpp>

#include "conformance/lab/reference.h"
#include "stack/crypto/provider.h"

namespace assay::cli {

namespace {

std::unique_ptr<lab::Dut> device() {
    return std::make_unique<lab::ReferenceDut>(lab::make_reference_device({}), crypto::openssl_provider(),
                                               lab::ReferenceOptions{});
}

// A connection to the one device that all share.
class Shared final : public lab::Dut {
   public:
    explicit Shared(std::shared_ptr<lab::Dut> device) : device_(std::move(device)) {}
    std::string target() const override { return "shared"; }
    Result<> reset() override { return {}; }
    Result<std::optional<Bytes>> exchange(ByteView request, lab::Wait wait) override {
        return device_->exchange(request, wait);
    }

   private:
    std::shared_ptr<lab::Dut> device_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(connections)

BOOST_AUTO_TEST_CASE(as_many_as_are_asked_for_of_a_target_that_keeps_them_apart) {
    const auto opened = open_connections([] { return device(); }, 3, 1, lab::reference_requester());
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(opened->labs().size() == 3U);
    BOOST_TEST(opened->remark.empty());
}

// What one negotiates takes the other's place: results would say nothing of the target.
BOOST_AUTO_TEST_CASE(one_of_a_target_whose_connections_share_their_state) {
    const std::shared_ptr<lab::Dut> one = device();
    const auto opened =
        open_connections([&]() -> Result<std::unique_ptr<lab::Dut>> { return std::make_unique<Shared>(one); },
                         3, 1, lab::reference_requester());
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(opened->labs().size() == 1U);
    BOOST_TEST(opened->remark ==
               "The target does not serve 2 connections apart from each other: one is used, not 3.");
}

BOOST_AUTO_TEST_CASE(one_of_a_target_that_takes_no_second) {
    int opened_so_far = 0;
    const auto opened = open_connections(
        [&]() -> Result<std::unique_ptr<lab::Dut>> {
            if (opened_so_far++ > 0) return fail(Errc::io, "target", Error::npos, "refused");
            return device();
        },
        2, 1, lab::reference_requester());
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(opened->labs().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
