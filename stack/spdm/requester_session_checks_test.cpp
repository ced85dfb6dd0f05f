// What the requester refuses of its sessions, check by check.
#include <boost/test/unit_test.hpp>

#include "stack/spdm/session_bench.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/finish.h"

namespace assay::spdm {

using namespace wire;
using enum wire::Version;

namespace {

constexpr uint32_t kEncap = cap::encap;

// A fault in one field of one response.
template <class M>
struct ResponseFault {
    std::string_view check;
    std::function<void(M&)> inject;
    uint32_t without = 0;  // flags that neither side has
};

// Refused by the check; without it, by another one or not at all. `begin` sends the request.
template <class M>
void check_fault(const ResponseFault<M>& fault, const std::function<Checked<>(SessionPair&)>& begin,
                 Version version, uint32_t with = 0) {
    Device device = session_device();
    RequesterConfig config = session_config(version);
    device.flags = (device.flags & ~fault.without) | with;
    config.flags = (config.flags & ~fault.without) | with;
    auto run = [&](FaultConfig faults) {
        SessionPair pair(device, config, faults);
        BOOST_REQUIRE(good(pair.connect()));
        pair.on_response = [&](const Bytes& request, Bytes& response) {
            if (code_of(request) != wire::request_of(M::kCode)) return;
            const Context context = pair.requester.parameters().context();
            auto message = *decode<M>(response, context);
            fault.inject(message);
            response = encode_raw(message, context);
        };
        Checked<> result = begin(pair);
        if (!result) {
            BOOST_TEST(!pair.requester.last_session());
            BOOST_TEST(pair.requester.sessions().empty());
        }
        return check_name(result);
    };
    BOOST_TEST_CONTEXT(fault.check) {
        BOOST_TEST(run({}) == fault.check);
        BOOST_TEST(run(waiving(*check_from_name(fault.check))) != fault.check);
    }
}

Bytes opaque(const SecuredElements& said, Version version = v1_3) {
    Context context;
    context.version = version;
    return secured_opaque(context, said);
}

SecuredElements selecting(std::optional<uint16_t> version) {
    return {.offered = {}, .selected = version, .aead_limit = {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(requester_session_checks)

BOOST_AUTO_TEST_CASE(lies_in_key_exchange_rsp_are_refused) {
    using M = KeyExchangeResponse;
    const ResponseFault<M> faults[] = {
        {"kex_heartbeat", [](M& m) { m.heartbeat_period = 1; }, cap::hbeat},
        {"kex_mutual", [](M& m) { m.mut_auth_requested = mut_auth::plain; }, cap::mut_auth},
        {"kex_mutual", [](M& m) { m.mut_auth_requested = 3; }},
        {"kex_mutual", [](M& m) { m.mut_auth_requested = 5; }},
        {"kex_mutual_encap", [](M& m) { m.mut_auth_requested = mut_auth::encapsulated; }, kEncap},
        {"kex_mutual_encap", [](M& m) { m.mut_auth_requested = mut_auth::implicit_get_digests; }, kEncap},
        {"kex_mutual_slot", [](M& m) { m.mut_auth_requested = 1, m.slot_id_param = 9; }},
        {"kex_mutual_slot", [](M& m) { m.mut_auth_requested = 1, m.slot_id_param = 1; }},
        {"kex_mutual_slot", [](M& m) { m.mut_auth_requested = 1, m.slot_id_param = kMutAuthRawKey; }},
        {"kex_opaque_form", [](M& m) { m.opaque_data.clear(); }},
        {"kex_opaque_form", [](M& m) { m.opaque_data.pop_back(); }},
        {"kex_opaque_form", [](M& m) { m.opaque_data = opaque(selecting(kSecured1_1), v1_1); }},
        {"kex_opaque_form",
         [](M& m) { m.opaque_data = opaque({.offered = {}, .selected = kSecured1_3, .aead_limit = 65}); }},
        {"kex_version", [](M& m) { m.opaque_data = opaque(selecting(0x1900)); }},
        {"kex_version",
         [](M& m) { m.opaque_data = opaque({.offered = {kSecured1_1}, .selected = {}, .aead_limit = {}}); }},
        {"kex_share", [](M& m) { m.exchange_data.assign(m.exchange_data.size(), 0); }},
        {"kex_share", [](M& m) { m.exchange_data = flipped(m.exchange_data); }},
        {"kex_signature", [](M& m) { m.random_data[0] ^= 1; }},
        {"kex_signature", [](M& m) { m.rsp_session_id ^= 1; }},
        {"kex_signature", [](M& m) { m.signature = flipped(m.signature); }},
        {"kex_signature", [](M& m) { m.mut_auth_requested = mut_auth::encapsulated; }},
        {"kex_verify_data", [](M& m) { m.responder_verify_data = flipped(m.responder_verify_data); }},
    };
    for (const ResponseFault<M>& fault : faults) {
        check_fault<M>(
            fault, [](SessionPair& pair) { return pair.exchange(pair.requester.key_exchange()); }, v1_3);
    }
}

BOOST_AUTO_TEST_CASE(lies_in_psk_exchange_rsp_are_refused) {
    using M = PskExchangeResponse;
    const ResponseFault<M> faults[] = {
        {"kex_heartbeat", [](M& m) { m.heartbeat_period = 1; }, cap::hbeat},
        {"psk_responder_context", [](M& m) { m.responder_context.clear(); }},
        {"kex_opaque_form", [](M& m) { m.opaque_data.pop_back(); }},
        {"kex_version", [](M& m) { m.opaque_data = opaque(selecting(0x0110)); }},
        {"psk_verify_data", [](M& m) { m.rsp_session_id ^= 1; }},
        {"psk_verify_data", [](M& m) { m.responder_context = flipped(m.responder_context); }},
        {"psk_verify_data", [](M& m) { m.responder_verify_data = flipped(m.responder_verify_data); }},
    };
    for (const ResponseFault<M>& fault : faults) {
        check_fault<M>(
            fault, [](SessionPair& pair) { return pair.exchange(pair.requester.psk_exchange()); }, v1_3);
    }
    // A responder without context that gives one.
    Device device = session_device();
    device.flags = (device.flags & ~cap::psk) | cap::psk_no_context;
    SessionPair pair(device);
    BOOST_REQUIRE(good(pair.connect()));
    pair.on_response = [&](const Bytes&, Bytes& response) {
        auto message = *decode<M>(response, pair.requester.parameters().context());
        message.responder_context = Bytes(32, 1);
        response = encode_raw(message, pair.requester.parameters().context());
    };
    BOOST_TEST(check_name(pair.exchange(pair.requester.psk_exchange())) == "psk_responder_context");
}

BOOST_AUTO_TEST_CASE(a_lie_in_finish_rsp_is_refused) {
    using M = FinishResponse;
    auto handshake = [](SessionPair& pair) -> Checked<> {
        TRY(pair.exchange(pair.requester.key_exchange()));
        return pair.exchange(pair.requester.finish());
    };
    for (Version version : {v1_1, v1_4}) {
        check_fault<M>(
            {"fin_verify_data", [](M& m) { m.responder_verify_data = flipped(m.responder_verify_data); }},
            handshake, version, cap::handshake_in_the_clear);
    }
}

BOOST_AUTO_TEST_CASE(the_identifier_of_a_live_session_is_refused) {
    for (bool waived : {false, true}) {
        FaultConfig responder;
        responder.plant(Defect::session_id_repeated);
        SessionPair pair(session_device(), session_config(),
                         waived ? waiving(Check::kex_session_id) : FaultConfig{}, responder);
        BOOST_REQUIRE(good(pair.connect()));
        uint32_t first = pair.establish().value();
        pair.requester.use_session(std::nullopt);
        // The requester does not use its own half of the identifier twice unless the test asks for it.
        BOOST_TEST(good(pair.exchange(pair.requester.key_exchange())));
        BOOST_TEST(*pair.requester.last_session() != first);
        BOOST_TEST((*pair.requester.last_session() >> 16 == first >> 16));
        auto again =
            pair.exchange(pair.requester.key_exchange({.req_session_id = static_cast<uint16_t>(first)}));
        BOOST_TEST(check_name(again) == (waived ? "accepted" : "kex_session_id"));
        BOOST_TEST(pair.requester.sessions().contains(first));
    }
}

BOOST_AUTO_TEST_CASE(records_that_are_none_of_this_session_are_refused) {
    using MakeRecord = std::function<Bytes(SessionPair&, uint32_t id)>;
    struct Row {
        std::string_view check;
        MakeRecord make;
        const record::Transport* transport = &record::none();
    };
    auto ack = [](SessionPair& pair, uint32_t id) { return pair.sealed_response(id, HeartbeatAck{}); };
    auto seal_at = [](SessionPair& pair, uint32_t id, uint64_t number, ByteView plaintext) {
        Session& session = *pair.responder.session(id);
        record::SealOptions options = session.seal_options(Direction::response);
        options.sequence = number;
        return session.key(Direction::response).seal_raw(options, session.transport(), plaintext).value();
    };
    const Row rows[] = {
        {"response_short", [](auto&, uint32_t) { return Bytes(5); }},
        {"answer_record_session",
         [&](auto& pair, uint32_t id) {
             uint32_t other = id;
             for (const auto& [each, session] : pair.requester.sessions()) other = each == id ? other : each;
             return ack(pair, other);
         }},
        {"answer_record_session", [&](auto& pair, uint32_t id) { return flipped(ack(pair, id), 0); }},
        {"answer_record_length",
         [&](auto& pair, uint32_t id) {
             Bytes record = ack(pair, id);
             record.pop_back();
             return record;
         }},
        {"answer_record_length",
         [&](auto& pair, uint32_t id) {
             Bytes record = ack(pair, id);
             record[4] = 15;
             return record;
         }},
        {"answer_record_sequence",
         [&](auto& pair, uint32_t id) {
             ack(pair, id);
             return ack(pair, id);
         },
         &record::mctp()},
        {"answer_record_limit",
         [&](auto& pair, uint32_t id) {
             pair.requester.session(id)->set_sequence(Direction::response, record::kMaxSequence);
             return seal_at(pair, id, record::kMaxSequence, Bytes(8));
         }},
        {"answer_record_tag", [&](auto& pair, uint32_t id) { return flipped(ack(pair, id)); }},
        {"answer_record_tag", [&](auto& pair, uint32_t id) { return flipped(ack(pair, id), 8); }},
        {"answer_record_tag",
         [&](auto& pair, uint32_t id) {
             ack(pair, id);
             return ack(pair, id);
         }},
        // Our own record comes back.
        {"answer_record_tag", [](auto& pair, uint32_t) { return pair.sent.back().second; }},
        {"answer_record_application",
         [&](auto& pair, uint32_t id) {
             uint64_t next = pair.responder.session(id)->sequence(Direction::response);
             return seal_at(pair, id, next, *from_hex("0500 12680000"));
         }},
        {"answer_record_inner",
         [](auto& pair, uint32_t id) { return pair.responder.seal(id, *from_hex("06 12680000")).value(); },
         &record::mctp()},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(row.check) {
            for (bool waived : {false, true}) {
                Device device = session_device();
                RequesterConfig config = session_config();
                device.transport = config.transport = row.transport;
                SessionPair pair(device, config,
                                 waived ? waiving(*check_from_name(row.check)) : FaultConfig{});
                BOOST_REQUIRE(good(pair.connect()));
                uint32_t other = pair.establish().value();
                uint32_t id = pair.establish().value();
                Bytes request = pair.requester.heartbeat();
                pair.sent.emplace_back(true, request);
                auto result = pair.requester.receive(row.make(pair, id), true);
                if (waived) {
                    BOOST_TEST(check_name(result) != row.check);
                } else {
                    BOOST_TEST(check_name(result) == row.check);
                    // That session ended, and nothing else did.
                    BOOST_TEST(!pair.requester.sessions().contains(id));
                    pair.requester.use_session(other);
                    BOOST_TEST((pair.requester.state() == ConnectionState::negotiated));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_answer_comes_where_its_request_went) {
    for (bool waived : {false, true}) {
        FaultConfig faults = waived ? waiving(Check::answer_place) : FaultConfig{};
        std::string_view expected = waived ? "accepted" : "answer_place";
        SessionPair pair(session_device(), session_config(), faults);
        BOOST_REQUIRE(good(pair.connect()));
        uint32_t id = pair.establish().value();
        Bytes request = pair.requester.heartbeat();
        BOOST_TEST(check_name(pair.requester.receive(*from_hex("12680000"))) == expected);
        // The session is not ended by it, and the answer may come yet.
        BOOST_TEST(pair.requester.sessions().contains(id));
        if (!waived) BOOST_TEST(good(pair.requester.receive(pair.round_trip(request, true), true)));

        SessionPair other(session_device(), session_config(), faults);
        BOOST_REQUIRE(good(other.connect()));
        id = other.establish().value();
        other.requester.use_session(std::nullopt);
        Bytes answer = *other.responder.receive(other.requester.get_digests());
        BOOST_TEST(check_name(other.requester.receive(other.sealed_response(id, answer), true)) == expected);
        // What was said outside ends no established session.
        BOOST_TEST(other.requester.sessions().contains(id));
    }
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_that_echoes_something_else_is_refused) {
    for (uint8_t byte : {uint8_t{2}, uint8_t{3}}) {
        for (bool waived : {false, true}) {
            SessionPair pair(session_device(), session_config(),
                             waived ? waiving(Check::update_echo) : FaultConfig{});
            BOOST_REQUIRE(good(pair.connect()));
            uint32_t id = pair.establish().value();
            uint8_t tag = static_cast<uint8_t>(SeededRandom(pair.requester_random).next_u64());
            pair.requester.key_update(KeyOperation::update_key);
            Bytes ack = *from_hex("12690100");
            ack[kParam2At] = tag;
            ack[byte] ^= 2;
            auto result = pair.requester.receive(pair.sealed_response(id, ack), true);
            BOOST_TEST(check_name(result) == (waived ? "accepted" : "update_echo"));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
