// This module against the answers of vectors/transfer, which another program computed; and a sample of them
// once more by the command line tool of OpenSSL.
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "stack/transfer/rpc.h"
#include "stack/transfer/test_support.h"
#include "stack/transfer/work_submission.h"

namespace assay::transfer {

namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& value) { return value.get<std::string>(); }
Bytes hex(const Json& value) { return from_hex(text(value)).value(); }
uint64_t number(const Json& value) { return std::stoull(text(value)); }

Json file(const std::string& kind) {
    std::ifstream stream("vectors/transfer/" + kind + ".json");
    BOOST_REQUIRE(stream.good());
    Json json = Json::parse(stream);
    BOOST_REQUIRE(!json["tests"].empty());
    return json;
}

KeyId id_of(const std::string& label) {
    auto found = std::ranges::find(keys(), label, &KeyInfo::label);
    BOOST_REQUIRE((found != keys().end()));
    return static_cast<KeyId>(found - keys().begin());
}

std::shared_ptr<KeyRing> ring_at(const Json& file, const Json& test, uint32_t version = 0) {
    auto ring = std::make_shared<KeyRing>(
        KeyRing::expand(crypto::openssl_provider(), hex(file["secret"]), id_of(text(test["label"]))).value());
    while (ring->version() < version) BOOST_REQUIRE(ring->rotate());
    return ring;
}

IvLayout layout_of(const Json& test) {
    return text(test["layout"]) == "gsp" ? IvLayout::gsp : IvLayout::channel;
}

Iv mask_of(const Json& test) {
    Iv mask{};
    std::ranges::copy(hex(test["mask"]), mask.begin());
    return mask;
}

// A channel just before that message.
Channel channel_before(const std::shared_ptr<KeyRing>& ring, const Json& test) {
    ring->set_next_channel_counter(number(test["channel"]));
    Channel channel = Channel::make(ring, {.layout = layout_of(test), .mask = mask_of(test)}).value();
    channel.set_counted(number(test["message"]) - 1);
    return channel;
}

std::vector<Method> methods_of(const Json& test) {
    std::vector<Method> methods;
    for (const Json& method : test["methods"]) {
        methods.push_back({method["address"].get<uint32_t>(), method["data"].get<uint32_t>()});
    }
    return methods;
}

// What a command prints, as hexadecimal digits at its end; nothing when it cannot be run.
std::optional<std::string> printed(const std::string& command) {
    std::FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
    if (pipe == nullptr) return std::nullopt;
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output.push_back(static_cast<char>(c));
    if (::pclose(pipe) != 0) return std::nullopt;
    while (!output.empty() && output.back() == '\n') output.pop_back();
    std::string digits;
    for (char c : output.substr(output.find_last_of(" =") + 1)) {
        if (c != ':') digits.push_back(static_cast<char>(std::tolower(c)));
    }
    return digits;
}

std::string octal(ByteView bytes) {
    std::string escaped;
    for (const uint8_t byte : bytes) {
        char one[5];
        std::snprintf(one, sizeof one, "\\%03o", byte);
        escaped += one;
    }
    return escaped;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(known_answers)

BOOST_AUTO_TEST_CASE(every_label_gives_the_key_that_was_computed_for_it) {
    const Json json = file("keys");
    BOOST_TEST(json["tests"].size() == keys().size());
    for (const Json& test : json["tests"]) {
        BOOST_TEST(to_hex(ring_at(json, test)->key(0)) == text(test["key"]), text(test["id"]));
    }
}

BOOST_AUTO_TEST_CASE(every_version_of_a_key_is_the_one_that_was_computed) {
    const Json json = file("rotation");
    for (const Json& test : json["tests"]) {
        const auto version = test["version"].get<uint32_t>();
        BOOST_TEST(to_hex(ring_at(json, test, version)->key(version)) == text(test["key"]), text(test["id"]));
    }
}

BOOST_AUTO_TEST_CASE(counters_and_mask_give_the_iv_that_was_computed) {
    for (const Json& test : file("ivs")["tests"]) {
        const Iv iv =
            make_iv(layout_of(test), number(test["message"]), number(test["channel"]), mask_of(test));
        BOOST_TEST(to_hex(iv) == text(test["iv"]), text(test["id"]));
    }
}

BOOST_AUTO_TEST_CASE(blocks_are_sealed_and_opened_byte_for_byte) {
    const Json json = file("blocks");
    for (const Json& test : json["tests"]) {
        BOOST_TEST_CONTEXT(text(test["id"])) {
            const auto version = test["version"].get<uint32_t>();
            auto ring = ring_at(json, test, version);
            Channel sender = channel_before(ring, test), receiver = channel_before(ring, test);
            const Bytes plaintext = hex(test["plaintext"]), aad = hex(test["aad"]);
            Bytes sealed(plaintext.size()), tag(crypto::kAeadTagSize), opened(plaintext.size());
            BOOST_REQUIRE(sender.seal(aad, {plaintext, sealed, tag}));
            BOOST_TEST(to_hex(sealed) == text(test["ciphertext"]));
            BOOST_TEST(to_hex(tag) == text(test["tag"]));
            BOOST_REQUIRE(receiver.open(version, aad, {sealed, opened, tag}));
            BOOST_TEST((opened == plaintext));
        }
    }
}

BOOST_AUTO_TEST_CASE(queue_elements_are_made_and_read_byte_for_byte) {
    const Json json = file("rpc");
    auto ring = ring_at(json, json["tests"][0]);
    ring->set_next_channel_counter(0);
    RpcQueue out(Channel::make(ring, {.layout = IvLayout::gsp}).value());
    RpcQueue in(Channel::make(ring, {.layout = IvLayout::gsp}).value());
    for (const Json& test : json["tests"]) {
        BOOST_TEST_CONTEXT(text(test["id"])) {
            const Bytes message = hex(test["message"]);
            const Bytes element = out.seal(message).value();
            BOOST_TEST(to_hex(ByteView(element).first(kRpcHeaderSize)) == text(test["header"]));
            const auto digest = crypto::openssl_provider().digest(crypto::HashAlgo::sha256, element);
            BOOST_TEST(to_hex(digest.view()) == text(test["sha256"]));
            BOOST_TEST(element.size() == test["elements"].get<size_t>() * kRpcElementSize);
            BOOST_TEST((in.open(element).value() == message));
        }
    }
}

BOOST_AUTO_TEST_CASE(work_is_signed_with_the_mac_that_was_computed) {
    const Json json = file("work");
    for (const Json& test : json["tests"]) {
        BOOST_TEST_CONTEXT(text(test["id"])) {
            auto ring = ring_at(json, test);
            ring->set_next_channel_counter(number(test["channel"]));
            WorkQueue queue = WorkQueue::make(ring, Protection::sealed).value();
            const Bytes count = hex(test["count"]);
            std::array<uint64_t, 3> before{};
            for (size_t i = 0; i < count.size(); ++i) before[i / 8] |= uint64_t{count[i]} << (8 * (i % 8));
            // One less, over all 64-bit words of the counter.
            for (uint64_t& word : before) {
                if (word-- != 0) break;
            }
            queue.set_counted(before);
            BOOST_TEST(to_hex(queue.next_nonce()) == text(test["nonce"]));
            const Bytes submission = queue.sign(methods_of(test)).value();
            BOOST_TEST(to_hex(ByteView(submission).last(kMacSize)) == text(test["mac"]));
        }
    }
}

// The command line tool knows HKDF-Expand and HMAC. Of GCM it has the cipher: counter mode, whose first block
// for text is number 2.
BOOST_AUTO_TEST_CASE(the_command_line_tool_of_openssl_computes_the_same_sample) {
    if (!printed("openssl version")) {
        BOOST_TEST_MESSAGE("SKIPPED: there is no openssl command on this machine");
        std::fputs("skipped: there is no openssl command on this machine\n", stderr);
        return;
    }
    const auto expanded = [](const std::string& secret, const std::string& label) {
        return printed(
            "openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt mode:EXPAND_ONLY -kdfopt hexkey:" + secret +
            " -kdfopt info:" + label + " HKDF");
    };
    const Json keys = file("keys"), rotation = file("rotation"), work = file("work");
    const std::string secret = text(keys["secret"]).substr(0, 2 * kUsedSecretSize);
    for (size_t i : {0U, 7U, 13U, 60U, 108U}) {
        const Json& test = keys["tests"][i];
        BOOST_TEST(expanded(secret, text(test["label"])).value_or("nothing") == text(test["key"]));
    }
    const Json &one = rotation["tests"][0], &two = rotation["tests"][1];
    const auto hashed =
        printed("printf '" + octal(hex(one["key"])) + "' | openssl dgst -sha256 -r | cut -c 1-64");
    BOOST_TEST(expanded(hashed.value_or(""), text(two["label"])).value_or("nothing") == text(two["key"]));
    const Json blocks = file("blocks");
    for (const Json& test : blocks["tests"]) {
        const auto version = test["version"].get<uint32_t>();
        const Iv iv =
            make_iv(layout_of(test), number(test["message"]), number(test["channel"]), mask_of(test));
        const std::string command = "printf '" + octal(hex(test["plaintext"])) +
                                    "' | openssl enc -aes-256-ctr -K " +
                                    to_hex(ring_at(blocks, test, version)->key(version)) + " -iv " +
                                    to_hex(iv) + "00000002 | od -An -v -tx1 | tr -d ' \\n'";
        BOOST_TEST(printed(command).value_or("nothing") == text(test["ciphertext"]), text(test["id"]));
    }
    for (const Json& test : work["tests"]) {
        Bytes input;
        for (const Method& method : methods_of(test)) {
            for (uint32_t word : {method.address, method.data}) {
                for (int i = 0; i < 4; ++i) input.push_back(static_cast<uint8_t>(word >> (8 * i)));
            }
        }
        append(input, hex(test["nonce"]));
        const std::string key = to_hex(ring_at(work, test)->key(0));
        BOOST_TEST(
            printed("printf '" + octal(input) + "' | openssl dgst -sha256 -mac HMAC -macopt hexkey:" + key)
                .value_or("nothing") == text(test["mac"]));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transfer
