#include "stack/transport/mctp_link.h"

#include <boost/test/unit_test.hpp>
#include <deque>

namespace assay::transport {

namespace {

using namespace std::chrono_literals;

// An endpoint that answers from a list.
class Answering final : public MctpSocket {
   public:
    explicit Answering(std::deque<MctpBody> answers) : answers_(std::move(answers)) {}
    Result<> send(const MctpBody& message) override {
        sent.push_back(message);
        return {};
    }
    Result<MctpBody> receive(std::chrono::milliseconds) override {
        if (answers_.empty()) return fail(Errc::timeout, "mctp", Error::npos, "no answer");
        MctpBody next = answers_.front();
        answers_.pop_front();
        return next;
    }
    std::vector<MctpBody> sent;

   private:
    std::deque<MctpBody> answers_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(mctp_link_suite)

BOOST_AUTO_TEST_CASE(messages_and_records_have_their_types) {
    auto socket = std::make_unique<Answering>(std::deque<MctpBody>{});
    Answering& endpoint = *socket;
    const auto link = mctp_link(std::move(socket));
    BOOST_TEST(link->send(Bytes{0x10, 0x84, 0, 0}).has_value());
    BOOST_TEST(link->send(Bytes{1, 2, 3}, Payload::secured).has_value());
    BOOST_REQUIRE(endpoint.sent.size() == 2U);
    BOOST_TEST(endpoint.sent[0].type == 5);
    BOOST_TEST(to_hex(endpoint.sent[0].bytes) == "10840000");
    BOOST_TEST(endpoint.sent[1].type == 6);
}

BOOST_AUTO_TEST_CASE(what_is_not_waited_for_is_passed_over) {
    // PLDM, a record, a message.
    const std::deque<MctpBody> answers = {{1, {9}}, {6, {7}}, {5, {8}}};
    const auto link = mctp_link(std::make_unique<Answering>(answers));
    BOOST_TEST(to_hex(*link->receive(100ms)) == "08");
    const auto other = mctp_link(std::make_unique<Answering>(answers));
    const auto record = other->receive_any(100ms);
    BOOST_REQUIRE(record.has_value());
    BOOST_TEST((record->payload == Payload::secured));
    BOOST_TEST((other->receive_any(100ms)->payload == Payload::spdm));
    const auto silence = other->receive_any(10ms);
    BOOST_REQUIRE(!silence.has_value());
    BOOST_TEST((silence.error().code == Errc::timeout));
    BOOST_TEST(silence.error().offset == Error::npos);
}

BOOST_AUTO_TEST_CASE(old_answers_are_drained) {
    const auto link = mctp_link(std::make_unique<Answering>(std::deque<MctpBody>{{5, {1}}, {5, {2}}}));
    link->drain();
    BOOST_TEST(!link->receive(1ms).has_value());
}

BOOST_AUTO_TEST_CASE(a_kernel_without_mctp_is_said_to_be_one) {
    const auto socket = open_mctp_socket(1, 8);
    if (socket) {
        BOOST_TEST_MESSAGE("not tested: this kernel has MCTP");
        return;
    }
    BOOST_TEST((socket.error().code == Errc::io));
    BOOST_TEST(socket.error().detail.contains("MCTP"), socket.error().detail);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
