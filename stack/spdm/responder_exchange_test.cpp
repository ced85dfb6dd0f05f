// What begins a session at the responder.
#include <boost/test/unit_test.hpp>

#include "stack/spdm/session_bench.h"
#include "stack/wire/header.h"

namespace assay::spdm {

using namespace wire;

BOOST_AUTO_TEST_SUITE(responder_exchange)

namespace {

SessionPair pair_in_the_clear(uint32_t data_transfer_size) {
    Device device = session_device();
    RequesterConfig config = session_config();
    device.flags |= cap::handshake_in_the_clear;
    config.flags |= cap::handshake_in_the_clear;
    if (data_transfer_size != 0) config.data_transfer_size = config.max_msg_size = data_transfer_size;
    return SessionPair(device, config);
}

KeyExchangeRequest without_summary() { return {.measurement_summary_hash_type = summary::none}; }

size_t response_size_without_summary() {
    SessionPair pair = pair_in_the_clear(0);
    BOOST_REQUIRE(good(pair.connect()));
    return pair.responder.receive(pair.requester.key_exchange(without_summary()))->size();
}

}  // namespace

// A handshake in the clear is that of the last KEY_EXCHANGE that was answered: one that could not be leaves
// the handshake before it as it was.
BOOST_AUTO_TEST_CASE(an_exchange_whose_response_is_too_large_leaves_nothing_behind) {
    SessionPair pair = pair_in_the_clear(static_cast<uint32_t>(response_size_without_summary()));
    BOOST_REQUIRE(good(pair.connect()));
    const Bytes first = pair.requester.key_exchange(without_summary());
    BOOST_REQUIRE(good(pair.exchange(first)));
    BOOST_REQUIRE(pair.responder.sessions().size() == 1U);
    const uint32_t begun = pair.responder.sessions().begin()->first;

    Bytes second = first;
    second[2] = summary::all;
    const std::optional<Bytes> refused = pair.responder.receive(second);
    BOOST_REQUIRE(refused.has_value());
    BOOST_TEST(to_hex(ByteView(*refused).first(4)) == "127f0d00");
    BOOST_TEST(pair.responder.sessions().size() == 1U);
    BOOST_TEST(pair.responder.sessions().contains(begun));
    BOOST_TEST(!pair.responder.encapsulating());

    BOOST_TEST(good(pair.exchange(pair.requester.finish())));
    BOOST_TEST((pair.responder.session(begun)->phase() == Phase::application));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
