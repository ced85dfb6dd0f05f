// Sessions on the command line.
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "conformance/cli/files.h"
#include "conformance/cli/serving.h"
#include "conformance/cli/test_support.h"
#include "conformance/lab/lab.h"
#include "stack/crypto/pki.h"

namespace assay::cli {

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string base64(ByteView bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (size_t at = 0; at + 2 < bytes.size(); at += 3) {
        uint32_t three = uint32_t{bytes[at]} << 16 | uint32_t{bytes[at + 1]} << 8 | bytes[at + 2];
        for (int shift = 18; shift >= 0; shift -= 6) text += kDigits[three >> shift & 0x3f];
    }
    return text;
}

// A requester with an Ed25519 key that is written here: RFC 8410, section 10.3.
struct Identity {
    TemporaryFile key, chain;

    explicit Identity(uint8_t seed = 5)
        : key(pem(seed), "key" + std::to_string(seed)), chain("", "chain" + std::to_string(seed)) {
        auto leaf_key = *crypto::PrivateKey::from_pem(key.content());
        auto issuers = *crypto::make_test_pki(crypto::SignAlgo::ed25519, crypto::SignAlgo::ed25519,
                                              crypto::HashAlgo::sha256, "command line");
        crypto::CertificateSpec spec;
        spec.subject = "a requester of the command line";
        spec.issuer = "command line intermediate";
        spec.not_before = issuers.leaf.not_before();
        spec.not_after = issuers.leaf.not_after();
        spec.eku = {std::string(crypto::kOidRequesterAuth)};
        auto leaf = *crypto::make_certificate(spec, leaf_key.public_key(), issuers.intermediate_key,
                                              crypto::HashAlgo::sha256);
        Bytes der = concat({issuers.root.der(), issuers.intermediate.der(), leaf.der()});
        std::ofstream(chain.path, std::ios::binary)
            << std::string_view(reinterpret_cast<const char*>(der.data()), der.size());
    }
    static std::string pem(uint8_t seed) {
        Bytes der = concat({*from_hex("302e020100300506032b657004220420"), Bytes(32, seed)});
        return "-----BEGIN PRIVATE KEY-----\n" + base64(der) + "\n-----END PRIVATE KEY-----\n";
    }
    std::vector<std::string> arguments() const {
        return {"--requester-chain", chain.name(), "--requester-key", key.name()};
    }
};

Ran connect(std::vector<std::string> more) {
    more.insert(more.begin(), "connect");
    return assay(std::move(more));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_suite)

BOOST_AUTO_TEST_CASE(bad_input_about_sessions_gives_one_line_and_its_exit_code) {
    Identity who, other(6);
    TemporaryFile no_secret("[DHE Secret]: 00ff\n# a remark\n\nsecret\n", "secrets");
    const TemporaryFile nothing("", "nothing");
    std::string anywhere = "tcp://127.0.0.1:0";
    const BadInput rows[] = {
        {{"serve", "--listen", anywhere, "--defect", "nothing"}, 2, "there is no defect 'nothing'"},
        {{"serve", "--listen", anywhere, "--mut-auth", "both"}, 2, "'both' is none of none, plain"},
        {{"serve", "--listen", anywhere, "--requester-root", no_secret.name()}, 2, "holds no certificate"},
        {{"serve", "--listen", anywhere, "--psk", "xy"}, 2, "--psk: 'xy' is not hexadecimal"},
        {{"serve", "--listen", anywhere, "--psk", ""}, 2, "an empty key is none"},
        {{"serve", "--listen", anywhere, "--psk-hint", "00"}, 2, "--psk-hint needs --psk"},
        {{"serve", "--listen", anywhere, "--psk", "00", "--psk-hint", "0"}, 2, "--psk-hint: '0' is not"},
        {{"serve", "--listen", anywhere, "--keylog", "/nowhere/keys"},
         2,
         "cannot write /nowhere/keys: No such"},
        {{"serve", "--listen", anywhere, "--heartbeat", "256"}, 2, "--heartbeat"},
        {{"run", "--target", anywhere, "--waive", "finish_hmac"}, 2, "for the reference in this process"},
        {{"run", "--target", anywhere, "--defect", "old_key_kept"}, 2, "for the reference in this process"},
        {{"run", "--defect", "nothing"}, 2, "there is no defect 'nothing'"},
        {{"run", "--target", "reference?binding=usb"}, 2, "no such binding"},
        {{"run", "--psk", "1"}, 2, "--psk: '1' is not hexadecimal"},
        {{"connect", "--session", "tls"}, 2, "'tls' is none of key-exchange, psk"},
        {{"connect", "--session", "psk", "--aead", "DES"}, 2, "'DES' is none of AES-128-GCM"},
        {{"connect", "--session", "psk", "--dhe", "x25519"}, 2, "'x25519' is none of ffdhe2048"},
        {{"connect", "--requester-key", who.key.name()}, 2, "go together"},
        {{"connect", "--requester-chain", who.chain.name(), "--requester-key", "/nowhere/key"},
         2,
         "cannot read"},
        {{"connect", "--requester-chain", who.chain.name(), "--requester-key", who.chain.name()},
         2,
         "holds no private key"},
        {{"connect", "--requester-chain", who.chain.name(), "--requester-key", other.key.name()},
         2,
         "is not that of the last certificate"},
        {{"decode", "10840000", "--secrets", "/nowhere/secrets"}, 2, "cannot read /nowhere/secrets"},
        {{"decode", "10840000", "--secrets", no_secret.name()},
         2,
         "line 4 is neither '[DHE Secret]: hex' nor"},
        {{"decode", "10840000", "--secrets", nothing.name()}, 2, "those of a capture, and this is none"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_CASE(a_session_with_the_reference_says_what_it_is) {
    for (const char* binding : {"mctp", "doe", "tcp", "none"}) {
        std::string target = std::string("reference?binding=") + binding;
        Ran ran = connect({"--spdm-version", "1.2", "--target", target, "--session", "key-exchange", "--dhe",
                           "secp256r1", "--aead", "ChaCha20-Poly1305"});
        BOOST_TEST(ran.code == 0, binding << ": " << ran.err);
        for (const char* wanted :
             {", established\n", "secured messages 1.2, secp256r1, ChaCha20-Poly1305, encrypted\n",
              "handshake:     inside the session\n", "heartbeat:     every 10 s\n",
              "key updates:   2 of the requester's key, 1 of the responder's\n",
              "mutual:        not asked for\n", "ended:         by END_SESSION\n"}) {
            BOOST_TEST(has(ran.out, wanted), binding << ": " << wanted << " is not in\n" << ran.out);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_session_with_a_shared_key_or_without_encryption_says_so) {
    Ran psk = connect({"--spdm-version", "1.3", "--session", "psk", "--psk", "00112233", "--psk-hint", "aa"});
    BOOST_TEST(psk.code == 0, psk.err);
    BOOST_TEST(has(psk.out, "secured messages 1.2, a pre-shared key, "));
    Ran clear =
        connect({"--spdm-version", "1.4", "--session", "key-exchange", "--mac-only", "--clear-handshake"});
    BOOST_TEST(clear.code == 0, clear.err);
    BOOST_TEST(has(clear.out, "authenticated only\nhandshake:     in the clear\n"), clear.out);
    Ran old = connect({"--spdm-version", "1.0", "--session", "key-exchange"});
    BOOST_TEST(old.code == 1);
    BOOST_TEST(has(old.err, "the device does not claim KEY_EX_CAP"), old.err);
}

BOOST_AUTO_TEST_CASE(a_requester_authenticates_itself_with_its_own_key) {
    Identity who;
    std::vector<std::string> arguments = who.arguments();
    arguments.insert(arguments.end(), {"--spdm-version", "1.2", "--session", "key-exchange"});
    Ran ran = connect(arguments);
    BOOST_TEST(ran.code == 0, ran.err);
    BOOST_TEST(has(ran.out, "mutual:        encapsulated, slot 0\n"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_keylog_is_for_its_owner_and_opens_what_it_is_of) {
    TemporaryFile keylog("stale", "keylog");
    ::chmod(keylog.name().c_str(), 0644);
    BOOST_TEST(
        connect({"--spdm-version", "1.2", "--session", "key-exchange", "--keylog", keylog.name()}).code == 0);
    struct stat status{};
    BOOST_REQUIRE(::stat(keylog.name().c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 0777) == 0600);
    auto secrets = read_secrets(keylog.name());
    BOOST_REQUIRE(secrets.has_value());
    BOOST_TEST(secrets->shared.size() == 1U);
    BOOST_TEST(secrets->pre_shared.empty());
}

BOOST_AUTO_TEST_CASE(what_serve_is_told_the_reference_is) {
    Identity who;
    ServeCommand command;
    auto plain = reference_options(command, transport::Binding::doe);
    BOOST_REQUIRE(plain.has_value());
    BOOST_TEST(plain->mut_auth_requested == 0);
    BOOST_TEST(!plain->basic_mut_auth);
    BOOST_TEST((plain->transport == &record::doe()));
    BOOST_TEST(!plain->keylog);
    command.requester_roots = {who.chain.name()};
    command.basic_mut_auth = true;
    command.psk = {.key = "0a0b", .hint = "0c"};
    command.heartbeat = 0;
    command.fault_options = {.waive = {"finish_hmac", "doe_vendor"},
                             .defects = {"old_key_kept", "tag_forgotten"}};
    auto full = reference_options(command, transport::Binding::none);
    BOOST_REQUIRE(full.has_value());
    BOOST_TEST(full->mut_auth_requested == wire::mut_auth::encapsulated);
    BOOST_TEST(full->basic_mut_auth);
    BOOST_TEST(full->requester_roots.size() == 3U);
    BOOST_TEST(to_hex(full->psk->hint) == "0c");
    BOOST_TEST(full->heartbeat_period == 0);
    BOOST_TEST(full->faults.waived(spdm::Check::finish_hmac));
    BOOST_TEST(full->faults.has(spdm::Defect::old_key_kept));
    BOOST_TEST(full->framing.waived(transport::Framing::doe_vendor));
    BOOST_TEST(full->framing.has(transport::FramingDefect::tag_forgotten));
    // Bare messages cannot be told from records.
    BOOST_TEST((*full->flags & wire::cap::key_ex) == 0U);
    command.mut_auth = "implicit";
    BOOST_TEST(reference_options(command, transport::Binding::mctp)->mut_auth_requested ==
               wire::mut_auth::implicit_get_digests);
}

BOOST_AUTO_TEST_CASE(the_command_that_repeats_a_run_has_all_that_it_needs) {
    Ran ran = assay({"run", "--target", "reference?binding=mctp", "--spdm-version", "1.2", "--case", "chl/*",
                     "--waive", "challenge_slot", "--defect", "session_digests_in_m1", "--psk", "00",
                     "--psk-hint", "01"});
    BOOST_TEST(ran.code == 1, ran.out << ran.err);
    BOOST_TEST(has(ran.out,
                   "assay run --target 'reference?binding=mctp' --spdm-version 1.2 --case 'chl/*' --seed 1 "
                   "--waive challenge_slot --defect session_digests_in_m1 --psk 00 --psk-hint 01"),
               ran.out);
}

BOOST_AUTO_TEST_CASE(a_capture_and_its_secrets_are_told_record_by_record) {
    std::filesystem::path captures = std::filesystem::path("../shared/samples/captures");
    if (!std::filesystem::exists(captures)) {
        std::printf("skipped: the recorded exchanges of another implementation are not here (../shared)\n");
        return;
    }
    std::string capture = captures / "MCTP_1.2.pcap", secrets = captures / "MCTP_1.2.secrets";
    Ran text = assay({"decode", capture, "--secrets", secrets});
    BOOST_TEST(text.code == 0);
    for (const char* wanted :
         {" HEARTBEAT (4 bytes, SPDM 1.2, session ffffffff, record ", "MCTP type 01h (PLDM) (",
          "verify data of FINISH: good",
          "1628 records: 0 not opened, 0 refused, 6 hold no SPDM message; signatures: 42 good, 0 bad, 0 not "
          "checked; verify data: 6 good, 0 bad\n"}) {
        BOOST_TEST(has(text.out, wanted), wanted);
    }
    Ran json = assay({"decode", capture, "--secrets", secrets, "--json"});
    auto messages = nlohmann::json::parse(json.out, nullptr, false);
    BOOST_REQUIRE(messages.is_array());
    size_t in_session = 0;
    for (const auto& message : messages) in_session += message.contains("session");
    BOOST_TEST(in_session == 1628U);
    // With the secrets of another session nothing opens, and that is a failure.
    Ran wrong = assay({"decode", capture, "--secrets", captures / "MCTP_1.4.secrets"});
    BOOST_TEST(wrong.code == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
