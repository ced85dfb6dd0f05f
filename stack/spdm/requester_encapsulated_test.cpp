// The requester's answers to encapsulated requests.
#include <boost/test/unit_test.hpp>

#include "stack/spdm/session_bench.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"

namespace assay::spdm {

using namespace wire;
using enum wire::Version;

namespace {

constexpr uint8_t kRequestId = 0x42;

Bytes header(wire::Code code, std::string_view rest) {
    Bytes message{byte(v1_2), byte(code)};
    append(message, *from_hex(rest));
    return message;
}

// ENCAPSULATED_REQUEST.
Bytes asking(ByteView inner, uint8_t id = kRequestId) {
    Bytes message{byte(v1_2), byte(code::encapsulated_request), id, 0};
    append(message, inner);
    return message;
}

// ENCAPSULATED_RESPONSE_ACK of 1.2.
Bytes ack(uint8_t payload_type, ByteView payload, uint8_t acknowledged = kRequestId, uint8_t next = 0) {
    Bytes message{byte(v1_2), byte(code::encapsulated_response_ack), next, payload_type, acknowledged, 0, 0,
                  0};
    append(message, payload);
    return message;
}

// What the requester answers, outside sessions, as it delivers it.
Bytes answer_to(Requester& requester, ByteView inner) {
    requester.get_encapsulated_request();
    BOOST_REQUIRE(good(requester.receive(asking(inner))));
    BOOST_TEST((requester.turn() == Turn::deliver));
    Bytes delivery = requester.deliver_encapsulated_response();
    BOOST_REQUIRE_GE(delivery.size(), 8U);
    BOOST_TEST(param1(delivery) == kRequestId);
    BOOST_TEST(good(requester.receive(ack(0, {}))));
    BOOST_TEST((requester.turn() == Turn::none));
    return to_bytes(ByteView(delivery).subspan(4));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(requester_encapsulated)

BOOST_AUTO_TEST_CASE(what_cannot_be_answered_gets_an_error_inside) {
    struct Row {
        std::string_view request, answer;
        uint32_t without = 0;
    };
    const std::string nonce(64, '5');
    const std::string challenge_summary = "12830001" + nonce, challenge_empty = "12830100" + nonce,
                      challenge = "12830000" + nonce, challenge_raw = "1283ff00" + nonce;
    const Row rows[] = {
        {"11810000", "127f4100"},  // VersionMismatch
        {"10840000", "127f4100"},
        {"12e40000", "127f07e4"},  // UnsupportedRequest
        {"12010000", "127f0701"},  // no request at all
        {"127f0100", "127f077f"},
        {"12810000", "127f0781", cap::cert | cap::mut_auth | cap::chal},
        {"1282000000000010", "127f0782", cap::cert | cap::mut_auth | cap::chal},
        {"1282010000000010", "127f0100"},  // an empty slot
        {"12820f0000000010", "127f0100"},
        {"12820000ffff0010", "127f0100"},  // beyond the end
        {"1282000000000000", "127f0100"},  // nothing
        {"12820000", "127f0100"},          // cut short
        {challenge_summary, "127f0100"},
        {challenge_empty, "127f0100"},
        {challenge_raw, "127f0100"},
        {"12830000", "127f0100"},
        {challenge, "127f0783", cap::chal},
        {"12e90100", "127f0400"},  // a key update of no session
        {"12e90100", "127f07e9", cap::key_upd},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.request) {
            RequesterConfig config = session_config();
            config.flags &= ~row.without;
            SessionPair pair(session_device(), config);
            BOOST_REQUIRE(good(pair.connect()));
            BOOST_TEST(to_hex(answer_to(pair.requester, *from_hex(row.request))) == row.answer);
        }
    }
}

BOOST_AUTO_TEST_CASE(digests_and_certificates_are_those_of_the_requester) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    Bytes chain = identity_of(requester_pki()).chain(real(), crypto::HashAlgo::sha256, v1_2);
    std::string digest = to_hex(real().digest(crypto::HashAlgo::sha256, chain).view());
    BOOST_TEST(to_hex(answer_to(pair.requester, *from_hex("12810000"))) == "12010009" + digest + digest);
    Bytes portion = answer_to(pair.requester, *from_hex("1282030010002000"));
    auto message = decode<CertificateResponse>(portion, pair.requester.parameters().context());
    BOOST_REQUIRE(message);
    BOOST_TEST(message->slot_id == 3);
    BOOST_TEST(equal(message->cert_chain, ByteView(chain).subspan(0x10, 0x20)));
    BOOST_TEST(message->remainder_length == chain.size() - 0x30);
    // Bytes behind the request do not matter.
    BOOST_TEST(answer_to(pair.requester, *from_hex("12820300100020000000")) == portion,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_portion_leaves_room_for_what_it_is_delivered_in) {
    Device device = session_device();
    device.data_transfer_size = 100;
    device.max_msg_size = 100;
    SessionPair pair(device);
    BOOST_REQUIRE(good(pair.negotiate()));
    Bytes portion = answer_to(pair.requester, *from_hex("12820000000000ff"));
    BOOST_TEST(portion.size() == 96U);
}

BOOST_AUTO_TEST_CASE(acknowledgements_that_do_not_fit_are_refused) {
    struct Row {
        std::string_view check;
        Bytes ack;
    };
    const Bytes digests = *from_hex("12810000");
    const Row rows[] = {
        {"ack_request_id", ack(0, {}, kRequestId + 1)},
        {"ack_payload", ack(3, {})},
        {"ack_payload", ack(2, Bytes{9})},
        {"ack_payload", ack(2, Bytes{1})},  // one of the empty slots
        {"encap_nested", ack(1, *from_hex("12ea0000"))},
        {"encap_nested", ack(1, *from_hex("12eb0000"))},
        {"response_malformed", ack(1, *from_hex("1281"))},
        {"accepted", ack(2, Bytes{3})},
        {"accepted", ack(1, digests)},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.check) {
            for (bool waived : {false, true}) {
                auto check = check_from_name(row.check);
                if (waived && !check) continue;
                SessionPair pair(session_device(), session_config(),
                                 waived ? waiving(*check) : FaultConfig{});
                BOOST_REQUIRE(good(pair.connect()));
                pair.requester.get_encapsulated_request();
                BOOST_REQUIRE(good(pair.requester.receive(asking(digests))));
                pair.requester.deliver_encapsulated_response();
                auto result = pair.requester.receive(row.ack);
                BOOST_TEST(check_name(result) == (waived ? "accepted" : row.check));
                if (!result) BOOST_TEST((pair.requester.turn() == Turn::none));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_flow_comes_to_an_end) {
    for (bool waived : {false, true}) {
        RequesterConfig config = session_config();
        config.max_encapsulated_requests = 20;
        SessionPair pair(session_device(), config, waived ? waiving(Check::encap_steps) : FaultConfig{});
        BOOST_REQUIRE(good(pair.connect()));
        Requester& requester = pair.requester;
        const Bytes digests = *from_hex("12810000");
        requester.get_encapsulated_request();
        BOOST_REQUIRE(good(requester.receive(asking(digests))));
        Checked<Outcome> result;
        unsigned steps = 1;
        for (; result && steps < 30; ++steps) {
            requester.deliver_encapsulated_response();
            result = requester.receive(ack(1, digests, kRequestId, kRequestId));
        }
        BOOST_TEST(check_name(result) == (waived ? "accepted" : "encap_steps"));
        BOOST_TEST(steps == (waived ? 30U : 21U));
    }
    // Where the flow belongs to a handshake, the session goes with it.
    Device device = session_device();
    device.mut_auth_requested = mut_auth::encapsulated;
    RequesterConfig config = session_config();
    config.max_encapsulated_requests = 2;
    FaultConfig responder;
    responder.plant(Defect::encapsulated_never_ends);
    SessionPair pair(device, config, {}, responder);
    BOOST_REQUIRE(good(pair.connect()));
    BOOST_TEST(check_name(pair.establish()) == "encap_steps");
    BOOST_TEST(pair.requester.sessions().empty());
    BOOST_TEST((pair.requester.state() == ConnectionState::negotiated));
}

BOOST_AUTO_TEST_CASE(an_error_ends_the_turn_and_its_handshake) {
    Device device = session_device();
    device.mut_auth_requested = mut_auth::encapsulated;
    device.requester_trust.roots = {test_pki(kRequesterAlgo).root};  // not ours
    SessionPair pair(device);
    BOOST_REQUIRE(good(pair.connect()));
    BOOST_TEST(check_name(pair.establish()) == "response_error");
    BOOST_TEST((pair.requester.peer_error() == ErrorCode::invalid_response_code));
    BOOST_TEST((pair.requester.turn() == Turn::none));
    BOOST_TEST(pair.requester.sessions().empty());
    // With the check of ERRORs waived the flow of encapsulated requests still ends.
    SessionPair waived(device, session_config(), waiving(Check::response_error));
    BOOST_REQUIRE(good(waived.connect()));
    BOOST_TEST(good(waived.exchange(waived.requester.key_exchange())));
    BOOST_TEST(good(waived.take_turns()));
}

BOOST_AUTO_TEST_CASE(a_challenge_is_answered_outside_sessions_only) {
    const Bytes challenge = *from_hex("12830000" + std::string(64, '5'));
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t id = pair.establish().value();
    Requester& requester = pair.requester;
    requester.get_encapsulated_request();
    BOOST_REQUIRE(good(requester.receive(pair.sealed_response(id, ByteView(asking(challenge))), true)));
    Bytes record = requester.deliver_encapsulated_response();
    BOOST_TEST(requester.secured());
    auto parsed = record::parse(record, record::none());
    // The poll was not opened: the responder does not know of it.
    pair.responder.session(id)->set_sequence(Direction::request, 1);
    auto message = pair.responder.session(id)->open_message(Direction::request, *parsed, Checker(),
                                                            kResponderRecordChecks);
    BOOST_REQUIRE(good(message));
    BOOST_TEST(to_hex(*message) == "12eb4200127f0400");

    SessionPair outside;
    BOOST_REQUIRE(good(outside.connect()));
    answer_to(outside.requester, *from_hex("12810000"));
    Bytes answer = answer_to(outside.requester, challenge);
    BOOST_TEST(code_of(answer) == code::challenge_auth);
    BOOST_TEST(outside.requester.mutually_authenticated());
}

// M1/M2 of the requester's signature, put together by hand: with VCA from 1.2 on, without it before.
BOOST_AUTO_TEST_CASE(the_requesters_challenge_auth_covers_the_flow) {
    for (Version version : {v1_1, v1_2, v1_4}) {
        Device device = session_device();
        device.basic_mut_auth = true;
        SessionPair pair(device, session_config(version));
        Bytes expected, auth, asked;
        pair.on_response = [&](const Bytes& request, Bytes& response) {
            bool vca = is_vca(code_of(request));
            if (vca && version >= v1_2) expected = concat({expected, request, response});
            if (vca && version < v1_2) expected.clear();
            if (code_of(request) == code::deliver_encapsulated_response) {
                ByteView ours = ByteView(request).subspan(4);
                bool is_auth = code_of(ours) == code::challenge_auth;
                if (is_auth) auth = to_bytes(ours);
                size_t tail = is_auth ? 64 : 0;
                expected = concat({expected, asked, ours.first(ours.size() - tail)});
            }
            if (code_of(response) == code::encapsulated_request)
                asked = to_bytes(ByteView(response).subspan(4));
            if (code_of(response) == code::encapsulated_response_ack) {
                size_t size = version >= v1_2 ? 8 : 4;
                asked = to_bytes(ByteView(response).subspan(size));
            }
        };
        AttestationWalk walk(pair.requester);
        BOOST_REQUIRE(good(pair.drive(walk)));
        BOOST_REQUIRE(!auth.empty());
        Suite suite = *pair.requester.parameters().requester_suite();
        BOOST_TEST(verify_transcript(real(), suite, requester_pki().leaf.public_key(),
                                     kRequesterChallengeAuthContext, real().digest(suite.hash, expected),
                                     ByteView(auth).last(64))
                       .has_value());
    }
}

BOOST_AUTO_TEST_CASE(the_responder_updates_its_key_in_two_steps_and_no_other_way) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t id = pair.establish().value();
    Requester& requester = pair.requester;
    // The answer to a KEY_UPDATE, taken from a requester whose records are not opened.
    auto answer = [&](KeyOperation operation) {
        requester.get_encapsulated_request();
        Bytes inner = header(code::key_update, "0007");
        inner[kParam1At] = static_cast<uint8_t>(operation);
        BOOST_REQUIRE(good(requester.receive(pair.sealed_response(id, ByteView(asking(inner))), true)));
        uint64_t number = requester.session(id)->sequence(Direction::request);
        Bytes record = requester.deliver_encapsulated_response();
        pair.responder.session(id)->set_sequence(Direction::request, number);
        auto message = pair.responder.session(id)->open_message(
            Direction::request, *record::parse(record, record::none()), Checker(), kResponderRecordChecks);
        BOOST_REQUIRE(good(message));
        BOOST_REQUIRE(good(requester.receive(pair.sealed_response(id, ByteView(ack(0, {}))), true)));
        return to_hex(ByteView(*message).subspan(4));
    };
    BOOST_TEST(answer(KeyOperation::verify_new_key) == "127f0100");
    BOOST_TEST(answer(KeyOperation::update_all_keys) == "127f0100");
    BOOST_TEST(requester.session(id)->generation(Direction::response) == 0U);
    // The responder asks, and goes on with its old key as if it had changed its mind.
    BOOST_TEST(answer(KeyOperation::update_key) == "12690107");
    BOOST_TEST(answer(KeyOperation::verify_new_key) == "127f0100");
    BOOST_TEST(answer(KeyOperation::update_key) == "12690107");
    BOOST_TEST(requester.session(id)->generation(Direction::response) == 1U);
    pair.responder.session(id)->update(Direction::response);
    BOOST_TEST(answer(KeyOperation::update_key) == "127f0100");
    BOOST_TEST(answer(KeyOperation::verify_new_key) == "12690307");
    BOOST_TEST(!requester.session(id)->updating(Direction::response));
    BOOST_TEST(requester.session(id)->generation(Direction::response) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
