// The lab inside sessions, against the reference: what one end computes the other must have computed too.
#include <boost/test/unit_test.hpp>

#include "conformance/lab/lab.h"
#include "conformance/lab/reference.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/session.h"

namespace assay::lab {

namespace {

using wire::Version;
namespace cap = wire::cap;

constexpr Version kSessionVersions[] = {Version::v1_1, Version::v1_2, Version::v1_3, Version::v1_4};

struct Bench {
    explicit Bench(ReferenceOptions options = {},
                   const crypto::Provider& provider = crypto::openssl_provider())
        : dut(make_reference_device(options), provider, options), lab(dut, random, provider) {}
    ReferenceDut dut;
    SeededRandom random{2};
    Lab lab;

    // A session that works, to its end.
    void use(uint32_t id) {
        for (int i = 0; i < 2; ++i) {
            Exchange beat = *lab.send_in(id, wire::Heartbeat{});
            BOOST_TEST(beat.answered(), describe(beat));
        }
        Exchange signed_one = *lab.send_in(id, lab.get_measurements(wire::kAllMeasurements, true));
        BOOST_REQUIRE_MESSAGE(signed_one.signature.has_value(), describe(signed_one));
        BOOST_TEST((signed_one.signature->result == SignatureCheck::Result::good), signed_one.signature->why);
        for (uint8_t operation : std::initializer_list<uint8_t>{1, 3, 2, 3}) {
            Exchange update = *lab.send_in(id, wire::KeyUpdate{.key_operation = operation, .tag = 7});
            BOOST_TEST(update.answered(), describe(update));
        }
        Exchange end = *lab.send_in(id, wire::EndSession{});
        BOOST_TEST(end.answered(), describe(end));
        BOOST_TEST((lab.session(id) == nullptr));
        BOOST_TEST(dut.responder().sessions().empty());
    }
};

uint32_t started(const Result<uint32_t>& session) {
    std::string why = session ? "" : session.error().text();
    BOOST_REQUIRE_MESSAGE(session.has_value(), why);
    return *session;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lab_sessions)

BOOST_AUTO_TEST_CASE(a_session_by_key_exchange_works_at_each_version_and_transport) {
    for (const record::Transport* transport :
         {&record::mctp(), &record::doe(), &record::tcp(), &record::none()}) {
        for (Version version : kSessionVersions) {
            BOOST_TEST_CONTEXT(wire::name(version)) {
                Bench bench({.transport = transport});
                uint32_t id = started(bench.lab.in_session(version));
                BOOST_TEST(bench.lab.seen().macs(false) == 0U);
                BOOST_TEST(bench.lab.seen().macs(true) == 2U);
                bench.use(id);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(each_group_and_aead_works_with_both_protections) {
    for (uint16_t dhe = 1; dhe <= 0x20; dhe = static_cast<uint16_t>(dhe << 1)) {
        for (uint16_t aead = 1; aead <= 4; aead = static_cast<uint16_t>(aead << 1)) {
            for (bool encrypt : {true, false}) {
                Bench bench;
                Offer offer = session_offer(encrypt ? kSessionFlags : kSessionFlags & ~cap::encrypt);
                offer.dhe = dhe;
                offer.aead = aead;
                bench.use(started(bench.lab.in_session(Version::v1_2, offer)));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_handshake_in_the_clear_works) {
    for (Version version : kSessionVersions) {
        Bench bench;
        Offer offer = session_offer(kMutualFlags | cap::handshake_in_the_clear);
        uint32_t id = started(bench.lab.in_session(version, offer));
        BOOST_TEST(bench.lab.seen().macs(false) == 0U);
        BOOST_TEST(bench.lab.seen().macs(true) == 2U);
        bench.use(id);
    }
}

BOOST_AUTO_TEST_CASE(a_session_with_a_shared_key_works_with_and_without_context) {
    for (uint32_t psk : {cap::psk_with_context, cap::psk_no_context}) {
        for (Version version : kSessionVersions) {
            BOOST_TEST_CONTEXT(wire::name(version)) {
                Bench bench({.flags = (kReferenceFlags & ~cap::psk) | psk});
                uint32_t id = started(bench.lab.in_psk_session(version));
                BOOST_TEST(bench.lab.seen().macs(false) == 0U);
                bench.use(id);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(mutual_authentication_works_in_its_three_forms) {
    for (uint8_t form :
         {wire::mut_auth::plain, wire::mut_auth::encapsulated, wire::mut_auth::implicit_get_digests}) {
        for (Version version : kSessionVersions) {
            for (uint32_t clear : {0U, cap::handshake_in_the_clear}) {
                BOOST_TEST_CONTEXT(wire::name(version) << " form " << int(form)) {
                    Bench bench({.mut_auth_requested = form, .requester_known = true});
                    uint32_t id = started(bench.lab.in_session(version, session_offer(kMutualFlags | clear)));
                    BOOST_TEST(bench.lab.session(id)->mut_auth_requested == form);
                    BOOST_TEST(bench.lab.seen().macs(false) == 0U);
                    BOOST_TEST(bench.lab.seen().signatures(SignatureCheck::Result::bad) == 0U);
                    BOOST_TEST(bench.lab.seen().signatures(SignatureCheck::Result::good) == 2U);
                    bench.use(id);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(basic_mutual_authentication_works) {
    for (Version version : kSessionVersions) {
        Bench bench;
        BOOST_REQUIRE(bench.lab.negotiated(version, session_offer(kMutualFlags)));
        BOOST_REQUIRE(bench.lab.ensure_chain(0));
        Exchange challenge = *bench.lab.send(bench.lab.challenge());
        BOOST_REQUIRE_MESSAGE(challenge.answered(), describe(challenge));
        BOOST_TEST((wire::param1(*challenge.response) & wire::kBasicMutAuthReq) != 0);
        auto last = bench.lab.run_encapsulated(std::nullopt);
        BOOST_REQUIRE(last);
        BOOST_TEST(last->answered(), describe(*last));
        BOOST_TEST(bench.dut.responder().requester_authenticated());
        BOOST_TEST(bench.lab.seen().signatures(SignatureCheck::Result::bad) == 0U);
    }
}

BOOST_AUTO_TEST_CASE(the_device_updates_its_own_key) {
    Bench bench;
    uint32_t id = started(bench.lab.in_session(Version::v1_3));
    BOOST_REQUIRE(bench.dut.ask_for_key_update(id));
    auto last = bench.lab.run_encapsulated(id);
    BOOST_REQUIRE(last);
    BOOST_TEST(last->answered(), describe(*last));
    BOOST_TEST(bench.lab.session(id)->channel.generation(spdm::Direction::response) == 1U);
    bench.use(id);
}

BOOST_AUTO_TEST_CASE(sessions_stand_beside_each_other_and_end_alone) {
    Bench bench;
    uint32_t first = started(bench.lab.in_session(Version::v1_2));
    uint32_t second = started(bench.lab.new_psk_session());
    BOOST_TEST(bench.lab.send_in(first, wire::Heartbeat{})->answered());
    BOOST_TEST(bench.lab.send_in(second, wire::EndSession{})->answered());
    bench.use(first);
}

BOOST_AUTO_TEST_CASE(silence_ends_a_session) {
    Bench bench;
    uint32_t id = started(bench.lab.in_session(Version::v1_2));
    bench.dut.wait(std::chrono::seconds(20));
    BOOST_TEST(bench.lab.send_in(id, wire::Heartbeat{})->answered());
    bench.dut.wait(std::chrono::seconds(21));
    BOOST_TEST(bench.lab.send_in(id, wire::Heartbeat{})->silent());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
