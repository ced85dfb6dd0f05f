#include "stack/spdm/requester.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "stack/spdm/test_support.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/version.h"

namespace assay::spdm {

namespace {

using crypto::HashAlgo;
using crypto::SignAlgo;
using wire::Version;

}  // namespace

BOOST_AUTO_TEST_SUITE(requester)

BOOST_AUTO_TEST_CASE(each_version_and_algorithm_is_walked_to_signed_measurements) {
    struct Row {
        SignAlgo sign{};
        HashAlgo hash{};
        Version since = Version::v1_0;
    };
    const Row rows[] = {
        {SignAlgo::ecdsa_p256, HashAlgo::sha256},    {SignAlgo::ecdsa_p384, HashAlgo::sha384},
        {SignAlgo::ecdsa_p521, HashAlgo::sha512},    {SignAlgo::rsapss_2048, HashAlgo::sha256},
        {SignAlgo::rsassa_2048, HashAlgo::sha3_384}, {SignAlgo::ed25519, HashAlgo::sha512, Version::v1_2},
    };
    for (Version version : wire::kVersions) {
        for (const Row& row : rows) {
            if (version < row.since) continue;
            BOOST_TEST_CONTEXT(wire::name(version) << " " << crypto::name(row.sign)) {
                Device device = test_device(row.sign);
                device.versions = {version};
                RequesterConfig config = test_config(row.sign);
                config.base_hash = bit(row.hash);
                Pair pair(device, config);
                Checked<> walked = pair.walk({}, [&] { BOOST_TEST(pair.in_step()); });
                BOOST_TEST(refused_by(walked) == "nothing");

                const Requester& requester = pair.requester;
                const Parameters& ours = requester.parameters();
                const Parameters& theirs = pair.responder.parameters();
                BOOST_TEST((ours.version == version));
                BOOST_TEST(ours.base_asym == bit(row.sign));
                BOOST_TEST(ours.base_hash == bit(row.hash));
                BOOST_TEST(ours.base_asym == theirs.base_asym);
                BOOST_TEST(ours.measurement_hash == theirs.measurement_hash);
                BOOST_TEST(ours.opaque_format == theirs.opaque_format);
                BOOST_TEST(ours.responder_flags == theirs.responder_flags);
                BOOST_TEST(ours.responder_data_transfer_size == theirs.responder_data_transfer_size);
                BOOST_TEST(requester.authenticated());
                BOOST_TEST(requester.digests().provisioned == 5);
                BOOST_TEST((requester.chain(0) != nullptr && requester.chain(2) != nullptr));
                BOOST_TEST((requester.chain(1) == nullptr));
                BOOST_TEST(requester.measurement_count() == 5);
                BOOST_TEST(requester.signed_measurements().size() == 5U);
                BOOST_TEST(to_hex(requester.signed_measurements().at(0x10).value) == "0404040404040404");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_highest_common_version_is_chosen) {
    struct Row {
        std::vector<Version> ours;
        std::vector<uint16_t> entries;
        std::optional<Version> chosen;
    };
    const Row rows[] = {
        {{Version::v1_0, Version::v1_2}, {0x1200, 0x1000}, Version::v1_2},
        {{Version::v1_2, Version::v1_1}, {0x1000, 0x1100, 0x1300}, Version::v1_1},
        {{Version::v1_2}, {0x1234}, Version::v1_2},  // UpdateVersionNumber and Alpha do not count
        {{Version::v1_2}, {0x0012}, std::nullopt},   // big-endian is no version of ours
        {{Version::v1_4}, {0x2000, 0x1000}, std::nullopt},
        {{}, {0x1000}, std::nullopt},
    };
    for (const Row& row : rows) {
        RequesterConfig config = test_config();
        config.versions = row.ours;
        Pair pair(test_device(), config);
        pair.requester.get_version();
        auto outcome = pair.requester.receive(
            *wire::encode(wire::VersionResponse{.entries = row.entries}, wire::Context{}));
        BOOST_TEST(outcome.has_value() == row.chosen.has_value());
        if (row.chosen) BOOST_TEST((pair.requester.parameters().version == *row.chosen));
        if (!outcome) BOOST_TEST((outcome.error().check == Check::version_common));
        BOOST_TEST(pair.requester.versions() == row.entries, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_removed_version_breaks_the_signature) {
    Pair pair;
    pair.on_response = [](const Bytes& request, Bytes& response) {
        if (wire::code_of(request) != wire::code::get_version) return;
        auto message = *wire::decode<wire::VersionResponse>(response, {});
        message.entries.resize(3);  // 1.3 and 1.4 are gone
        response = *wire::encode(message, {});
    };
    BOOST_TEST(refused_by(pair.walk()) == "auth_signature");
    BOOST_TEST((pair.requester.parameters().version == Version::v1_2));
    BOOST_TEST(!pair.requester.authenticated());
}

BOOST_AUTO_TEST_CASE(a_removed_algorithm_breaks_the_signature) {
    Device device = test_device(SignAlgo::ecdsa_p384);
    device.identities[SignAlgo::ecdsa_p256] = test_device().identities[SignAlgo::ecdsa_p256];
    Pair pair(device);
    pair.on_request = [](Bytes& request) {
        if (wire::code_of(request) == wire::code::negotiate_algorithms) request[8] = 0x10;  // ECDSA_P256
    };
    BOOST_TEST(refused_by(pair.walk()) == "auth_signature");
}

BOOST_AUTO_TEST_CASE(a_replayed_challenge_auth_is_refused) {
    Pair pair;
    BOOST_REQUIRE(pair.walk().has_value());
    Bytes old;
    for (const auto& [request, response] : pair.log) {
        if (wire::code_of(request) == wire::code::challenge) old = response;
    }
    BOOST_REQUIRE(!old.empty());
    // A second time on the same connection, at a version without RequesterContext to give it away.
    Device device = test_device();
    device.versions = {Version::v1_2};
    Pair second(device);
    BOOST_REQUIRE(second.walk({.unsigned_measurements = false}).has_value());
    for (const auto& [request, response] : second.log) {
        if (wire::code_of(request) == wire::code::challenge) old = response;
    }
    second.on_response = [&](const Bytes&, Bytes& response) { response = old; };
    BOOST_TEST(refused_by(second.exchange(second.requester.challenge(0, wire::summary::all))) ==
               "auth_signature");
    BOOST_TEST(!second.requester.authenticated());
}

BOOST_AUTO_TEST_CASE(a_second_challenge_needs_neither_digests_nor_certificates) {
    for (Version version : wire::kVersions) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            Device device = test_device();
            device.versions = {version};
            Pair pair(device);
            BOOST_REQUIRE(pair.walk().has_value());
            Requester& requester = pair.requester;
            BOOST_TEST(refused_by(pair.exchange(requester.challenge(2, wire::summary::none))) == "nothing");
            BOOST_TEST(requester.measurement_summary_hash().empty());
            BOOST_TEST(refused_by(pair.exchange(requester.get_digests())) == "nothing");
            BOOST_TEST(refused_by(pair.exchange(requester.challenge(0, wire::summary::tcb))) == "nothing");
            BOOST_TEST(pair.in_step());
        }
    }
}

// DSP0274: the summary hash is over whole measurement blocks, in ascending order.
BOOST_AUTO_TEST_CASE(the_summary_hash_is_that_of_the_measurements) {
    Pair pair;
    BOOST_REQUIRE(pair.walk().has_value());
    Bytes blocks;
    for (const auto& [index, block] : pair.requester.signed_measurements()) {
        append(blocks, *wire::encode(block, pair.context()));
    }
    BOOST_TEST(to_hex(pair.requester.measurement_summary_hash()) ==
               to_hex(real().digest(HashAlgo::sha256, blocks).view()));
}

BOOST_AUTO_TEST_CASE(after_a_refusal_nothing_is_authenticated_until_the_next_get_version) {
    Pair pair;
    BOOST_REQUIRE(pair.walk({.unsigned_measurements = false}).has_value());
    pair.on_response = answer_once(wire::code::get_digests, "1401ff00");
    BOOST_TEST(refused_by(pair.exchange(pair.requester.get_digests())) == "digests_none");
    BOOST_TEST(!pair.requester.authenticated());
    BOOST_TEST(refused_by(pair.exchange(pair.requester.challenge(0, wire::summary::none))) ==
               "auth_signature");
    BOOST_TEST(refused_by(pair.exchange(pair.requester.get_measurements({.sign = true}))) ==
               "meas_signature");
    BOOST_TEST(refused_by(pair.walk()) == "nothing");
}

BOOST_AUTO_TEST_CASE(a_response_that_nobody_asked_for_changes_nothing) {
    Pair pair;
    BOOST_REQUIRE(pair.walk().has_value());
    auto refused = pair.requester.receive(*from_hex("14010101"));
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().check == Check::response_code));
    BOOST_TEST(pair.requester.authenticated());
    BOOST_TEST(refused_by(pair.exchange(pair.requester.challenge(0, wire::summary::none))) == "nothing");
}

BOOST_AUTO_TEST_CASE(padding_behind_a_response_is_not_in_the_transcript) {
    for (Version version : wire::kVersions) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            Device device = test_device();
            device.versions = {version};
            Pair pair(device);
            pair.on_request = [](Bytes& request) { request.resize(request.size() + 3); };
            pair.on_response = [](const Bytes&, Bytes& response) { response.resize(response.size() + 2); };
            BOOST_TEST(refused_by(pair.walk()) == "nothing");
        }
    }
}

BOOST_AUTO_TEST_CASE(other_requests_and_errors_restart_what_a_signature_covers) {
    Pair pair;
    BOOST_REQUIRE(pair.walk().has_value());
    Requester& requester = pair.requester;
    BOOST_REQUIRE(pair.exchange(requester.get_measurements({.operation = 1})).has_value());
    BOOST_REQUIRE(pair.exchange(requester.get_measurements({.operation = 2, .sign = true})).has_value());
    BOOST_TEST(requester.signed_measurements().size() == 2U);
    BOOST_REQUIRE(pair.exchange(requester.get_measurements({.operation = 1})).has_value());
    BOOST_REQUIRE(pair.exchange(requester.get_digests()).has_value());
    BOOST_REQUIRE(pair.exchange(requester.get_measurements({.operation = 7, .sign = true})).has_value());
    BOOST_TEST(requester.signed_measurements().size() == 1U);
    BOOST_REQUIRE(pair.exchange(requester.get_measurements({.operation = 1})).has_value());
    BOOST_TEST(refused_by(pair.exchange(requester.get_measurements({.operation = 9}))) == "response_error");
    BOOST_REQUIRE(
        pair.exchange(requester.get_measurements({.operation = 2, .sign = true, .slot = 2})).has_value());
    BOOST_TEST(requester.signed_measurements().size() == 1U);
    BOOST_TEST(requester.measurements().size() == 5U);
}

BOOST_AUTO_TEST_CASE(raw_measurements_are_what_is_measured) {
    Pair pair;
    BOOST_REQUIRE(pair.walk({.raw = true}).has_value());
    const wire::MeasurementBlock& block = pair.requester.signed_measurements().at(2);
    BOOST_TEST(block.value_type == (wire::value_type::mutable_firmware | wire::value_type::raw_bit_stream));
    BOOST_TEST(to_hex(block.value) == to_hex(Bytes(40, 2)));
}

BOOST_AUTO_TEST_CASE(a_vendor_exchange_gives_the_vendors_answer) {
    Pair pair;
    BOOST_REQUIRE(pair.negotiate().has_value());
    wire::VendorDefinedBody body{.standard_id = 3, .vendor_id = {0xde, 0x10}, .payload = {1, 2, 3}};
    BOOST_TEST(refused_by(pair.exchange(pair.requester.vendor_defined(body))) == "nothing");
    BOOST_TEST(to_hex(pair.requester.vendor_response().payload) == "010203");
}

BOOST_AUTO_TEST_CASE(a_chain_without_its_root_is_good_for_the_pinned_root_that_it_names) {
    Device device = test_device();
    const crypto::TestPki& pki = test_pki(SignAlgo::ecdsa_p256);
    auto other = crypto::make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256, "another");
    BOOST_REQUIRE(other.has_value());
    for (auto& slot : device.identities[SignAlgo::ecdsa_p256]) {
        if (slot) slot->certificates = concat({pki.intermediate.der(), pki.leaf.der()});
    }
    RequesterConfig config = test_config();
    config.roots.push_back(other->root);
    BOOST_TEST(refused_by(Pair(device, config).walk()) == "nothing");
    config.roots = {other->root};
    BOOST_TEST(refused_by(Pair(device, config).walk()) == "cert_root_hash");
    // RootHash names a pinned root, but another than the one that issued.
    for (auto& slot : device.identities[SignAlgo::ecdsa_p256]) {
        if (slot) slot->root_der = to_bytes(other->root.der());
    }
    config.roots.push_back(pki.root);
    BOOST_TEST(refused_by(Pair(device, config).walk()) == "cert_root");
}

BOOST_AUTO_TEST_CASE(portions_that_do_not_follow_one_another_make_no_chain) {
    Pair pair;
    BOOST_REQUIRE(pair.negotiate().has_value());
    Requester& requester = pair.requester;
    BOOST_REQUIRE(pair.exchange(requester.get_certificate(0, 100, 0xffff)).has_value());
    BOOST_TEST(requester.received(0) == 0U);
    BOOST_REQUIRE(pair.exchange(requester.get_certificate(0, 0, 50)).has_value());
    BOOST_REQUIRE(pair.exchange(requester.get_certificate(0, 100, 0xffff)).has_value());
    BOOST_TEST(requester.received(0) == 50U);
    BOOST_TEST((requester.chain(0) == nullptr));
    BOOST_REQUIRE(pair.exchange(requester.get_certificate(0, 50, 0xffff)).has_value());
    BOOST_TEST((requester.chain(0) != nullptr));
    // What was read in the meantime is in the transcript all the same.
    BOOST_TEST(pair.in_step());
}

BOOST_AUTO_TEST_CASE(a_multi_key_responder_says_what_each_slot_is_for) {
    Device device = test_device();
    device.versions = {Version::v1_3};
    device.flags |= wire::cap::multi_key_only | wire::cap::get_key_pair_info;
    Pair pair(device);
    BOOST_REQUIRE(pair.negotiate().has_value());
    BOOST_TEST(pair.requester.parameters().multi_key_rsp);
    pair.on_response = [&](const Bytes&, Bytes& response) {
        wire::Context context = pair.context();
        wire::Digests digests;
        digests.supported_slot_mask = digests.slot_mask = 5;
        digests.digests = {Bytes(32, 1), Bytes(32)};
        digests.key_pair_id = {1, 2};
        digests.certificate_info = {1, 0};
        digests.key_usage_mask = {wire::key_usage::challenge, wire::key_usage::measurement};
        response = *wire::encode(digests, context);
    };
    BOOST_TEST(refused_by(pair.exchange(pair.requester.get_digests())) == "nothing");
    BOOST_TEST(pair.requester.digests().has_certificate(0));
    BOOST_TEST(!pair.requester.digests().has_certificate(2));
    BOOST_TEST(pair.requester.digests().key_usage[2] == wire::key_usage::measurement);
}

BOOST_AUTO_TEST_CASE(ed448_is_not_offered) {
    RequesterConfig config = test_config();
    config.base_asym = bit(SignAlgo::ed448) | bit(SignAlgo::ecdsa_p256);
    Pair pair(test_device(), config);
    BOOST_REQUIRE(pair.negotiate().has_value());
    auto offer = wire::decode<wire::NegotiateAlgorithms>(pair.log[2].first, pair.context());
    BOOST_REQUIRE(offer);
    BOOST_TEST(offer->base_asym_algo == bit(SignAlgo::ecdsa_p256));
}

// Every prefix of every response, and garbage: a named refusal or a value, with and without checks.
BOOST_AUTO_TEST_CASE(any_bytes_are_taken_or_refused) {
    FaultConfig all;
    for (size_t i = 0; i < kCheckCount; ++i) {
        auto check = static_cast<Check>(i);
        // With this check waived the flow would not end.
        if (!info(check).responder && check != Check::retries) all.waive(check);
    }
    SeededRandom random(7);
    for (Version version : {Version::v1_0, Version::v1_2, Version::v1_4}) {
        Device device = test_device();
        device.versions = {version};
        Pair good(device);
        BOOST_REQUIRE(good.walk({.portion = 400, .every_slot = false}).has_value());
        for (const FaultConfig& faults : {FaultConfig{}, all}) {
            for (const auto& [request, response] : good.log) {
                for (size_t size = 0; size < response.size(); size += 1 + size / 8) {
                    wire::Code code = wire::code_of(request);
                    Pair pair(device, test_config(), faults);
                    bool cut = false;
                    pair.on_response = [&](const Bytes& asked, Bytes& answer) {
                        if (wire::code_of(asked) != code) return;
                        cut = true;
                        answer.resize(std::min(answer.size(), size));
                        if (size % 3 == 1 && answer.size() > 4) {
                            answer.resize(answer.size() + 20);
                            random.fill(std::span(answer).subspan(4));
                        }
                    };
                    Checked<> result = pair.walk({.portion = 400, .every_slot = false});
                    BOOST_TEST(cut);
                    // Exact lengths: no prefix of a response is a response.
                    if (size % 3 != 1 && !faults.waived(Check::response_malformed))
                        BOOST_TEST(!result.has_value());
                }
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
