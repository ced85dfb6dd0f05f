#include "conformance/lab/sealing.h"

#include <boost/test/unit_test.hpp>

#include "stack/spdm/algorithms.h"

namespace assay::lab {

namespace {

using spdm::Direction;

// A session in its handshake, with keys of its own.
spdm::Session session(const record::Transport& transport) {
    spdm::Parameters parameters;
    parameters.version = wire::Version::v1_2;
    parameters.base_hash = spdm::bit(crypto::HashAlgo::sha256);
    parameters.base_asym = spdm::bit(crypto::SignAlgo::ecdsa_p256);
    parameters.aead = 2;
    parameters.requester_flags = parameters.responder_flags = wire::cap::encrypt | wire::cap::mac;
    spdm::Session made(crypto::openssl_provider(), {.id = 0x00020001, .transport = &transport}, parameters,
                       {}, spdm::Checker());
    made.begin(Bytes(32, 7));
    return made;
}

const Bytes kMessage{0x12, 0x81, 0, 0};

}  // namespace

BOOST_AUTO_TEST_SUITE(sealing_suite)

BOOST_AUTO_TEST_CASE(without_an_edit_it_is_the_record_that_the_session_would_make) {
    spdm::Session made = session(record::mctp());
    const Bytes sealed = *seal(made, Direction::response, kMessage);
    BOOST_TEST(sealed == *made.seal_message(Direction::response, kMessage));
}

BOOST_AUTO_TEST_CASE(numbers_identifiers_and_lengths_are_as_they_are_wanted) {
    const spdm::Session made = session(record::mctp());
    const auto parsed = [&](const Sealing& how) {
        static Bytes record;
        record = *seal(made, Direction::response, kMessage, how);
        return *record::parse(record, record::mctp());
    };
    BOOST_TEST(parsed({.sequence = 5}).sequence == 5U);
    BOOST_TEST(parsed({.sequence = 5, .stated = 9}).sequence == 9U);
    BOOST_TEST(parsed({.session_id = 77}).session_id == 77U);
    BOOST_TEST(parsed({.longer = 4}).length == parsed({}).length + 4);
    BOOST_TEST(!parsed({.longer = 4}).complete);
}

BOOST_AUTO_TEST_CASE(the_keys_are_those_of_the_sender_or_of_the_direction_that_is_named) {
    const spdm::Session made = session(record::none());
    const auto opens = [&](const Bytes& record, Direction keys) {
        const auto parsed = record::parse(record, record::none());
        return made.key(keys).open(made.seal_options(Direction::response), *parsed).has_value();
    };
    const Bytes own = *seal(made, Direction::response, kMessage);
    BOOST_TEST(opens(own, Direction::response));
    BOOST_TEST(!opens(own, Direction::request));
    const Bytes other = *seal(made, Direction::response, kMessage, {.keys = Direction::request});
    BOOST_TEST(opens(other, Direction::request));
    const Bytes big =
        *seal(made, Direction::response, kMessage, {.sequence = 1, .order = record::NonceOrder::big});
    BOOST_TEST(big != *seal(made, Direction::response, kMessage, {.sequence = 1}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
