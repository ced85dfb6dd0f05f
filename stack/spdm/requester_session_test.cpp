// The requester's sessions: what state it is in after what came back.
#include <boost/test/unit_test.hpp>

#include "stack/spdm/session_bench.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/finish.h"

namespace assay::spdm {

using namespace wire;
using enum wire::Version;

BOOST_AUTO_TEST_SUITE(requester_session)

BOOST_AUTO_TEST_CASE(a_failed_handshake_leaves_no_session) {
    for (bool clear : {false, true}) {
        Device device = session_device();
        RequesterConfig config = session_config();
        if (clear) {
            device.flags |= cap::handshake_in_the_clear;
            config.flags |= cap::handshake_in_the_clear;
        }
        SessionPair pair(device, config);
        BOOST_REQUIRE(good(pair.connect()));
        uint32_t established = pair.establish().value();
        pair.requester.use_session(std::nullopt);
        BOOST_REQUIRE(good(pair.exchange(pair.requester.key_exchange())));
        uint32_t id = *pair.requester.last_session();
        // Something of the transcript that the other side does not have.
        pair.responder.session(id)->add_th(Bytes{1});
        auto result = pair.exchange(pair.requester.finish());
        BOOST_TEST(check_name(result) == "response_error");
        BOOST_TEST((pair.requester.peer_error() == ErrorCode::decrypt_error));
        BOOST_TEST(!pair.requester.sessions().contains(id));
        BOOST_TEST(!pair.requester.last_session());
        BOOST_TEST(pair.requester.sessions().contains(established));
        pair.requester.use_session(established);
        BOOST_TEST(good(pair.exchange(pair.requester.heartbeat())));
        // And another one can be begun.
        BOOST_TEST(good(pair.establish()));
    }
}

// A FINISH that cannot go out is no handshake that waits for its answer.
BOOST_AUTO_TEST_CASE(a_finish_without_a_record_left_for_it_leaves_nothing_pending) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t established = pair.establish().value();
    pair.requester.use_session(std::nullopt);
    BOOST_REQUIRE(good(pair.exchange(pair.requester.key_exchange())));
    uint32_t id = *pair.requester.last_session();
    pair.requester.session(id)->set_sequence(Direction::request, record::kMaxSequence);
    BOOST_TEST(pair.requester.finish().empty());
    BOOST_REQUIRE(pair.requester.unsent().has_value());
    BOOST_TEST((pair.requester.unsent()->check == Check::answer_record_limit));
    BOOST_TEST(!pair.requester.sessions().contains(id));
    BOOST_TEST(check_name(pair.requester.receive(Bytes{0x12, byte(code::finish_rsp), 0, 0})) ==
               "response_code");
    pair.requester.use_session(established);
    BOOST_TEST(good(pair.exchange(pair.requester.heartbeat())));
}

// In the clear, with no handshake to finish: the answer concerns no session.
BOOST_AUTO_TEST_CASE(a_finish_of_no_session_touches_none) {
    Device device = session_device();
    RequesterConfig config = session_config();
    device.flags |= cap::handshake_in_the_clear;
    config.flags |= cap::handshake_in_the_clear;
    SessionPair pair(device, config);
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t established = pair.establish().value();
    for (const Bytes& answer :
         {Bytes{0x12, byte(code::finish_rsp), 0, 0}, Bytes{0x12, byte(code::error), 1, 0}}) {
        pair.requester.use_session(std::nullopt);
        BOOST_TEST(!pair.requester.finish().empty());
        (void)pair.requester.receive(answer);
        BOOST_TEST(pair.requester.sessions().contains(established));
        pair.requester.use_session(established);
        BOOST_TEST(good(pair.exchange(pair.requester.heartbeat())));
    }
}

BOOST_AUTO_TEST_CASE(decrypt_error_ends_its_session_and_another_error_does_not) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t id = pair.establish().value();
    // CHALLENGE is not legal in a session.
    BOOST_TEST(check_name(pair.exchange(pair.requester.challenge(0, 0))) == "response_error");
    BOOST_TEST((pair.requester.peer_error() == ErrorCode::unexpected_request));
    BOOST_TEST(good(pair.exchange(pair.requester.heartbeat())));
    Bytes record = pair.requester.heartbeat();
    auto answer = pair.responder.receive_secured(flipped(record));
    BOOST_REQUIRE(answer);
    BOOST_TEST(check_name(pair.requester.receive(*answer, true)) == "response_error");
    BOOST_TEST((pair.requester.peer_error() == ErrorCode::decrypt_error));
    BOOST_TEST(!pair.requester.sessions().contains(id));
    BOOST_TEST((pair.requester.state() == ConnectionState::negotiated));
    BOOST_TEST(good(pair.establish()));
}

BOOST_AUTO_TEST_CASE(get_version_forgets_all_sessions) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    pair.establish().value();
    pair.establish().value();
    BOOST_TEST(good(pair.exchange(pair.requester.get_version())));
    BOOST_TEST(pair.requester.sessions().empty());
    BOOST_TEST(!pair.requester.last_session());
    BOOST_TEST(!pair.requester.secured());
    BOOST_TEST(pair.responder.sessions().empty());
}

BOOST_AUTO_TEST_CASE(what_was_meant_for_a_session_never_goes_out_without_it) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t id = pair.establish().value();
    pair.requester.heartbeat();
    BOOST_TEST(check_name(pair.requester.receive(Bytes(30), true)) == "answer_record_session");
    BOOST_TEST(!pair.requester.sessions().contains(id));
    BOOST_TEST(
        pair.requester.vendor_defined({.standard_id = 3, .vendor_id = {1, 2}, .payload = {3}}).empty());
    BOOST_TEST(pair.requester.key_update(KeyOperation::update_all_keys).empty());
    BOOST_TEST(pair.requester.key_exchange().empty());
    BOOST_TEST(!pair.requester.secured());
    pair.requester.use_session(std::nullopt);
    BOOST_TEST(good(pair.exchange(pair.requester.get_digests())));
}

BOOST_AUTO_TEST_CASE(a_session_without_numbers_left_is_ended) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t id = pair.establish().value();
    pair.requester.session(id)->set_sequence(Direction::request, record::kMaxSequence);
    BOOST_TEST(pair.requester.heartbeat().empty());
    BOOST_TEST(!pair.requester.secured());
    BOOST_TEST(!pair.requester.sessions().contains(id));
    // With a limit of two records a key, an update in time keeps the session going.
    Device device = session_device();
    RequesterConfig config = session_config();
    device.secured_versions = config.secured_versions = {kSecured1_3};
    config.aead_limit_exponent = 1;
    device.aead_limit_exponent = 60;
    SessionPair limited(device, config);
    BOOST_REQUIRE(good(limited.connect()));
    id = limited.establish().value();
    BOOST_TEST(limited.requester.session(id)->limit() == 2U);
    for (int i = 0; i < 3; ++i) {
        for (KeyOperation operation : {KeyOperation::update_all_keys, KeyOperation::verify_new_key}) {
            BOOST_TEST(good(limited.exchange(limited.requester.key_update(operation))));
        }
    }
    // Two acknowledgements came under the responder's new key; it has no record for a third answer.
    BOOST_TEST(limited.round_trip(limited.requester.heartbeat(), true).empty());
    BOOST_TEST(limited.responder.sessions().empty());
}

BOOST_AUTO_TEST_CASE(a_record_that_got_no_answer_is_sent_again_as_it_was) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t id = pair.establish().value();
    Bytes record = pair.requester.key_update(KeyOperation::update_all_keys);
    auto outcome = pair.requester.timed_out();
    BOOST_REQUIRE(good(outcome));
    BOOST_TEST(outcome->secured);
    BOOST_TEST(equal(outcome->again, record));
    BOOST_TEST(good(pair.requester.receive(pair.round_trip(record, true), true)));
    BOOST_TEST(good(pair.exchange(pair.requester.key_update(KeyOperation::verify_new_key))));
    BOOST_TEST(pair.in_step(id));
    pair.requester.heartbeat();
    for (unsigned i = 0; i < pair.config.max_retries; ++i) BOOST_TEST(good(pair.requester.timed_out()));
    BOOST_TEST(check_name(pair.requester.timed_out()) == "retries");
    BOOST_TEST(pair.requester.sessions().empty());
    BOOST_TEST((pair.requester.state() == ConnectionState::negotiated));
}

BOOST_AUTO_TEST_CASE(a_refused_update_leaves_the_old_keys) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t id = pair.establish().value();
    Requester& requester = pair.requester;
    BOOST_TEST(good(pair.exchange(requester.key_update(KeyOperation::update_key))));
    // Before the first is verified there is no second.
    for (KeyOperation operation : {KeyOperation::update_all_keys, KeyOperation::update_key}) {
        BOOST_TEST(check_name(pair.exchange(requester.key_update(operation))) == "response_error");
        BOOST_TEST((requester.peer_error() == ErrorCode::invalid_request));
        BOOST_TEST(pair.in_step(id));
        BOOST_TEST(requester.session(id)->generation(Direction::response) == 0U);
        BOOST_TEST(!requester.session(id)->updating(Direction::response));
    }
    BOOST_TEST(good(pair.exchange(requester.key_update(KeyOperation::verify_new_key))));
    BOOST_TEST(!requester.session(id)->updating(Direction::request));
    BOOST_TEST(check_name(pair.exchange(requester.key_update(KeyOperation::verify_new_key))) ==
               "response_error");
    // What is not verified yet can be used all the same.
    BOOST_TEST(good(pair.exchange(requester.key_update(KeyOperation::update_all_keys))));
    BOOST_TEST(good(pair.exchange(requester.heartbeat())));
    BOOST_TEST(good(pair.exchange(requester.key_update(KeyOperation::verify_new_key))));
    BOOST_TEST(requester.session(id)->generation(Direction::response) == 1U);
    BOOST_TEST(requester.session(id)->generation(Direction::request) == 2U);
    BOOST_TEST(pair.in_step(id));
}

BOOST_AUTO_TEST_CASE(a_request_after_an_update_that_never_arrived_finds_the_old_keys) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    uint32_t id = pair.establish().value();
    for (int i = 0; i < 2; ++i) pair.requester.key_update(KeyOperation::update_all_keys);
    // The responder never received the two records: it is set to the number that follows theirs.
    pair.responder.session(id)->set_sequence(Direction::request, 2);
    BOOST_TEST(good(pair.exchange(pair.requester.heartbeat())));
    BOOST_TEST(pair.in_step(id));
    BOOST_TEST(pair.requester.session(id)->generation(Direction::response) == 0U);
}

BOOST_AUTO_TEST_CASE(an_update_of_all_keys_that_left_one_as_it_was_is_refused) {
    for (bool waived : {false, true}) {
        FaultConfig responder;
        responder.plant(Defect::update_ack_under_old_key);
        SessionPair pair(session_device(), session_config(),
                         waived ? waiving(Check::answer_record_tag) : FaultConfig{}, responder);
        BOOST_REQUIRE(good(pair.connect()));
        uint32_t id = pair.establish().value();
        auto result = pair.exchange(pair.requester.key_update(KeyOperation::update_all_keys));
        BOOST_TEST(check_name(result) == (waived ? "accepted" : "answer_record_tag"));
        BOOST_TEST(pair.requester.sessions().contains(id) == waived);
        if (waived) BOOST_TEST(good(pair.exchange(pair.requester.heartbeat())));
    }
}

BOOST_AUTO_TEST_CASE(both_ends_log_the_same_secrets) {
    std::vector<std::string> ours, theirs;
    Device device = session_device();
    RequesterConfig config = session_config();
    device.keylog = [&](SessionKind kind, ByteView secret) { theirs.push_back(keylog_line(kind, secret)); };
    config.keylog = [&](SessionKind kind, ByteView secret) { ours.push_back(keylog_line(kind, secret)); };
    SessionPair pair(device, config);
    BOOST_REQUIRE(good(pair.connect()));
    for (bool psk : {false, true}) BOOST_TEST(good(pair.establish(psk)));
    BOOST_TEST(ours == theirs, boost::test_tools::per_element());
    BOOST_TEST(ours.size() == 2U);
    BOOST_TEST(ours.back() == "[PSK]: " + to_hex(test_psk().key->view()));
}

BOOST_AUTO_TEST_CASE(a_session_has_measurements_of_its_own) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    Requester& requester = pair.requester;
    BOOST_TEST(good(pair.exchange(requester.get_measurements({.operation = 1}))));
    uint32_t id = pair.establish().value();
    BOOST_TEST(good(pair.exchange(requester.get_measurements({.operation = 2}))));
    requester.use_session(std::nullopt);
    BOOST_TEST(good(pair.exchange(requester.get_measurements({.operation = 2, .sign = true}))));
    // KEY_EXCHANGE began the connection's transcript anew; the session's goes on.
    BOOST_TEST(requester.signed_measurements().size() == 1U);
    requester.use_session(id);
    BOOST_TEST(good(pair.exchange(requester.get_measurements({.operation = 7, .sign = true}))));
    BOOST_TEST(requester.signed_measurements().size() == 2U);
    BOOST_TEST(requester.signed_measurements().contains(2));
    // An ERROR, and any other request, begin it anew.
    BOOST_TEST(good(pair.exchange(requester.get_measurements({.operation = 1}))));
    BOOST_TEST(!pair.exchange(requester.get_measurements({.operation = 0x77})));
    BOOST_TEST(good(pair.exchange(requester.get_measurements({.operation = 2}))));
    BOOST_TEST(good(pair.exchange(requester.get_digests())));
    BOOST_TEST(good(pair.exchange(requester.get_measurements({.operation = 7, .sign = true}))));
    BOOST_TEST(requester.signed_measurements().size() == 1U);
}

BOOST_AUTO_TEST_CASE(digests_in_a_session_are_not_in_a_challenges_transcript) {
    SessionPair pair;
    BOOST_REQUIRE(good(pair.connect()));
    pair.establish().value();
    BOOST_TEST(good(pair.exchange(pair.requester.get_digests())));
    BOOST_TEST(good(pair.exchange(pair.requester.get_certificate(2, 0, 100))));
    pair.requester.use_session(std::nullopt);
    BOOST_TEST(good(pair.exchange(pair.requester.challenge(0, 0))));
    BOOST_TEST(pair.requester.authenticated());
}

// The KEY_EXCHANGE_RSP and FINISH of a connection on which both sides have several keys, held against TH as
// it is put together by hand. The handshake is in the clear, so that there is no key in the way.
BOOST_AUTO_TEST_CASE(digests_belong_to_th_where_keys_have_to_be_told_apart) {
    for (bool digests_first : {true, false}) {
        Device device = session_device();
        RequesterConfig config = session_config(v1_3);
        device.flags |= cap::multi_key_only | cap::get_key_pair_info | cap::handshake_in_the_clear;
        config.flags |= cap::multi_key_only | cap::handshake_in_the_clear;
        device.mut_auth_requested = mut_auth::implicit_get_digests;
        SessionPair pair(device, config);
        Bytes th;
        const Bytes chain =
            device.identities.begin()->second[0]->chain(real(), crypto::HashAlgo::sha256, v1_3);
        auto hash = [](ByteView bytes) { return real().digest(crypto::HashAlgo::sha256, bytes); };
        Bytes digests;
        pair.on_response = [&](const Bytes& request, Bytes& response) {
            const Context context = pair.requester.parameters().context();
            if (wire::code_of(request) == code::negotiate_algorithms) response[7] |= kMultiKeyConn;
            if (is_vca(wire::code_of(request))) th = concat({th, request, response});
            if (wire::code_of(request) == code::get_digests) {
                Digests message;
                message.supported_slot_mask = message.slot_mask = 1;
                message.digests = {to_bytes(hash(chain).view())};
                message.key_pair_id = message.certificate_info = {1};
                message.key_usage_mask = {key_usage::key_ex};
                digests = response = *encode(message, context);
            }
            if (wire::code_of(request) != code::key_exchange) return;
            if (digests_first) append(th, digests);
            size_t before = response.size() - context.signature_size;
            th = concat({th, hash(chain).view(), request, ByteView(response).first(before)});
            Bytes signature = *sign_transcript(real(), pair.requester.parameters().suite(),
                                               test_pki(crypto::SignAlgo::ecdsa_p256).leaf_key,
                                               kKeyExchangeContext, hash(th));
            std::ranges::copy(signature, response.begin() + static_cast<ptrdiff_t>(before));
            append(th, signature);
        };
        Requester& requester = pair.requester;
        BOOST_REQUIRE(good(pair.negotiate()));
        if (!digests_first) BOOST_REQUIRE(good(pair.exchange(requester.get_certificate(0, 0, 100))));
        BOOST_REQUIRE(good(pair.exchange(requester.get_digests())));
        BOOST_REQUIRE(good(pair.exchange(requester.get_certificate(0, 0, 4000))));
        BOOST_REQUIRE(good(pair.exchange(requester.key_exchange())));
        uint32_t id = *requester.last_session();
        BOOST_TEST((requester.session(id)->th() == hash(th)));
        const Bytes ours = requester.sessions().at(id).encapsulated_digests;
        BOOST_TEST(ours.size() == 4U + 2 * (32 + 4));
        BOOST_REQUIRE(good(pair.take_turns()));

        Bytes finish = requester.finish();
        BOOST_TEST(!requester.secured());
        auto message = decode<Finish>(finish, requester.parameters().context());
        BOOST_REQUIRE(message);
        BOOST_TEST(message->param1 == kSignatureIncluded);
        Bytes our_chain = identity_of(requester_pki()).chain(real(), crypto::HashAlgo::sha256, v1_3);
        th = concat({th, ours, hash(our_chain).view(), ByteView(finish).first(4)});
        BOOST_TEST(verify_transcript(real(), *requester.parameters().requester_suite(),
                                     requester_pki().leaf.public_key(), kFinishContext, hash(th),
                                     message->signature)
                       .has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
