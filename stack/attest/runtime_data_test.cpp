#include "stack/attest/runtime_data.h"

#include "stack/attest/platform_test_support.h"
#include "stack/crypto/provider.h"

namespace assay::attest {

namespace {

const std::filesystem::path kTrial = kSamples / "trials/08-azure-hcl-binding/azfull";

// A modulus of 2048 bits, 1 0 … 0 1 in base64url.
std::string key(std::string_view kid, std::string_view kty = "RSA") {
    const std::string modulus = "wA" + std::string(338, 'A') + "AQ";
    return R"({"kid": ")" + std::string(kid) + R"(", "kty": ")" + std::string(kty) +
           R"(", "e": "AQAB", "n": ")" + modulus + "\"}";
}

Errc code(std::string_view text) {
    const auto read = parse_runtime_data(as_bytes(text));
    return read ? Errc{} : read.error().code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(runtime_data_suite)

BOOST_AUTO_TEST_CASE(the_attestation_key_is_found_among_others_by_its_name) {
    const std::string text = R"({"keys": [)" + key("HCLEkPub") + "," + key("HCLAkPub") +
                             R"(], "vm-configuration": {"secure-boot": true}, "anything": 1})";
    const auto read = parse_runtime_data(as_bytes(text));
    BOOST_REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().text()));
    BOOST_TEST(read->attestation_key.fits(crypto::SignAlgo::rsassa_2048));
    BOOST_TEST(read->vm_configuration.at("secure-boot") == true);
}

BOOST_AUTO_TEST_CASE(data_that_names_no_one_key_is_refused) {
    const std::pair<std::string, Errc> rows[] = {
        {"", Errc::bad_text},
        {"[]", Errc::bad_text},
        {"{}", Errc::bad_text},
        {R"({"keys": {}})", Errc::bad_text},
        {R"({"keys": [1]})", Errc::bad_text},
        {R"({"keys": [)" + key("HCLEkPub") + "]}", Errc::bad_text},
        {R"({"keys": [)" + key("HCLAkPub") + "," + key("HCLAkPub") + "]}", Errc::bad_text},
        {R"({"keys": [], "keys": [)" + key("HCLAkPub") + "]}", Errc::bad_text},
        {R"({"keys": [)" + key("HCLAkPub", "EC") + "]}", Errc::bad_key},
        {R"({"keys": [{"kid": "HCLAkPub", "kty": "RSA", "e": "AQAB", "n": "=="}]})", Errc::bad_key},
        {R"({"keys": [{"kid": "HCLAkPub", "kty": "RSA", "e": "AQAB"}]})", Errc::bad_key},
        {R"({"keys": [{"kid": "HCLAkPub", "kty": "RSA", "e": 65537, "n": "AAAA"}]})", Errc::bad_key},
    };
    for (const auto& [text, expected] : rows) BOOST_TEST((code(text) == expected), text);
}

BOOST_AUTO_TEST_CASE(real_data_names_the_key_that_was_read_out_of_the_tpm) {
    if (samples_absent()) return;
    const Bytes data = file_bytes(kTrial / "runtime_data.json");
    const auto read = parse_runtime_data(data);
    BOOST_REQUIRE(read);
    const Bytes report = file_bytes(kTrial / "snp.bin");
    BOOST_TEST(equal(ByteView(report).subspan(0x50, 64), runtime_report_data(data)));
    BOOST_TEST(read->attestation_key.fits(crypto::SignAlgo::rsassa_2048));
    BOOST_TEST(read->vm_configuration.at("tpm-enabled") == true);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
