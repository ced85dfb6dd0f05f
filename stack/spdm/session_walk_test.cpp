#include <boost/test/unit_test.hpp>

#include "stack/spdm/session_bench.h"
#include "stack/wire/header.h"

namespace assay::spdm {

using namespace wire;
using enum wire::Version;

namespace {

// Each version that has sessions.
void for_each_version(const std::function<void(Version)>& test) {
    for (Version version : {v1_1, v1_2, v1_3, v1_4}) {
        BOOST_TEST_CONTEXT("version " << name(version)) { test(version); }
    }
}

// Everything that a session can be used for, some of it twice.
SessionOptions everything() {
    SessionOptions options;
    options.heartbeats = 2;
    options.key_updates = 2;
    options.all_key_updates = 2;
    options.poll = true;
    VendorDefinedBody body;
    body.standard_id = 3;
    body.vendor_id = {0x34, 0x12};
    body.payload = Bytes(20, 7);
    options.vendor = body;
    return options;
}

void check_walk(SessionPair& pair, const SessionOptions& options, size_t sessions = 1) {
    SessionWalk walk(pair.requester, options);
    Checked<> driven = pair.drive(walk);
    BOOST_TEST(driven.has_value(), check_name(driven) << " " << (driven ? "" : driven.error().text()));
    BOOST_TEST(walk.complete());
    BOOST_TEST(walk.sessions().size() == sessions);
    if (!options.end) return;
    BOOST_TEST(pair.requester.sessions().empty());
    BOOST_TEST(pair.responder.sessions().empty());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_walk)

BOOST_AUTO_TEST_CASE(every_group_and_cipher_suite_at_every_version) {
    for_each_version([](Version version) {
        for (uint16_t group = 0; group < 6; ++group) {
            RequesterConfig config = session_config(version);
            config.dhe = static_cast<uint16_t>(1U << group);
            config.aead = static_cast<uint16_t>(1U << group % 3);
            if (group >= 3) config.flags &= ~cap::encrypt;
            BOOST_TEST_CONTEXT("group " << group) {
                SessionPair pair(session_device(), config);
                check_walk(pair, everything());
                BOOST_TEST(pair.requester.parameters().dhe == config.dhe);
                BOOST_TEST(pair.requester.parameters().aead == config.aead);
                BOOST_TEST(!pair.requester.signed_measurements().empty());
                BOOST_TEST(equal(pair.requester.vendor_response().payload, Bytes(20, 7)));
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(pre_shared_keys_of_both_kinds) {
    for_each_version([](Version version) {
        for (uint32_t kind : {cap::psk_no_context, cap::psk_with_context}) {
            Device device = session_device();
            device.flags = (device.flags & ~cap::psk) | kind;
            SessionPair pair(device, session_config(version));
            SessionOptions options = everything();
            options.psk = true;
            check_walk(pair, options);
        }
    });
}

BOOST_AUTO_TEST_CASE(three_forms_of_mutual_authentication) {
    for_each_version([](Version version) {
        for (bool clear : {false, true}) {
            for (uint8_t form : {mut_auth::plain, mut_auth::encapsulated, mut_auth::implicit_get_digests}) {
                for (uint8_t slot : {uint8_t{0}, uint8_t{3}}) {
                    Device device = session_device();
                    RequesterConfig config = session_config(version);
                    device.mut_auth_requested = form;
                    device.requester_slot = slot;
                    device.requester_identities[kRequesterAlgo] = identity_of(requester_pki());
                    if (clear) {
                        device.flags |= cap::handshake_in_the_clear;
                        config.flags |= cap::handshake_in_the_clear;
                    }
                    BOOST_TEST_CONTEXT("form " << int{form} << ", slot " << int{slot} << ", clear "
                                               << clear) {
                        SessionPair pair(device, config);
                        SessionOptions options = everything();
                        options.end = false;
                        check_walk(pair, options);
                        uint32_t id = pair.requester.last_session().value_or(0);
                        BOOST_TEST(pair.in_step(id));
                        BOOST_REQUIRE(pair.requester.sessions().contains(id));
                        const RequesterSession& session = pair.requester.sessions().at(id);
                        BOOST_TEST(session.mutual);
                        BOOST_TEST(session.mut_auth_requested == form);
                        BOOST_TEST((session.slot == slot));
                    }
                }
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(handshakes_in_the_clear) {
    for_each_version([](Version version) {
        Device device = session_device();
        RequesterConfig config = session_config(version);
        device.flags |= cap::handshake_in_the_clear;
        config.flags |= cap::handshake_in_the_clear;
        SessionPair pair(device, config);
        check_walk(pair, everything());
        bool finished_outside = false;
        for (const auto& [secured, message] : pair.sent) {
            finished_outside = finished_outside || (!secured && code_of(message) == code::finish);
        }
        BOOST_TEST(finished_outside);
        // One side alone does not make it so.
        pair.config.flags &= ~cap::handshake_in_the_clear;
        pair.sent.clear();
        BOOST_TEST(good(pair.negotiate()));
        check_walk(pair, everything());
        for (const auto& [secured, message] : pair.sent)
            BOOST_TEST((secured || code_of(message) != code::finish));
    });
}

BOOST_AUTO_TEST_CASE(basic_mutual_authentication) {
    for_each_version([](Version version) {
        Device device = session_device();
        device.basic_mut_auth = true;
        SessionPair pair(device, session_config(version));
        AttestationWalk walk(pair.requester);
        Checked<> driven = pair.drive(walk);
        BOOST_TEST(driven.has_value(), check_name(driven));
        BOOST_TEST(walk.complete());
        BOOST_TEST(pair.requester.mutually_authenticated());
        BOOST_TEST(pair.responder.requester_authenticated());
        check_walk(pair, everything());
    });
}

BOOST_AUTO_TEST_CASE(several_sessions_take_turns) {
    for_each_version([](Version version) {
        for (bool psk : {false, true}) {
            SessionPair pair(session_device(), session_config(version));
            SessionOptions options = everything();
            options.sessions = 3;
            options.psk = psk;
            check_walk(pair, options, 3);
        }
    });
}

BOOST_AUTO_TEST_CASE(transports_that_number_their_records) {
    for (const record::Transport* transport : {&record::mctp(), &record::doe(), &record::tcp()}) {
        Device device = session_device();
        RequesterConfig config = session_config();
        device.transport = config.transport = transport;
        SessionPair pair(device, config);
        check_walk(pair, everything());
    }
}

BOOST_AUTO_TEST_CASE(a_walk_goes_on_after_an_attestation) {
    SessionPair pair;
    AttestationWalk attestation(pair.requester);
    BOOST_TEST(good(pair.drive(attestation)));
    size_t before = pair.sent.size();
    check_walk(pair, {});
    BOOST_TEST(wire::code_of(pair.sent.at(before).second) == code::key_exchange);
}

BOOST_AUTO_TEST_CASE(what_the_responder_cannot_do_is_left_out) {
    Device device = session_device();
    device.flags &= ~(cap::hbeat | cap::key_upd | cap::encap | cap::mut_auth | cap::meas | cap::meas_fresh);
    SessionPair pair(device);
    check_walk(pair, everything());

    device.flags &= ~(cap::key_ex | cap::psk | cap::mac | cap::encrypt);
    SessionPair without(device);
    check_walk(without, everything(), 0);
}

BOOST_AUTO_TEST_CASE(a_responder_that_puts_off_is_waited_for_inside_sessions_too) {
    Device device = session_device();
    for (wire::Code code : {code::key_exchange, code::finish, code::heartbeat, code::key_update,
                            code::get_measurements, code::end_session}) {
        device.deferrals[code] = {.busy = 1, .not_ready = 1};
    }
    for (bool clear : {false, true}) {
        RequesterConfig config = session_config();
        if (clear) {
            device.flags |= cap::handshake_in_the_clear;
            config.flags |= cap::handshake_in_the_clear;
        }
        SessionPair pair(device, config);
        check_walk(pair, everything());
    }
}

BOOST_AUTO_TEST_CASE(the_responder_gets_the_new_key_that_it_asks_for) {
    SessionPair pair;
    SessionOptions first;
    first.end = false;
    check_walk(pair, first);
    uint32_t id = *pair.requester.last_session();
    uint32_t before = pair.requester.session(id)->generation(Direction::response);
    BOOST_TEST(pair.responder.ask_for_key_update(id));
    pair.requester.use_session(id);
    BOOST_TEST(good(pair.exchange(pair.requester.get_encapsulated_request())));
    BOOST_TEST(good(pair.take_turns()));
    BOOST_TEST(pair.requester.session(id)->generation(Direction::response) == before + 1);
    BOOST_TEST(!pair.requester.session(id)->updating(Direction::response));
    BOOST_TEST(pair.in_step(id));
    BOOST_TEST(good(pair.exchange(pair.requester.heartbeat())));
}

BOOST_AUTO_TEST_CASE(a_refusal_ends_the_walk) {
    SessionPair pair;
    pair.on_response = [](const Bytes& request, Bytes& response) {
        if (code_of(request) == code::key_exchange) response[response.size() - 1] ^= 1;
    };
    SessionWalk walk(pair.requester);
    BOOST_TEST(check_name(pair.drive(walk)) == "kex_verify_data");
    BOOST_TEST(!walk.complete());
    BOOST_TEST(!walk.next());
    BOOST_TEST((walk.refusal()->check == Check::kex_verify_data));
    BOOST_TEST(pair.requester.sessions().empty());
}

// Every prefix of every response, inside sessions and outside, and garbage: a named refusal or a value, with
// and without checks.
BOOST_AUTO_TEST_CASE(any_bytes_are_taken_or_refused) {
    FaultConfig all;
    for (size_t i = 0; i < kCheckCount; ++i) {
        auto check = static_cast<Check>(i);
        // With these two checks waived the flow would not end.
        bool ends = check == Check::retries || check == Check::encap_steps;
        if (!info(check).responder && !ends) all.waive(check);
    }
    SeededRandom random(7);
    struct Row {
        Version version{};
        bool psk = false, clear = false;
        uint8_t form = 0;
    };
    const Row rows[] = {{v1_1, false, true, mut_auth::encapsulated},
                        {v1_2, true, false, 0},
                        {v1_4, false, false, mut_auth::implicit_get_digests}};
    for (const Row& row : rows) {
        Device device = session_device();
        RequesterConfig config = session_config(row.version);
        device.mut_auth_requested = row.form;
        device.basic_mut_auth = true;
        uint32_t flags = row.clear ? cap::handshake_in_the_clear : 0;
        device.flags |= flags;
        config.flags |= flags;
        config.max_encapsulated_requests = 30;
        SessionOptions options = everything();
        options.psk = row.psk;
        auto run = [&](const FaultConfig& faults, const std::function<void(Bytes&)>& tamper) {
            SessionPair pair(device, config, faults, {}, crypto::fast_provider());
            pair.on_response = [&](const Bytes&, Bytes& response) { tamper(response); };
            pair.on_secured_response = tamper;
            AttestationWalk attestation(pair.requester, {.portion = 400, .every_slot = false});
            Checked<> result = pair.drive(attestation);
            if (!result) return result;
            return pair.walk(options);
        };
        std::map<wire::Code, size_t> sizes;
        BOOST_REQUIRE(good(run({}, [&](Bytes& response) { sizes[code_of(response)] = response.size(); })));
        for (const auto& [code, whole] : sizes) {
            for (const FaultConfig& faults : {FaultConfig{}, all}) {
                for (size_t size = 0; size < whole; size += 1 + size / 4) {
                    bool rubbish = size % 3 == 1, cut = false;
                    Checked<> result = run(faults, [&](Bytes& response) {
                        if (response.size() < 2 || code_of(response) != code) return;
                        cut = true;
                        response.resize(std::min(response.size(), size));
                        if (!rubbish || response.size() <= 4) return;
                        response.resize(response.size() + 20);
                        random.fill(std::span(response).subspan(4));
                    });
                    BOOST_TEST(cut);
                    // Exact lengths: no prefix of a response is a response.
                    if (!rubbish && !faults.waived(Check::response_malformed)) BOOST_TEST(!result);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
