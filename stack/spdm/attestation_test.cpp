#include "stack/spdm/attestation.h"

#include <boost/test/unit_test.hpp>

#include "stack/spdm/test_support.h"
#include "stack/wire/header.h"

namespace assay::spdm {

namespace {

using namespace wire;
using crypto::SignAlgo;

// The codes of the requests that were sent, without those for further portions.
std::string course(const Pair& pair) {
    Bytes codes;
    for (const auto& [request, response] : pair.log) {
        bool portion = code_of(request) == code::get_certificate && (request[4] != 0 || request[5] != 0);
        if (!portion) codes.push_back(byte(code_of(request)));
    }
    return to_hex(codes);
}

size_t count_of(const Pair& pair, wire::Code code) {
    return static_cast<size_t>(
        std::ranges::count_if(pair.log, [&](const auto& both) { return code_of(both.first) == code; }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(attestation)

BOOST_AUTO_TEST_CASE(a_walk_asks_for_what_the_responder_claims_and_nothing_else) {
    struct Row {
        uint32_t flags;
        const char* course;
    };
    const Row rows[] = {
        {cap::cert | cap::chal | cap::meas_sig, "84e1e3 81 82 82 83 e0e0e0"},
        {cap::cert | cap::chal | cap::meas_no_sig, "84e1e3 81 82 82 83 e0e0"},
        {cap::cert | cap::chal, "84e1e3 81 82 82 83"},
        {cap::cert | cap::meas_sig, "84e1e3 81 82 82 e0e0e0"},
        {cap::meas_no_sig, "84e1e3 e0e0"},
        {0, "84e1e3"},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT("flags " << row.flags) {
            Device device = test_device();
            device.flags = row.flags;
            Pair pair(device);
            BOOST_TEST(pair.walk().has_value());
            BOOST_TEST(course(pair) == to_hex(*from_hex(row.course)));
        }
    }
}

BOOST_AUTO_TEST_CASE(options_choose_the_slot_and_leave_things_out) {
    Pair pair;
    AttestationWalk walk(pair.requester, {.slot = 2, .every_slot = false, .unsigned_measurements = false});
    BOOST_TEST(pair.drive(walk).has_value());
    BOOST_TEST(walk.complete());
    BOOST_TEST(walk.slot() == 2);
    BOOST_TEST(course(pair) == "84e1e3818283e0");
    BOOST_TEST((pair.requester.chain(0) == nullptr));
    BOOST_TEST((pair.requester.chain(2) != nullptr));
}

BOOST_AUTO_TEST_CASE(any_slot_can_sign_at_each_version) {
    for (Version version : kVersions) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            Device device = test_device();
            device.versions = {version};
            Pair pair(device);
            BOOST_TEST(pair.walk({.slot = 2, .every_slot = false}).has_value());
            BOOST_TEST(pair.requester.authenticated());
            BOOST_TEST(pair.requester.signed_measurements().size() == 5U);
        }
    }
}

BOOST_AUTO_TEST_CASE(opaque_data_goes_with_measurements_and_under_their_signature) {
    for (Version version : kVersions) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            Device device = test_device();
            device.versions = {version};
            // Before 1.2 it is as the vendor likes; then it has elements.
            device.measurement_opaque = [](const Parameters& negotiated) {
                if (negotiated.version < Version::v1_2) return Bytes{1, 2, 3};
                OpaqueData data{
                    .elements = {
                        {.id = 3, .vendor_id = {0xde, 0x10}, .data = {1, 2, 3}, .align_padding = {}}}};
                return *encode(data, negotiated.context());
            };
            Pair pair(device);
            BOOST_TEST(pair.walk().has_value());
            BOOST_TEST(pair.requester.signed_measurements().size() == 5U);
            size_t seen = 0;
            for (const auto& [request, response] : pair.log) {
                if (code_of(request) != code::get_measurements) continue;
                const Bytes opaque = device.measurement_opaque(pair.requester.parameters());
                seen += std::ranges::search(response, opaque).empty() ? 0 : 1;
            }
            BOOST_TEST(seen == 3U);
        }
    }
}

BOOST_AUTO_TEST_CASE(opaque_data_that_was_not_agreed_on_is_refused) {
    Device device = test_device();
    device.versions = {Version::v1_2};
    device.measurement_opaque = [](const Parameters&) { return Bytes{1, 2, 3}; };
    Pair pair(device);
    auto walked = pair.walk();
    BOOST_REQUIRE(!walked);
    BOOST_TEST((walked.error().check == Check::meas_opaque));
}

BOOST_AUTO_TEST_CASE(an_empty_slot_gives_way_to_the_lowest_provisioned_one) {
    Pair pair;
    AttestationWalk walk(pair.requester, {.slot = 5});
    BOOST_TEST(pair.drive(walk).has_value());
    BOOST_TEST(walk.slot() == 0);
    BOOST_TEST(pair.requester.authenticated());
}

BOOST_AUTO_TEST_CASE(chains_are_read_in_portions_of_any_size) {
    for (auto portion : std::to_array<uint16_t>({1, 100, 1024, 0xffff})) {
        Pair pair;
        BOOST_TEST(pair.walk({.portion = portion, .every_slot = false}).has_value());
        size_t size = pair.requester.chain(0)->bytes.size();
        BOOST_TEST(count_of(pair, code::get_certificate) == (size + portion - 1) / portion);
    }
}

BOOST_AUTO_TEST_CASE(a_small_transfer_size_makes_more_portions) {
    RequesterConfig config = test_config();
    config.data_transfer_size = config.max_msg_size = 108;
    Pair pair(test_device(), config);
    // The chain comes in portions; CHALLENGE_AUTH cannot, and without chunks it cannot be received at all.
    BOOST_TEST(!pair.walk({.every_slot = false}).has_value());
    BOOST_TEST((pair.requester.peer_error() == wire::ErrorCode::response_too_large));
    BOOST_TEST(!pair.requester.authenticated());
    BOOST_TEST(!pair.responder.authenticated());
    size_t size = pair.requester.chain(0)->bytes.size();
    BOOST_TEST(count_of(pair, code::get_certificate) == (size + 99) / 100);
}

// CHALLENGE has 36 bytes up to 1.2 and 44 from 1.3 on.
BOOST_AUTO_TEST_CASE(nothing_larger_than_the_responder_takes_is_sent) {
    for (Version version : {Version::v1_2, Version::v1_3, Version::v1_4}) {
        BOOST_TEST_CONTEXT("at " << wire::name(version)) {
            Device device = test_device();
            device.versions = {version};
            device.data_transfer_size = device.max_msg_size = kMinDataTransferSize;
            Pair pair(device);
            AttestationWalk walk(pair.requester, {.every_slot = false});
            (void)pair.drive(walk);
            for (const auto& [request, response] : pair.log)
                BOOST_TEST(request.size() <= kMinDataTransferSize);
            BOOST_TEST(walk.complete() == (version == Version::v1_2));
            if (version == Version::v1_2) continue;
            BOOST_REQUIRE(walk.refusal().has_value());
            BOOST_TEST(info(walk.refusal()->check).name == info(Check::request_fits).name);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_walk_ends_at_the_first_refusal_and_says_why) {
    Pair pair;
    pair.config.roots.clear();
    AttestationWalk walk(pair.requester);
    BOOST_TEST(!pair.drive(walk).has_value());
    BOOST_TEST(!walk.complete());
    BOOST_REQUIRE(walk.refusal().has_value());
    BOOST_TEST((walk.refusal()->check == Check::cert_root));
    BOOST_TEST(!walk.next().has_value());
}

BOOST_AUTO_TEST_CASE(a_message_that_was_lost_is_given_again) {
    Pair pair;
    AttestationWalk walk(pair.requester);
    Bytes first = walk.next()->message;
    BOOST_TEST(walk.timed_out().has_value());
    BOOST_TEST(to_hex(walk.next()->message) == to_hex(first));
}

BOOST_AUTO_TEST_CASE(the_fast_provider_walks_the_same_way) {
    for (Version version : kVersions) {
        Device device = test_device();
        device.versions = {version};
        RequesterConfig config = test_config();
        SeededRandom random(1);
        Responder responder(device, crypto::fast_provider(), random);
        Requester requester(config, crypto::fast_provider(), random);
        AttestationWalk walk(requester);
        while (auto send = walk.next()) {
            BOOST_REQUIRE(walk.receive(responder.receive(send->message).value_or(Bytes{})).has_value());
        }
        BOOST_TEST(walk.complete());
        BOOST_TEST(requester.authenticated());
    }
}

BOOST_AUTO_TEST_CASE(a_requester_can_be_walked_again) {
    Pair pair;
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(pair.walk().has_value());
        BOOST_TEST(pair.requester.authenticated());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
