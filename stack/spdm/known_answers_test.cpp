// This module against the known answers of vectors/known_answers, which other programs computed.
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "stack/spdm/requester.h"
#include "stack/spdm/signing.h"
#include "stack/spdm/test_support.h"
#include "stack/wire/header.h"
#include "stack/wire/json.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/registry.h"

namespace assay::spdm {

namespace {

using Json = nlohmann::ordered_json;
using wire::Version;
namespace code = wire::code;

const std::filesystem::path kVectors = "vectors";

Json read(const std::filesystem::path& path) {
    std::ifstream file(path);
    BOOST_REQUIRE_MESSAGE(file.good(), path.string() + " cannot be read");
    return Json::parse(file);
}

Json vectors(const std::string& name) { return read(kVectors / "known_answers" / name); }

Bytes hex(const Json& text) { return from_hex(text.get<std::string>()).value(); }
std::string text(const Json& value) { return value.get<std::string>(); }
bool valid(const Json& test) { return text(test["result"]) == "valid"; }
bool disputed(const Json& test) { return text(test["result"]) == "acceptable"; }
Version version_of(const Json& object) { return wire::version_from_name(text(object["version"])).value(); }

crypto::HashAlgo hash_named(const Json& name) {
    const std::map<std::string, crypto::HashAlgo> names = {
        {"sha256", crypto::HashAlgo::sha256},     {"sha384", crypto::HashAlgo::sha384},
        {"sha512", crypto::HashAlgo::sha512},     {"sha3_256", crypto::HashAlgo::sha3_256},
        {"sha3_384", crypto::HashAlgo::sha3_384}, {"sha3_512", crypto::HashAlgo::sha3_512}};
    return names.at(text(name));
}

crypto::SignAlgo sign_named(const Json& name) {
    const std::map<std::string, crypto::SignAlgo> names = {
        {"ecdsa_p256", crypto::SignAlgo::ecdsa_p256},   {"ecdsa_p384", crypto::SignAlgo::ecdsa_p384},
        {"ecdsa_p521", crypto::SignAlgo::ecdsa_p521},   {"rsassa_2048", crypto::SignAlgo::rsassa_2048},
        {"rsapss_2048", crypto::SignAlgo::rsapss_2048}, {"rsapss_3072", crypto::SignAlgo::rsapss_3072},
        {"ed25519", crypto::SignAlgo::ed25519}};
    return names.at(text(name));
}

// Runs `check` on each test of a list, with its name in what fails.
template <class F>
void for_each_test(const Json& tests, F check) {
    BOOST_REQUIRE(!tests.empty());
    for (const Json& test : tests) {
        BOOST_TEST_CONTEXT(text(test["id"]) + ": " + text(test["comment"])) { check(test); }
    }
}

// The digest is the right one; of a wrong one that is known, the mistake is named.
void check_digest(const Json& answer, const crypto::Digest& digest) {
    std::string got = to_hex(digest.view());
    std::string mistake;
    for (const Json& known : answer.value("mistakes", Json::array())) {
        if (text(known["digest"]) == got) mistake = text(known["flag"]);
    }
    BOOST_TEST(got == text(answer["digest"]), got << " is not the digest " << mistake);
}

// One message of a transcript, as it was on the wire.
struct Step {
    Json json;
    Bytes bytes;
    std::string name() const { return text(json["message"]); }
    bool request() const { return wire::is_request(wire::code_of(bytes)); }
    bool completes() const { return json.contains("completes"); }
    // What enters a transcript.
    ByteView covered() const {
        return ByteView(bytes).first(bytes.size() - json.value("signature_size", 0U));
    }
};

std::vector<Step> steps_of(const Json& group, const Json& test) {
    std::vector<Step> steps;
    for (const Json* list : {&group["vca"], &test["messages"]}) {
        for (const Json& message : *list) steps.push_back({message, hex(message["bytes"])});
    }
    return steps;
}

// Keeps a Transcript as an endpoint does that sees these messages, and compares it where something is signed.
void replay(const Json& group, const Json& test) {
    Transcript transcript(real());
    bool authenticated = false;
    size_t vca = 0;
    auto signature = test["signatures"].begin();
    for (const Step& step : steps_of(group, test)) {
        if (step.name() == "GET_VERSION") {
            transcript.clear();
            authenticated = false;
            vca = 0;
        }
        if (vca < 6) {
            transcript.add_vca(step.bytes);
            if (++vca == 6) transcript.begin(hash_named(group["hash"]), version_of(group));
            continue;
        }
        if (step.request()) transcript.on_request(wire::code_of(step.bytes), authenticated);
        if (step.name() == "GET_DIGESTS") transcript.reset_m1();
        if (step.name() == "ERROR" && step.json.contains("resets")) transcript.reset_l1();
        std::string enters = step.json.value("enters", "");
        if (enters == "M1") transcript.add_m1(step.covered());
        if (enters == "L1") transcript.add_l1(step.covered());
        if (!step.completes()) continue;
        bool m1 = text(step.json["completes"]) == "M1";
        BOOST_REQUIRE((signature != test["signatures"].end()));
        check_digest(*signature++, m1 ? transcript.m1() : transcript.l1());
        m1 ? transcript.reset_m1() : transcript.reset_l1();
        authenticated = authenticated || m1;
    }
    BOOST_TEST((signature == test["signatures"].end()));
}

// Sends the requests to a responder, whose answers take the place of those written down.
void exchange(const Json& group, const Json& test) {
    std::vector<Step> steps = steps_of(group, test);
    Device device = test_device();
    SeededRandom random(1);
    Responder responder(device, real(), random);
    uint8_t token = 0;
    for (size_t i = 0; i + 1 < steps.size(); i += 2) {
        Step& request = steps[i];
        Step& response = steps[i + 1];
        if (request.name() == "RESPOND_IF_READY") request.bytes[3] = token;
        // Deferrals count from the first request of a code, so one is asked for only when it is due.
        bool put_off = response.name() == "ERROR" && wire::param1(response.bytes) == 0x42;
        if (put_off) device.deferrals[wire::code_of(request.bytes)].not_ready = 1;
        Bytes sent = concat({request.bytes, hex(request.json.value("padding", ""))});
        Bytes got = responder.receive(sent).value_or(Bytes{});
        BOOST_TEST_INFO_SCOPE(request.name());
        BOOST_REQUIRE_GT(got.size(), 3U);
        BOOST_REQUIRE_EQUAL(wire::code_of(got), wire::code_of(response.bytes));
        if (wire::code_of(got) == code::error && got.size() == 8) token = got[6];
        response.bytes = std::move(got);
    }
    Suite suite{crypto::SignAlgo::ecdsa_p256, hash_named(group["hash"]), version_of(group)};
    for (const Json& signature : test["signatures"]) {
        Bytes covered;
        for (size_t index : signature["covers"]) append(covered, steps.at(index).covered());
        const Step& last = steps.at(signature["message"]);
        auto context = text(signature["transcript"]) == "M1" ? kChallengeAuthContext : kMeasurementsContext;
        BOOST_TEST(verify_transcript(real(), suite, test_pki(suite.sign).leaf_key.public_key(), context,
                                     real().digest(suite.hash, covered),
                                     ByteView(last.bytes).subspan(last.covered().size()))
                       .has_value());
    }
}

wire::Context context_of(const Json& test) {
    Json of = test.value("context", Json::object());
    wire::Context context;
    context.version = version_of(test);
    context.hash_size = of.value("hash_size", uint16_t{0});
    context.signature_size = of.value("signature_size", uint16_t{0});
    context.multi_key = of.value("multi_key", false);
    context.measurement_summary = of.value("measurement_summary", false);
    context.signed_response = of.value("signed_response", false);
    return context;
}

// Every field that is expected is there and equal; others may be there too.
void check_fields(const Json& expected, const Json& fields) {
    for (const auto& [name, value] : expected.items()) {
        BOOST_TEST_INFO_SCOPE(name);
        BOOST_REQUIRE(fields.contains(name));
        const Json& found = fields[name];
        if (value.is_array()) {
            BOOST_REQUIRE_EQUAL(found.size(), value.size());
            for (size_t i = 0; i < value.size(); ++i) check_fields(value[i], found[i]);
        } else {
            const Json& plain = found.is_object() ? found["bytes"] : found;
            BOOST_TEST(plain.dump() == value.dump());
        }
    }
}

// A requester that trusts one root, brought to ALGORITHMS with the six messages of a transcript vector.
struct Trusting {
    Trusting(Version version, const Json& root) {
        config.versions = {version};
        config.roots = {crypto::Certificate::parse(hex(root)).value()};
        config.time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
    }
    Checked<> answer(ByteView response) {
        TRY(requester.receive(response));
        return {};
    }
    Checked<> negotiate(const Json& group, crypto::HashAlgo hash) {
        (void)requester.get_version();
        TRY(answer(hex(group["vca"][1]["bytes"])));
        (void)requester.get_capabilities();
        TRY(answer(hex(group["vca"][3]["bytes"])));
        (void)requester.negotiate_algorithms();
        Bytes algorithms = hex(group["vca"][5]["bytes"]);
        algorithms[8] = static_cast<uint8_t>(measurement_bit(hash));
        algorithms[16] = static_cast<uint8_t>(bit(hash));
        return answer(algorithms);
    }
    // The chain as DIGESTS and one CERTIFICATE bring it.
    Checked<> read_chain(ByteView chain, ByteView digest) {
        Bytes digests = concat({requester.get_digests(), digest});
        digests[1] = byte(code::digests);
        digests[2] = wire::version_byte(digests) >= byte(Version::v1_3) ? 1 : 0;
        digests[3] = 1;
        TRY(answer(digests));
        Bytes head = requester.get_certificate(0, 0, 0xffff);
        head.resize(8);
        head[wire::kCodeAt] = byte(code::certificate);
        head[4] = static_cast<uint8_t>(chain.size());
        head[5] = static_cast<uint8_t>(chain.size() >> 8);
        head[6] = head[7] = 0;
        return answer(concat({head, chain}));
    }

    RequesterConfig config;
    SeededRandom random{1};
    Requester requester{config, real(), random};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(known_answers)

BOOST_AUTO_TEST_CASE(what_stands_before_a_signed_hash) {
    for_each_test(vectors("signing_prefix.json")["tests"], [](const Json& test) {
        Bytes prefix = signing_prefix(version_of(test), text(test["context"]));
        if (test.contains("prefix")) {
            BOOST_TEST((to_hex(prefix) == text(test["prefix"])) == valid(test));
            return;
        }
        crypto::HashAlgo hash = hash_named(test["hash"]);
        Bytes message = concat({prefix, real().digest(hash, hex(test["transcript"])).view()});
        BOOST_TEST(to_hex(message) == text(test["message"]));
        BOOST_TEST(to_hex(real().digest(hash, message).view()) == text(test["digest"]));
    });
}

BOOST_AUTO_TEST_CASE(transcripts_have_the_digests_that_were_computed) {
    for (const Json& group : vectors("transcripts.json")["groups"]) {
        for_each_test(group["tests"], [&](const Json& test) { replay(group, test); });
    }
}

BOOST_AUTO_TEST_CASE(the_responder_signs_the_messages_that_were_listed) {
    for (const Json& group : vectors("transcripts.json")["groups"]) {
        for_each_test(group["tests"], [&](const Json& test) { exchange(group, test); });
    }
}

BOOST_AUTO_TEST_CASE(signatures_are_accepted_and_refused) {
    for (const Json& group : vectors("signatures.json")["groups"]) {
        Suite suite{sign_named(group["algorithm"]), hash_named(group["hash"]), version_of(group)};
        auto key = crypto::PublicKey::from_spki(hex(group["public_key"])).value();
        for_each_test(group["tests"], [&](const Json& test) {
            crypto::Digest transcript = real().digest(suite.hash, hex(test["transcript"]));
            bool holds = verify_transcript(real(), suite, key, text(group["context"]), transcript,
                                           hex(test["signature"]))
                             .has_value();
            if (!disputed(test)) BOOST_TEST(holds == valid(test));
        });
    }
}

BOOST_AUTO_TEST_CASE(measurement_summary_hashes) {
    Json file = vectors("summary_hash.json");
    Device device;
    for (const Json& m : file["measurements"]) {
        device.measurements.push_back(
            {m["index"], m["value_type"], hex(m["raw"]), m["raw_only"], m["in_tcb"]});
    }
    for_each_test(file["tests"], [&](const Json& test) {
        std::optional<crypto::HashAlgo> hash;
        if (text(test["measurement_hash"]) != "raw") hash = hash_named(test["measurement_hash"]);
        Bytes record = make_record(device, real(), hash, false, [&](const Measurement& measurement) {
            return test["type"].get<unsigned>() == wire::summary::all || measurement.in_tcb;
        });
        BOOST_TEST(to_hex(record) == text(test["record"]));
        check_digest(test, real().digest(hash_named(test["base_hash"]), record));
    });
}

BOOST_AUTO_TEST_CASE(messages_are_read_and_written_byte_for_byte) {
    for_each_test(vectors("messages.json")["tests"], [](const Json& test) {
        Bytes bytes = hex(test["bytes"]);
        wire::Context context = context_of(test);
        const wire::MessageInfo* info = wire::message_info(text(test["message"]));
        BOOST_REQUIRE(info != nullptr);
        std::unique_ptr<wire::Described> message = info->make();
        wire::Decoder decoder(bytes, context);
        message->describe(decoder);
        decoder.finish();
        BOOST_REQUIRE_EQUAL(!decoder.failed(), valid(test));
        if (!valid(test)) return;
        check_fields(test["fields"], wire::to_json(bytes, context)["fields"]);
        Result<Bytes> again = wire::encode_any(*message, context);
        BOOST_REQUIRE(again.has_value());
        BOOST_TEST(to_hex(*again) == text(test["bytes"]));
    });
}

BOOST_AUTO_TEST_CASE(certificate_chains_are_accepted_and_refused) {
    Json file = vectors("certificate_chains.json");
    Json groups = vectors("transcripts.json")["groups"];
    for_each_test(file["tests"], [&](const Json& test) {
        Trusting peer(version_of(test), file["certificates"]["root"]);
        auto group = std::ranges::find_if(
            groups, [&](const Json& g) { return text(g["version"]) == text(test["version"]); });
        BOOST_REQUIRE(peer.negotiate(*group, hash_named(test["hash"])).has_value());
        Checked<> read = peer.read_chain(hex(test["chain"]), hex(test["digest"]));
        std::string refusal = read ? "accepted" : read.error().text();
        if (!disputed(test)) BOOST_TEST(read.has_value() == valid(test), refusal);
    });
}

BOOST_AUTO_TEST_CASE(an_identity_writes_its_chain_as_it_was_computed) {
    Json file = vectors("certificate_chains.json");
    const Json& der = file["certificates"];
    for (const Json& test : file["tests"]) {
        if (!valid(test)) continue;
        Identity identity;
        identity.root_der = hex(der["root"]);
        for (const Json& name : test["certificates"]) append(identity.certificates, hex(der[text(name)]));
        BOOST_TEST(to_hex(identity.chain(real(), hash_named(test["hash"]), version_of(test))) ==
                   text(test["chain"]));
    }
}

BOOST_AUTO_TEST_CASE(every_requirement_that_is_named_exists) {
    const auto documents = [](const char* folder) {
        std::vector<Json> all;
        for (const auto& file : std::filesystem::directory_iterator(kVectors / folder)) {
            if (file.path().extension() == ".json") all.push_back(read(file.path()));
        }
        BOOST_TEST(!all.empty(), folder);
        return all;
    };
    std::set<std::string> there;
    for (const Json& document : documents("requirements")) {
        for (const Json& requirement : document["requirements"]) there.insert(text(requirement["id"]));
    }
    auto check = [&](const std::string& id, const std::string& where) {
        BOOST_TEST(there.contains(id), where << " names " << id);
    };
    for (size_t i = 0; i < kCheckCount; ++i) {
        const CheckInfo& row = info(static_cast<Check>(i));
        check(std::string(row.requirement), std::string(row.name));
    }
    for (const Json& dispute : read(kVectors / "disputes.json")["disputes"]) {
        for (const Json& id : dispute["requirements"]) check(text(id), text(dispute["id"]));
    }
    for (const Json& document : documents("known_answers")) {
        for (const auto& [flag, note] : document["notes"].items()) {
            for (const Json& id : note.value("requirements", Json::array())) check(text(id), flag);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
