#include "stack/spdm/responder.h"

#include <boost/test/unit_test.hpp>

#include "stack/spdm/test_bench.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/version.h"

namespace assay::spdm {

namespace {

using wire::ErrorCode;
using wire::Version;

}  // namespace

BOOST_AUTO_TEST_SUITE(responder)

BOOST_AUTO_TEST_CASE(each_version_negotiates_what_both_sides_have) {
    for (Version version : wire::kVersions) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            Bench bench;
            bench.negotiate(version);
            const Parameters& p = bench.responder.parameters();
            BOOST_TEST((bench.responder.state() == ConnectionState::negotiated));
            BOOST_TEST((p.version == version));
            BOOST_TEST(p.base_asym == bit(crypto::SignAlgo::ecdsa_p256));
            BOOST_TEST(p.base_hash == bit(crypto::HashAlgo::sha256));
            BOOST_TEST(p.measurement_specification == wire::kMeasurementSpecDmtf);
            BOOST_TEST(p.opaque_format == (version >= Version::v1_2 ? wire::kOpaqueDataFmt1 : 0));
            BOOST_TEST(to_hex(bench.responder.transcript().vca()) == to_hex(bench.vca));
        }
    }
}

BOOST_AUTO_TEST_CASE(challenge_auth_signs_vca_certificates_and_challenge_at_each_version) {
    for (Version version : wire::kVersions) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            Bench bench;
            bench.negotiate(version);
            Bytes transcript = bench.vca;
            auto exchange = [&](auto message) {
                Bytes request = *wire::encode(message, bench.context);
                Bytes response = bench.send(request);
                transcript = concat({transcript, request, response});
                return response;
            };
            Bytes digests = exchange(wire::GetDigests{});
            BOOST_TEST(wire::param2(digests) == 0x05);
            Bytes portion = exchange(wire::GetCertificate{.slot_id = 2, .offset = 0, .length = 0xffff});
            auto certificate = wire::decode<wire::CertificateResponse>(portion, bench.context);
            BOOST_REQUIRE(certificate);
            auto listed = wire::decode<wire::Digests>(digests, bench.context);
            BOOST_REQUIRE(listed);
            BOOST_TEST(to_hex(listed->digests.at(1)) ==
                       to_hex(real().digest(crypto::HashAlgo::sha256, certificate->cert_chain).view()));
            bench.context.measurement_summary = true;
            wire::Challenge challenge{.slot_id = 2, .measurement_summary_hash_type = wire::summary::all};
            Bytes answer = exchange(challenge);
            auto auth = wire::decode<wire::ChallengeAuth>(answer, bench.context);
            BOOST_REQUIRE(auth);
            BOOST_TEST(bench.responder.authenticated());
            transcript.resize(transcript.size() - auth->signature.size());
            BOOST_TEST(bench.verify(kChallengeAuthContext, transcript, auth->signature).has_value());

            // M1/M2 starts again behind VCA.
            transcript = bench.vca;
            auth = wire::decode<wire::ChallengeAuth>(exchange(challenge), bench.context);
            BOOST_REQUIRE(auth);
            transcript.resize(transcript.size() - auth->signature.size());
            BOOST_TEST(bench.verify(kChallengeAuthContext, transcript, auth->signature).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_signed_measurement_covers_the_unsigned_ones_before_it) {
    for (Version version : wire::kVersions) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            Bench bench;
            bench.negotiate(version);
            Bytes transcript = version >= Version::v1_2 ? bench.vca : Bytes{};
            for (bool sign : {false, true}) {
                wire::GetMeasurements message{
                    .attributes = sign ? wire::kSignatureRequested : uint8_t{0},
                    .operation = sign ? wire::kAllMeasurements : wire::kMeasurementCount};
                Bytes request = *wire::encode(message, bench.context);
                Bytes response = bench.send(request);
                transcript = concat({transcript, request, response});
                bench.context.signed_response = sign;
                auto answer = wire::decode<wire::Measurements>(response, bench.context);
                BOOST_REQUIRE(answer);
                BOOST_TEST(answer->number_of_blocks == (sign ? 5 : 0));
                BOOST_TEST(answer->total_indices == (sign ? 0 : 5));
                if (!sign) continue;
                transcript.resize(transcript.size() - answer->signature.size());
                BOOST_TEST(bench.verify(kMeasurementsContext, transcript, answer->signature).has_value());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(another_request_or_an_error_between_measurements_restarts_their_transcript) {
    for (const char* between : {"1281 0000", "12e0 0009"}) {
        BOOST_TEST_CONTEXT(between) {
            Bench bench;
            bench.negotiate(Version::v1_2);
            bench.send_hex("12e00000");
            bench.send_hex(between);
            Bytes request = *from_hex("12e001ff" + std::string(64, '5') + "00");
            Bytes response = bench.send(request);
            bench.context.signed_response = true;
            auto answer = wire::decode<wire::Measurements>(response, bench.context);
            BOOST_REQUIRE(answer);
            response.resize(response.size() - answer->signature.size());
            BOOST_TEST(
                bench.verify(kMeasurementsContext, concat({bench.vca, request, response}), answer->signature)
                    .has_value());
        }
    }
}

// DSP0274: measurements end an authentication that is under way, but not one that is over.
BOOST_AUTO_TEST_CASE(measurements_reset_m1_only_before_authentication) {
    Bench bench;
    bench.negotiate(Version::v1_2);
    Bytes digests_request = *from_hex("12810000");
    bench.send(digests_request);
    bench.send_hex("12e00000");
    auto challenge = [&](Bytes transcript) {
        Bytes request = *wire::encode(wire::Challenge{}, bench.context);
        Bytes response = bench.send(request);
        auto auth = wire::decode<wire::ChallengeAuth>(response, bench.context);
        BOOST_REQUIRE(auth);
        response.resize(response.size() - auth->signature.size());
        return bench.verify(kChallengeAuthContext, concat({transcript, request, response}), auth->signature)
            .has_value();
    };
    BOOST_TEST(challenge(bench.vca));
    Bytes digests = bench.send(digests_request);
    bench.send_hex("12e00000");
    BOOST_TEST(challenge(concat({bench.vca, digests_request, digests})));
}

// OpenSSL 3.0 cannot sign with the context that SPDM gives to Ed448.
BOOST_AUTO_TEST_CASE(ed448_is_never_selected) {
    Bench bench;
    bench.device.identities.clear();
    bench.device.identities[crypto::SignAlgo::ed448][0] = identity_of(test_pki(crypto::SignAlgo::ecdsa_p256));
    bench.device.identities[crypto::SignAlgo::rsassa_2048][0] =
        identity_of(test_pki(crypto::SignAlgo::ecdsa_p256));
    bench.algorithms.base_asym_algo = bit(crypto::SignAlgo::ed448) | bit(crypto::SignAlgo::rsassa_2048);
    bench.negotiate(Version::v1_3);
    BOOST_TEST(bench.responder.parameters().base_asym == bit(crypto::SignAlgo::rsassa_2048));
}

BOOST_AUTO_TEST_CASE(before_negotiation_only_the_next_message_of_vca_is_legal) {
    Bench bench;
    Bytes answer = bench.send_hex("10810000");
    BOOST_TEST((error_code_of(answer) == ErrorCode::unexpected_request));
    BOOST_TEST(wire::version_byte(answer) == 0x10);
    BOOST_TEST((error_code_of(bench.send_hex("10e10000")) == ErrorCode::unexpected_request));
    bench.send(wire::GetVersion{});
    BOOST_TEST((error_code_of(bench.send_hex("12e30000")) == ErrorCode::unexpected_request));
    BOOST_TEST((error_code_of(bench.send_hex("12830000")) == ErrorCode::unexpected_request));
    BOOST_TEST((bench.responder.last_refusal()->check == Check::request_state));
}

BOOST_AUTO_TEST_CASE(a_responder_that_lost_its_state_asks_for_get_version) {
    Bench bench;
    bench.negotiate(Version::v1_3);
    bench.responder.lose_state();
    for (const char* request : {"13810000", "13e00000", "13e10000", "13ff8100"}) {
        BOOST_TEST((error_code_of(bench.send_hex(request)) == ErrorCode::request_resynch));
    }
    bench.negotiate(Version::v1_3);
    BOOST_TEST(wire::code_of(bench.send_hex("13810000")) == wire::code::digests);
}

BOOST_AUTO_TEST_CASE(get_version_forgets_the_connection) {
    Bench bench;
    bench.negotiate(Version::v1_4);
    bench.send_hex("14810000");
    bench.negotiate(Version::v1_1);
    Bytes request = *wire::encode(wire::Challenge{}, bench.context);
    Bytes response = bench.send(request);
    auto auth = wire::decode<wire::ChallengeAuth>(response, bench.context);
    BOOST_REQUIRE(auth);
    response.resize(response.size() - auth->signature.size());
    Bytes transcript = concat({bench.vca, request, response});
    BOOST_TEST(bench.verify(kChallengeAuthContext, transcript, auth->signature).has_value());
}

BOOST_AUTO_TEST_CASE(padding_behind_a_request_is_not_in_the_transcript) {
    Device device = test_device();
    SeededRandom random{1};
    Responder plain(device, real(), random);
    Responder padded(device, real(), random);
    const char* requests[] = {"10840000", "12e10000 00000000 00000000 00100000 00100000",
                              "12e30000 2000 01 00 10000000 01000000 000000000000000000000000 00000000",
                              "12810000", "1282000000002000"};
    for (const char* hex : requests) {
        Bytes request = *from_hex(hex);
        auto expected = plain.receive(request);
        Bytes longer = concat({request, Bytes(3)});
        auto response = padded.receive(longer);
        BOOST_REQUIRE(expected.has_value());
        BOOST_REQUIRE(response.has_value());
        BOOST_TEST(wire::code_of(*expected) == wire::response_to(wire::code_of(request)));
        BOOST_TEST(to_hex(*response) == to_hex(*expected));
    }
    BOOST_TEST(to_hex(padded.transcript().vca()) == to_hex(plain.transcript().vca()));
    BOOST_TEST((padded.transcript().m1() == plain.transcript().m1()));
}

BOOST_AUTO_TEST_CASE(a_deferred_request_is_answered_after_busy_and_not_ready) {
    Device device = test_device();
    device.deferrals[wire::code::get_digests] = {.busy = 2, .not_ready = 1};
    Bench bench(device);
    bench.negotiate(Version::v1_2);
    BOOST_TEST((error_code_of(bench.send_hex("12810000")) == ErrorCode::busy));
    BOOST_TEST((error_code_of(bench.send_hex("12810000")) == ErrorCode::busy));
    Bytes answer = bench.send_hex("12810000");
    BOOST_TEST((error_code_of(answer) == ErrorCode::response_not_ready));
    auto later = wire::decode<wire::ErrorResponse>(answer, bench.context);
    BOOST_REQUIRE(later);
    BOOST_TEST(wire::Code{later->request_code} == wire::code::get_digests);
    BOOST_TEST(later->rdtm > 1);
    Bytes wrong{0x12, byte(wire::code::respond_if_ready), later->request_code,
                static_cast<uint8_t>(later->token + 1)};
    BOOST_TEST((error_code_of(bench.send(wrong)) == ErrorCode::invalid_request));
    BOOST_TEST(info(bench.responder.last_refusal()->check).name == "ready_mismatch");
    Bytes right{0x12, byte(wire::code::respond_if_ready), later->request_code, later->token};
    Bytes digests = bench.send(right);
    BOOST_TEST(wire::code_of(digests) == wire::code::digests);
    // The transcript has the original request and the final response.
    Bytes expected = concat({bench.vca, *from_hex("12810000"), digests});
    BOOST_TEST((bench.responder.transcript().m1() == real().digest(crypto::HashAlgo::sha256, expected)));
    BOOST_TEST((error_code_of(bench.send(right)) == ErrorCode::unexpected_request));
}

BOOST_AUTO_TEST_CASE(a_deferred_request_is_dropped_by_another_one) {
    Device device = test_device();
    device.deferrals[wire::code::get_digests] = {.busy = 0, .not_ready = 1};
    Bench bench(device);
    bench.negotiate(Version::v1_2);
    Bytes answer = bench.send_hex("12810000");
    BOOST_TEST((error_code_of(answer) == ErrorCode::response_not_ready));
    bench.send_hex("12e00000");
    BOOST_TEST(
        (error_code_of(bench.send(Bytes{0x12, 0xff, 0x81, answer[6]})) == ErrorCode::unexpected_request));
}

BOOST_AUTO_TEST_CASE(respond_if_ready_itself_is_put_off_only_when_something_is_deferred) {
    Device device = test_device();
    device.deferrals[wire::code::respond_if_ready] = {.busy = 0, .not_ready = 1};
    device.deferrals[wire::code::get_digests] = {.busy = 0, .not_ready = 1};
    Bench bench(device);
    bench.negotiate(Version::v1_2);
    BOOST_TEST((error_code_of(bench.send_hex("12ff8100")) == ErrorCode::unexpected_request));
    Bytes answer = bench.send_hex("12810000");
    BOOST_TEST((error_code_of(answer) == ErrorCode::response_not_ready));
    Bytes ready{0x12, 0xff, 0x81, answer[6]};
    answer = bench.send(ready);
    BOOST_TEST((error_code_of(answer) == ErrorCode::response_not_ready));
    BOOST_TEST(wire::Code{answer[5]} == wire::code::get_digests);
    BOOST_TEST(wire::code_of(bench.send(ready)) == wire::code::digests);
}

BOOST_AUTO_TEST_CASE(vca_is_never_answered_with_response_not_ready) {
    Device device = test_device();
    for (wire::Code code :
         {wire::code::get_version, wire::code::get_capabilities, wire::code::negotiate_algorithms}) {
        device.deferrals[code] = {.busy = 0, .not_ready = 3};
    }
    Bench bench(device);
    bench.negotiate(Version::v1_2);
}

BOOST_AUTO_TEST_CASE(a_vendor_request_is_answered_by_its_handler) {
    Bench bench;
    bench.negotiate(Version::v1_4);
    BOOST_TEST(to_hex(bench.send_hex("14fe0000 0300 02 de10 0300 010203")) == "147e0000030002de100300010203");
}

BOOST_AUTO_TEST_CASE(a_portion_fits_the_requesters_transfer_size) {
    Bench bench;
    bench.capabilities.data_transfer_size = bench.capabilities.max_spdm_msg_size = 100;
    bench.negotiate(Version::v1_2);
    Bytes answer = bench.send(wire::GetCertificate{.length = 0xffff});
    BOOST_TEST(answer.size() == 100U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
