#include "stack/spdm/key_schedule.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "stack/crypto/kdf.h"
#include "stack/spdm/test_support.h"

namespace assay::spdm {

namespace {

using Json = nlohmann::ordered_json;
using wire::Version;

std::string text(const Json& value) { return value.get<std::string>(); }
Bytes hex(const Json& value) { return from_hex(text(value)).value(); }
std::string hex_of(const SecretBytes& secret) { return to_hex(secret.view()); }

ScheduleParameters parameters_of(const Json& test) {
    const std::map<std::string, crypto::HashAlgo> hashes = {{"sha256", crypto::HashAlgo::sha256},
                                                            {"sha384", crypto::HashAlgo::sha384},
                                                            {"sha512", crypto::HashAlgo::sha512}};
    ScheduleParameters p;
    p.version = wire::version_from_name(text(test["version"])).value();
    p.hash = hashes.at(text(test["hash"]));
    p.kind = text(test["id"]).starts_with("psk") ? SessionKind::psk : SessionKind::key_exchange;
    BOOST_REQUIRE_EQUAL(crypto::key_size(p.aead), test["aead_key_size"].get<size_t>());
    return p;
}

// A direction's secret, and the key and IV that it stands for.
void check_direction(const KeySchedule& schedule, const Json& test, Direction way, const std::string& stage,
                     const std::string& suffix = "") {
    std::string prefix = (way == Direction::request ? "request_" : "response_") + stage;
    const SecretBytes& secret = schedule.secret(way);
    BOOST_TEST(hex_of(secret) == text(test[prefix + "_secret" + suffix]));
    BOOST_TEST(hex_of(schedule.aead_key(secret.view())) == text(test[prefix + "_key" + suffix]));
    BOOST_TEST(hex_of(schedule.aead_iv(secret.view())) == text(test[prefix + "_iv" + suffix]));
}

void check_test(const Json& test) {
    ScheduleParameters p = parameters_of(test);
    KeySchedule schedule(real(), p);
    Bytes secret = hex(test["secret"]);
    schedule.begin(secret, hex(test["th1"]));
    BOOST_TEST(hex_of(schedule.handshake_secret()) == text(test["handshake_secret"]));
    Bytes transcript(crypto::digest_size(p.hash), 7);
    for (Direction way : {Direction::request, Direction::response}) {
        check_direction(schedule, test, way, "handshake");
        Bytes finished =
            hex(test[way == Direction::request ? "request_finished_key" : "response_finished_key"]);
        BOOST_TEST(to_hex(schedule.verify_data(way, transcript).view()) ==
                   to_hex(real().hmac(p.hash, finished, transcript).view()));
    }
    schedule.establish(hex(test["th2"]));
    BOOST_TEST(hex_of(schedule.master_secret()) == text(test["master_secret"]));
    BOOST_TEST(hex_of(schedule.export_master()) == text(test["export_master_secret"]));
    Bytes zeros(crypto::digest_size(p.hash));
    BOOST_TEST(hex_of(crypto::hkdf_extract(real(), p.hash, hex(test["salt_1"]), zeros)) ==
               text(test["master_secret"]));
    for (Direction way : {Direction::request, Direction::response})
        check_direction(schedule, test, way, "data");
    schedule.update(Direction::request);
    check_direction(schedule, test, Direction::request, "data", "_updated");
    check_direction(schedule, test, Direction::response, "data");
    // The planted defects give something else, wherever they apply.
    auto handshake_of = [&](const ScheduleParameters& other) {
        KeySchedule made(real(), other);
        made.begin(secret, hex(test["th1"]));
        return hex_of(made.secret(Direction::request));
    };
    ScheduleParameters labels = p, salt = p;
    labels.version_1_1_labels = salt.zero_psk_salt = true;
    bool labels_differ = p.version != Version::v1_1;
    bool salt_differs = p.kind == SessionKind::psk && p.version >= Version::v1_3;
    BOOST_TEST((handshake_of(labels) != handshake_of(p)) == labels_differ);
    BOOST_TEST((handshake_of(salt) != handshake_of(p)) == salt_differs);
    BOOST_TEST((text(test["salt_0"]).substr(0, 2) == "ff") == salt_differs);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(key_schedule)

BOOST_AUTO_TEST_CASE(every_secret_is_the_one_that_other_programs_computed) {
    std::ifstream file("vectors/known_answers/key_schedule.json");
    BOOST_REQUIRE(file.good());
    const Json tests = Json::parse(file)["tests"];
    BOOST_REQUIRE(!tests.empty());
    for (const Json& test : tests) {
        BOOST_TEST_CONTEXT(text(test["id"]) + ": " + text(test["comment"])) { check_test(test); }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_longer_needed_is_wiped) {
    KeySchedule schedule(real(), {});
    Bytes hash(32, 1);
    schedule.begin(hash, hash);
    BOOST_TEST(!schedule.handshake_secret().empty());
    crypto::Digest before = schedule.verify_data(Direction::request, hash);
    schedule.establish(hash);
    BOOST_TEST(schedule.handshake_secret().empty());
    BOOST_TEST((schedule.verify_data(Direction::request, hash) == before));
    schedule.forget_finished();
    BOOST_TEST(schedule.master_secret().empty());
    BOOST_TEST((schedule.verify_data(Direction::request, hash) != before));
    BOOST_TEST(!schedule.export_master().empty());
}

BOOST_AUTO_TEST_CASE(a_keylog_line_is_what_other_tools_write) {
    const Bytes secret{0x00, 0xab};
    BOOST_TEST(keylog_line(SessionKind::key_exchange, secret) == "[DHE Secret]: 00ab");
    BOOST_TEST(keylog_line(SessionKind::psk, secret) == "[PSK]: 00ab");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
