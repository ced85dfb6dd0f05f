// How a requester handles what delays an exchange: postponed, busy, lost and refused answers.
#include <boost/test/unit_test.hpp>

#include "stack/spdm/test_support.h"
#include "stack/wire/header.h"

namespace assay::spdm {

BOOST_AUTO_TEST_SUITE(requester_delays)

BOOST_AUTO_TEST_CASE(every_request_may_be_put_off) {
    Device device = test_device();
    for (const wire::RequestInfo& row : wire::requests())
        device.deferrals[row.code] = {.busy = 1, .not_ready = 2};
    device.deferrals[wire::code::respond_if_ready] = {.busy = 1, .not_ready = 1};
    Pair pair(device);
    Checked<> walked = pair.walk({}, [&] {
        // Between a request that was put off and its answer, the two sides may differ.
        if ((wire::code_of(pair.log.back().second) != wire::code::error)) BOOST_TEST(pair.in_step());
    });
    BOOST_TEST(refused_by(walked) == "nothing");
    BOOST_TEST(pair.requester.authenticated());
    size_t put_off = 0;
    Micros expected{0};
    for (const auto& [request, response] : pair.log) {
        if (wire::code_of(response) != wire::code::error) continue;
        ++put_off;
        bool busy = wire::param1(response) == static_cast<uint8_t>(wire::ErrorCode::busy);
        expected += busy ? pair.config.busy_delay : Micros(1 << response[4]);
    }
    BOOST_TEST(put_off > 10U);
    BOOST_TEST(pair.waited.count() == expected.count());
}

BOOST_AUTO_TEST_CASE(busy_is_answered_by_the_same_request_after_a_while) {
    Pair pair;
    BOOST_REQUIRE(pair.negotiate().has_value());
    Bytes request = pair.requester.get_digests();
    pair.on_response = answer_once(wire::code::get_digests, "147f0300");
    Checked<Outcome> outcome = pair.step(request);
    BOOST_REQUIRE(outcome.has_value());
    BOOST_TEST(to_hex(outcome->again) == to_hex(request));
    BOOST_TEST((outcome->delay == pair.config.busy_delay));
    BOOST_TEST((pair.requester.peer_error() == wire::ErrorCode::busy));
    BOOST_TEST(refused_by(pair.exchange(outcome->again)) == "nothing");
}

BOOST_AUTO_TEST_CASE(response_not_ready_is_answered_by_respond_if_ready_after_rdt) {
    Pair pair;
    BOOST_REQUIRE(pair.negotiate().has_value());
    Bytes request = pair.requester.get_digests();
    pair.on_response = answer_once(wire::code::get_digests, "147f4200 0c 81 5a 02");
    Checked<Outcome> outcome = pair.step(request);
    BOOST_REQUIRE(outcome.has_value());
    BOOST_TEST(to_hex(outcome->again) == "14ff815a");
    BOOST_TEST(outcome->delay.count() == 4096);
}

BOOST_AUTO_TEST_CASE(retries_are_bounded) {
    for (const char* answer : {"147f0300", "147f4200 0c 81 5a 02"}) {
        Pair pair;
        BOOST_REQUIRE(pair.negotiate().has_value());
        size_t before = pair.log.size();
        pair.on_response = [&](const Bytes&, Bytes& response) { response = *from_hex(answer); };
        BOOST_TEST(refused_by(pair.exchange(pair.requester.get_digests())) == "retries");
        BOOST_TEST(pair.log.size() - before == pair.config.max_retries + 1);
    }
}

BOOST_AUTO_TEST_CASE(a_lost_response_is_asked_for_again_a_bounded_number_of_times) {
    Pair pair;
    Bytes request = pair.requester.get_version();
    for (unsigned i = 0; i < pair.config.max_retries; ++i) {
        auto outcome = pair.requester.timed_out();
        BOOST_REQUIRE(outcome.has_value());
        BOOST_TEST(to_hex(outcome->again) == to_hex(request));
    }
    BOOST_TEST(!pair.requester.timed_out().has_value());
}

BOOST_AUTO_TEST_CASE(the_time_allowed_is_st1_for_vca_and_ct_for_the_rest) {
    Pair pair;
    pair.requester.get_version();
    BOOST_TEST(pair.requester.response_time().count() == 100'000);
    BOOST_REQUIRE(pair.negotiate().has_value());
    pair.requester.get_digests();
    BOOST_TEST(pair.requester.response_time().count() == 1 << 14);
}

BOOST_AUTO_TEST_CASE(a_refused_request_leaves_the_connection_usable) {
    Pair pair;
    BOOST_REQUIRE(pair.negotiate().has_value());
    Checked<> refused = pair.exchange(pair.requester.get_certificate(5, 0, 100));
    BOOST_TEST(refused_by(refused) == "response_error");
    BOOST_TEST(refused.error().text().contains("InvalidRequest"), refused.error().text());
    BOOST_TEST((pair.requester.peer_error() == wire::ErrorCode::invalid_request));
    BOOST_TEST(refused_by(pair.exchange(pair.requester.get_digests())) == "nothing");
    BOOST_TEST(!pair.requester.peer_error().has_value());
}

BOOST_AUTO_TEST_CASE(request_resynch_sends_the_requester_back_to_get_version) {
    Pair pair;
    BOOST_REQUIRE(pair.negotiate().has_value());
    pair.responder.lose_state();
    BOOST_TEST(refused_by(pair.exchange(pair.requester.get_digests())) == "response_error");
    BOOST_TEST((pair.requester.peer_error() == wire::ErrorCode::request_resynch));
    BOOST_TEST((pair.requester.state() == ConnectionState::not_started));
    BOOST_TEST(refused_by(pair.walk()) == "nothing");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
