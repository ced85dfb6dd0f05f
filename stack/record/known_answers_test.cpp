// This module against the records of vectors/known_answers, which another program made.
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

#include "stack/record/record.h"

namespace assay::record {

namespace {

using Json = nlohmann::ordered_json;
using crypto::AeadAlgo;

std::string text(const Json& value) { return value.get<std::string>(); }
Bytes hex(const Json& value) { return from_hex(text(value)).value(); }

// As a session does it: the application data, or nothing for a record that is refused.
std::optional<Bytes> received(const TrafficKey& key, const SealOptions& options, const Transport& transport,
                              ByteView record) {
    auto taken = parse(record, transport);
    if (!taken || !taken->complete || taken->session_id != options.session_id) return std::nullopt;
    auto plaintext = key.open(options, *taken);
    if (!plaintext) return std::nullopt;
    auto inside = application_data(options.protection, *plaintext);
    if (!inside) return std::nullopt;
    return to_bytes(*inside);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(known_answers)

BOOST_AUTO_TEST_CASE(records_are_made_and_read_byte_for_byte_or_refused) {
    std::ifstream file("vectors/known_answers/records.json");
    BOOST_REQUIRE(file.good());
    const Json tests = Json::parse(file)["tests"];
    BOOST_REQUIRE(!tests.empty());
    for (const Json& test : tests) {
        BOOST_TEST_CONTEXT(text(test["id"]) + ": " + text(test["comment"])) {
            const Transport& transport = text(test["transport"]) == "mctp" ? mctp() : doe();
            const TrafficKey key = TrafficKey::make(crypto::openssl_provider(), AeadAlgo::aes_256_gcm,
                                                    hex(test["key"]), hex(test["iv"]))
                                       .value();
            const SealOptions options{
                .session_id = test["session_id"].get<uint32_t>(),
                .sequence = test["sequence_number"].get<uint64_t>(),
                .protection = text(test["protection"]) == "mac" ? Protection::mac_only : Protection::encrypt,
                .order = text(test["result"]) == "acceptable" ? NonceOrder::big : NonceOrder::little};
            const Bytes record = hex(test["record"]);
            const auto data = received(key, options, transport, record);
            if (text(test["result"]) == "invalid") {
                BOOST_TEST(!data.has_value());
                continue;
            }
            BOOST_TEST((data ? to_hex(*data) : "refused") == text(test["application_data"]));
            auto sealed = key.seal(options, transport, hex(test["application_data"]), hex(test["random"]));
            BOOST_REQUIRE(sealed);
            BOOST_TEST(to_hex(*sealed) == to_hex(record));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::record
