// A requester and a responder for the session tests of this module. Never included by anything else.
#pragma once

#include <boost/test/unit_test.hpp>

#include "stack/spdm/session_walk.h"
#include "stack/spdm/test_support.h"
#include "stack/wire/registry.h"

namespace assay::spdm {

// What both sides have that make sessions.
inline constexpr uint32_t kSessionFlags = wire::cap::mac | wire::cap::encrypt | wire::cap::key_ex |
                                          wire::cap::hbeat | wire::cap::key_upd | wire::cap::encap |
                                          wire::cap::mut_auth;

inline const crypto::SignAlgo kRequesterAlgo = crypto::SignAlgo::ecdsa_p256;

// The certificates of the requester, under another root.
inline const crypto::TestPki& requester_pki() {
    static const crypto::TestPki kPki = crypto::make_test_pki(kRequesterAlgo, crypto::SignAlgo::ed25519,
                                                              crypto::HashAlgo::sha256, "spdm requester")
                                            .value();
    return kPki;
}

inline PreSharedKey test_psk() {
    return {to_bytes(as_bytes("hint")), std::make_shared<const SecretBytes>(as_bytes("a pre-shared key"))};
}

inline Device session_device() {
    Device device = test_device();
    device.flags |= kSessionFlags | wire::cap::psk_with_context;
    device.dhe = kAllDhe;
    device.aead = kAllAead;
    device.req_base_asym = static_cast<uint16_t>(bit(kRequesterAlgo));
    device.pre_shared_keys = {test_psk()};
    device.heartbeat_period = 5;
    device.requester_trust.roots = {requester_pki().root};
    device.requester_trust.time = test_config().time;
    return device;
}

inline RequesterConfig session_config(wire::Version version = wire::Version::v1_2) {
    RequesterConfig config = test_config();
    config.versions = {version};
    config.flags = kSessionFlags | wire::cap::psk_requester | wire::cap::cert | wire::cap::chal;
    config.dhe = 0x08;
    config.aead = 0x02;
    config.req_base_asym = static_cast<uint16_t>(bit(kRequesterAlgo));
    config.key_schedule = 1;
    config.pre_shared_key = test_psk();
    config.identities[kRequesterAlgo][0] = identity_of(requester_pki());
    config.identities[kRequesterAlgo][3] = identity_of(requester_pki());
    return config;
}

// A requester and a responder, and a wire between them that carries messages and records.
struct SessionPair {
    explicit SessionPair(Device d = session_device(), RequesterConfig c = session_config(),
                         FaultConfig requester_faults = {}, FaultConfig responder_faults = {},
                         const crypto::Provider& provider = real())
        : device(std::move(d)),
          config(std::move(c)),
          responder(device, provider, responder_random, responder_faults),
          requester(config, provider, requester_random, requester_faults) {}

    Device device;
    RequesterConfig config;
    SeededRandom responder_random{1};
    SeededRandom requester_random{2};
    Responder responder;
    Requester requester;
    std::function<void(const Bytes& request, Bytes& response)> on_response;  // of messages outside sessions
    std::function<void(Bytes& response)> on_secured_response;                // of those inside
    std::vector<std::pair<bool, Bytes>> sent;                                // records have true

    // Empty: no answer.
    Bytes round_trip(const Bytes& message, bool secured) {
        sent.emplace_back(secured, message);
        auto response = secured ? responder.receive_secured(message) : responder.receive(message);
        if (response && !secured && on_response) on_response(message, *response);
        if (response && secured && on_secured_response) reseal(*response);
        return response.value_or(Bytes{});
    }
    // Replaces the message in the last record of the responder, if its key is still there.
    void reseal(Bytes& record) {
        auto parsed = *record::parse(record, *device.transport);
        Session* session = responder.session(parsed.session_id);
        if (session == nullptr || session->sequence(Direction::response) == 0) return;
        uint64_t number = session->sequence(Direction::response) - 1;
        record::SealOptions options = session->seal_options(Direction::response);
        options.sequence = number;
        auto plaintext = session->key(Direction::response).open(options, parsed);
        if (!plaintext) return;
        auto data = record::application_data(session->protection(), *plaintext);
        Bytes message = to_bytes(*record::from_application(*device.transport, *data));
        on_secured_response(message);
        session->set_sequence(Direction::response, number);
        record = session->seal_message(Direction::response, message).value();
    }
    Checked<> exchange(Bytes request) {
        bool secured = requester.secured();
        for (;;) {
            Outcome outcome = TRY(requester.receive(round_trip(request, secured), secured));
            if (outcome.done()) return {};
            request = std::move(outcome.again);
            secured = outcome.secured;
        }
    }
    template <class Walk>
    Checked<> drive(Walk& walk) {
        while (auto send = walk.next()) {
            TRY(walk.receive(round_trip(send->message, send->secured), send->secured));
        }
        return {};
    }
    Checked<> walk(SessionOptions options = {}) {
        SessionWalk walk(requester, std::move(options));
        return drive(walk);
    }
    Checked<> negotiate() {
        TRY(exchange(requester.get_version()));
        TRY(exchange(requester.get_capabilities()));
        return exchange(requester.negotiate_algorithms());
    }
    // VCA, and the chain of slot 0.
    Checked<> connect() {
        SessionOptions options;
        options.sessions = 0;
        return walk(options);
    }
    // Answers the responder's encapsulated requests until there are no more.
    Checked<> take_turns() {
        while (requester.turn() != Turn::none) TRY(exchange(requester.take_turn()));
        return {};
    }
    // A session in its application phase; requests go into it.
    Checked<uint32_t> establish(bool psk = false) {
        requester.use_session(std::nullopt);
        TRY(exchange(psk ? requester.psk_exchange() : requester.key_exchange()));
        TRY(take_turns());
        uint32_t id = *requester.last_session();
        if (requester.session(id)->phase() == Phase::handshake) {
            TRY(exchange(psk ? requester.psk_finish() : requester.finish()));
        }
        requester.use_session(id);
        return id;
    }
    // A record of the responder with a response that it would not send by itself.
    Bytes sealed_response(uint32_t id, ByteView response) {
        return responder.session(id)->seal_message(Direction::response, response).value();
    }
    template <class M>
        requires requires { M::kCode; }
    Bytes sealed_response(uint32_t id, const M& response) {
        return sealed_response(id, wire::encode(response, requester.parameters().context()).value());
    }
    // Both ends of a session hold the same keys and transcripts.
    bool in_step(uint32_t id) {
        const Session* ours = requester.session(id);
        Session* theirs = responder.session(id);
        if (ours == nullptr || theirs == nullptr) return false;
        bool equal_keys = true;
        for (Direction way : {Direction::request, Direction::response}) {
            equal_keys = equal_keys &&
                         equal(ours->schedule().secret(way).view(), theirs->schedule().secret(way).view()) &&
                         ours->sequence(way) == theirs->sequence(way);
        }
        return equal_keys && ours->phase() == theirs->phase() && ours->th() == theirs->th();
    }
};

// The same bytes with one bit changed.
inline Bytes flipped(Bytes bytes, size_t at) {
    bytes.at(at) ^= 1;
    return bytes;
}
inline Bytes flipped(Bytes bytes) {
    size_t last = bytes.size() - 1;
    return flipped(std::move(bytes), last);
}

// What a refusal was for; "accepted" when there was none.
template <class T>
std::string_view check_name(const Checked<T>& result) {
    return result ? "accepted" : info(result.error().check).name;
}

// Makes a failed test print the refusal.
template <class T>
bool good(const Checked<T>& result) {
    if (!result) BOOST_TEST_MESSAGE(result.error().text());
    return result.has_value();
}

}  // namespace assay::spdm
