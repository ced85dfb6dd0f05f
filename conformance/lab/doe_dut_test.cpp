#include "conformance/lab/doe_dut.h"

#include <boost/test/unit_test.hpp>
#include <deque>

#include "conformance/lab/reference.h"
#include "stack/transport/endpoint.h"

namespace assay::lab {

namespace {

using namespace std::chrono_literals;
constexpr uint16_t kMailbox = 0x150;

// A function whose mailbox has the reference behind it.
class FunctionWithReference final : public ConfigSpace {
   public:
    FunctionWithReference()
        : dut_(make_reference_device(options()), crypto::openssl_provider(), options()),
          service_(service(dut_)) {}

    Result<uint32_t> read(uint16_t offset) override {
        if (offset == 0x100) return uint32_t{kMailbox} << 20 | 1;
        if (offset == kMailbox) return uint32_t{version} << 16 | doe::kCapabilityId;
        if (offset == kMailbox + doe::kStatus) return stuck ? doe::kBusy : ready() ? doe::kReady : 0;
        if (offset == kMailbox + doe::kReadData) return left_.empty() ? 0 : left_.front();
        return 0;
    }
    Result<> write(uint16_t offset, uint32_t value) override {
        if (offset == kMailbox + doe::kWriteData) {
            for (int i = 0; i < 4; ++i) object_.push_back(static_cast<uint8_t>(value >> 8 * i));
        } else if (offset == kMailbox + doe::kReadData && !left_.empty()) {
            left_.pop_front();
        } else if (offset == kMailbox + doe::kControl && value == doe::kAbort) {
            left_.clear();
            object_.clear();
        } else if (offset == kMailbox + doe::kControl) {
            const Bytes back = endpoint_.take(service_, object_).value_or(Bytes{});
            object_.clear();
            went_ = std::chrono::steady_clock::now();
            for (size_t at = 0; at < back.size(); at += 4) {
                uint32_t word = 0;
                for (size_t i = 0; i < 4; ++i) word |= uint32_t{back[at + i]} << 8 * i;
                left_.push_back(word);
            }
        }
        return {};
    }

    static ReferenceOptions options() {
        return {.transport = &record::doe(), .binding = transport::Binding::doe};
    }
    void plant(transport::FramingDefect defect) {
        transport::FramingFaultConfig faults;
        faults.plant(defect);
        endpoint_ = transport::UnitEndpoint(transport::Binding::doe, {}, faults);
    }

    unsigned version = 1;  // of the capability
    bool stuck = false;    // busy for ever
    std::chrono::milliseconds takes{0};

   private:
    bool ready() const { return !left_.empty() && std::chrono::steady_clock::now() - went_ >= takes; }

    ReferenceDut dut_;
    transport::Service service_;
    transport::UnitEndpoint endpoint_{transport::Binding::doe};
    std::chrono::steady_clock::time_point went_{};
    Bytes object_;
    std::deque<uint32_t> left_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(doe_dut_suite)

BOOST_AUTO_TEST_CASE(a_device_behind_a_mailbox_is_brought_to_a_session) {
    auto dut = DoeDut::open(std::make_unique<FunctionWithReference>(), "doe:0000:00:01.0",
                            {.answer_timeout = 2000ms, .silence = 20ms});
    BOOST_REQUIRE(dut.has_value());
    SeededRandom random(1);
    Lab lab(**dut, random, crypto::openssl_provider());
    BOOST_TEST(lab.negotiated(wire::Version::v1_2, session_offer()).has_value());
    BOOST_TEST(lab.ensure_chain(0).has_value());
    const auto session = lab.begin_session();
    BOOST_REQUIRE(session.has_value());
    BOOST_TEST(lab.finish_session(*session).has_value());
}

BOOST_AUTO_TEST_CASE(what_gets_no_answer_is_silence) {
    auto dut = DoeDut::open(std::make_unique<FunctionWithReference>(), "doe:0000:00:01.0",
                            {.answer_timeout = 2000ms, .silence = 20ms});
    BOOST_REQUIRE(dut.has_value());
    // A record of no session.
    const auto answer = (*dut)->exchange_secured(Bytes(32, 1), Wait::silence);
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(!answer->has_value());
}

BOOST_AUTO_TEST_CASE(discovery_has_the_version_of_the_capability) {
    using transport::FramingDefect;
    for (const auto& [version, alone] : {std::pair(1U, FramingDefect::discovery_old_alone),
                                         std::pair(2U, FramingDefect::discovery_new_alone)}) {
        auto function = std::make_unique<FunctionWithReference>();
        function->version = version;
        function->plant(alone);
        BOOST_TEST(
            DoeDut::open(std::move(function), "doe:0000:00:01.0", {.answer_timeout = 2000ms}).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_frame_whose_answer_is_due_is_waited_for_as_long_as_an_answer_may_take) {
    auto function = std::make_unique<FunctionWithReference>();
    FunctionWithReference& slow = *function;
    auto dut =
        DoeDut::open(std::move(function), "doe:0000:00:01.0", {.answer_timeout = 5000ms, .silence = 20ms});
    BOOST_REQUIRE(dut.has_value());
    slow.takes = 200ms;
    const std::vector<Bytes> frames = {transport::wrap(transport::Binding::doe, Bytes{0x10, 0x84, 0, 0})};
    BOOST_TEST((*dut)->exchange_frames(FrameLayer::unit, frames, 1)->frames.size() == 1U);
    BOOST_TEST((*dut)->exchange_frames(FrameLayer::unit, frames, 0)->frames.empty());
}

BOOST_AUTO_TEST_CASE(less_than_a_header_is_sent_and_dropped) {
    auto dut = DoeDut::open(std::make_unique<FunctionWithReference>(), "doe:0000:00:01.0",
                            {.answer_timeout = 2000ms, .silence = 20ms});
    BOOST_REQUIRE(dut.has_value());
    const std::vector<Bytes> frames = {Bytes{}, Bytes{1, 0, 1, 0},
                                       transport::wrap(transport::Binding::doe, Bytes{0x10, 0x84, 0, 0})};
    BOOST_TEST((*dut)->exchange_frames(FrameLayer::unit, frames, 0)->frames.size() == 1U);
    const std::vector<Bytes> odd = {Bytes(7)};
    BOOST_TEST(((*dut)->exchange_frames(FrameLayer::unit, odd, 0).error().code == Errc::unsupported));
}

BOOST_AUTO_TEST_CASE(a_mailbox_that_stays_busy_is_named) {
    auto function = std::make_unique<FunctionWithReference>();
    function->stuck = true;
    const auto none = DoeDut::open(std::move(function), "doe:0000:00:01.0", {.answer_timeout = 20ms});
    BOOST_REQUIRE(!none.has_value());
    BOOST_TEST(
        none.error().detail ==
        "doe:0000:00:01.0: none of its mailboxes lists SPDM; of the one at 0x150: it stays busy after an "
        "abort");
}

BOOST_AUTO_TEST_CASE(a_function_without_a_mailbox_is_named) {
    struct Empty final : ConfigSpace {
        Result<uint32_t> read(uint16_t) override { return 0; }
        Result<> write(uint16_t, uint32_t) override { return {}; }
    };
    const auto none = DoeDut::open(std::make_unique<Empty>(), "doe:0000:00:01.0");
    BOOST_REQUIRE(!none.has_value());
    BOOST_TEST(none.error().detail == "doe:0000:00:01.0: it has no mailbox for data object exchange");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
