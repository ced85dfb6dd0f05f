#include <nlohmann/json.hpp>

#include "conformance/cli/test_support.h"

namespace assay::cli {

BOOST_AUTO_TEST_SUITE(cli_suite)

BOOST_AUTO_TEST_CASE(bad_input_gives_one_line_and_its_exit_code) {
    TemporaryFile wrong_key(
        R"({"waivers": [{"case": "*", "reason": "x", "expires": "2027-01-01", "until": "x"}]})");
    std::string profile = wrong_key.path.string();
    const BadInput rows[] = {
        {{}, 2, "subcommand is required"},
        {{"walk"}, 2, "there is no command 'walk'"},
        {{"run", "--target", "usb://1"}, 2, "'usb://1': no such kind of target"},
        {{"run", "--target", "emu://h?binding=usb"}, 2, "no such binding"},
        {{"run", "--target", "tcp://127.0.0.1:1", "--connect-timeout", "30"},
         3,
         "cannot connect to tcp://127.0.0.1:1"},
        {{"run", "--spdm-version", "1.5"}, 2, "1.5 is none of 1.0"},
        {{"run", "--case", "nothing/*"},
         2,
         "no case matches --case 'nothing/*' (assay run --role responder --list shows all)"},
        {{"run", "--profile", "/nowhere/p.json"},
         2,
         "cannot read /nowhere/p.json: No such file or directory"},
        {{"run", "--profile", "/"}, 2, "cannot read /: it is a folder"},
        {{"run", "--profile", profile}, 2, "waivers[0]: there is no key \"until\""},
        {{"run", "--seed", "x"}, 2, "--seed: 'x' is no number from 0 to 18446744073709551615"},
        {{"run", "--seed", "-1"}, 2, "--seed: '-1' is no number from 0 to"},
        {{"run", "--seed", "18446744073709551616"}, 2, "is no number from 0 to 18446744073709551615"},
        {{"run", "--connect-timeout", "0"}, 2, "'0' is no number from 1 to 3600000 (see assay run --help)"},
        {{"run", "--jobs", "0"}, 2, "--jobs: '0' is no number from 1 to 256 (see assay run --help)"},
        {{"run", "--jobs", "99999"}, 2, "--jobs: '99999' is no number from 1 to 256 (see assay run --help)"},
        {{"run", "--dut-command", "x"}, 2, "cannot be used with --role responder"},
        {{"run", "--list", "--seed", "1"}, 2, "(see assay run --help)"},
        {{"run", "--resume"}, 2, "the folder of the run that was interrupted (see assay run --help)"},
        {{"run", "--target", "tcp://127.0.0.1:1", "--waive", "x"}, 2, "has them too (see assay run --help)"},
        {{"serve"}, 2, "serve needs one of --listen and --path (see assay serve --help)"},
        {{"connect", "--requester-key", "x"}, 2, "go together (see assay connect --help)"},
        {{"evidence"}, 2, "--out is required: a folder (see assay evidence --help)"},
        {{"run", "--profile", "/dev/zero"}, 2, "cannot read /dev/zero: it is larger than 1 MiB"},
        {{"run", "--only-failed", "/dev/zero"}, 2, "cannot read /dev/zero: it is larger than 256 MiB"},
        {{"connect", "--root", "/dev/zero"}, 2, "cannot read /dev/zero: it is larger than 1 MiB"},
        {{"decode", "/dev/zero"}, 2, "cannot read /dev/zero: it is larger than 256 MiB"},
        {{"run", "--level", "maybe"}, 2, "--level: 'maybe' is none of must, should, may"},
        {{"run", "--only-failed", "/nowhere"}, 2, "cannot read /nowhere"},
        {{"run", "--only-failed", profile}, 2, "is no report.json of assay"},
        {{"run", "--version", "1.2"},
         2,
         "--version of 'assay run' is now --spdm-version (see assay run --help)"},
        {{"connect", "--version=1.2"}, 2, "--version of 'assay connect' is now --spdm-version"},
        {{"serve", "--version", "1.2"}, 2, "--version of 'assay serve' is now --spdm-version"},
        {{"serve", "--nothing"}, 2, "(see assay serve --help)"},
        {{"serve", "--listen", "tcp://127.0.0.1:0", "--heartbeat", "256"},
         2,
         "--heartbeat: '256' is no number"},
        {{"decode", "--hash-size", "65", "10"}, 2, "--hash-size: '65' is no number from 0 to 64"},
        {{"bench", "--runs", "0"}, 2, "--runs: '0' is no number from 1 to 1000"},
        {{"--nothing"}, 2, "(see assay --help)"},
        {{"run", "--case", "ver/form", "--report", "/proc/nowhere"}, 2, "/proc/nowhere"},
        {{"serve", "--listen", "reference"}, 3, "listen on tcp:// or emu://"},
        {{"serve", "--listen", "tcp://127.0.0.1:0", "--empty-for-silence"},
         2,
         "needs --listen emu://HOST:PORT"},
        {{"serve", "--listen", "tcp://127.0.0.1:0", "--waive", "nothing"}, 2, "there is no check 'nothing'"},
        {{"connect", "--target", "tcp://127.0.0.1:1", "--connect-timeout", "30"}, 3, "cannot connect"},
        {{"connect", "--root", profile}, 2, "holds no certificate"},
        {{"connect", "--slot", "8"}, 2, "--slot"},
        {{"decode", "10xy"}, 2, "'10xy' is neither a file nor hexadecimal"},
        {{"decode"}, 2, "input is required"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_CASE(the_program_says_what_it_is_and_which_formats_it_writes) {
    const Ran ran = assay({"--version"});
    BOOST_TEST(ran.code == 0, ran.err);
    BOOST_TEST(ran.out.starts_with("assay 0."), ran.out);
    for (const char* wanted :
         {"OpenSSL 3", "report.json 1", "trace.json 1", "evidence.json assay-evidence/1"})
        BOOST_TEST(ran.out.contains(wanted), wanted << " is not in " << ran.out);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_printed_is_no_success) {
    struct Full : std::streambuf {
    } full;
    std::ostream out(&full);
    std::ostringstream err;
    Streams streams{out, err};
    const char* arguments[] = {"assay", "decode", "10840000"};
    BOOST_TEST(cli::main(3, arguments, streams) == status::usage);
    BOOST_TEST(err.str() == "assay: cannot write to standard output\n");
}

BOOST_AUTO_TEST_CASE(each_command_that_is_listed_says_once_what_its_exit_codes_mean) {
    const std::string listed = assay({"walk"}).err;
    for (const std::string name :
         {"run", "serve", "connect", "profile", "decode", "evidence", "verify", "bench", "demo"}) {
        const Ran ran = assay({name, "--help"});
        BOOST_TEST(ran.code == 0);
        BOOST_TEST(listed.contains(name), listed);
        const bool may_end_early = name == "run";
        BOOST_TEST(ran.out.ends_with(may_end_early ? "4 internal; 5 interrupted (--resume goes on)\n"
                                                   : "4 internal\n"),
                   ran.out);
        const size_t at = ran.out.find("Exit codes: 0 ");
        BOOST_TEST((at != std::string::npos && at == ran.out.rfind("Exit codes: 0 ")), ran.out);
    }
    BOOST_TEST(assay({"verify", "--help"}).out.contains("3 malformed evidence"));
    BOOST_TEST(!assay({"verify", "--help"}).out.contains("reference?binding"));
}

BOOST_AUTO_TEST_CASE(a_run_of_the_reference_passes_and_leaves_a_report) {
    TemporaryFile place("");
    std::filesystem::remove(place.path);
    Ran ran = assay({"run", "--spdm-version", "1.2", "--case", "mea/*", "--report", place.path.string()});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    std::ifstream file(place.path / "report.json");
    nlohmann::json report = nlohmann::json::parse(file, nullptr, false);
    BOOST_REQUIRE(!report.is_discarded());
    BOOST_TEST(report["exit_code"] == 0);
    BOOST_TEST(report["counts"]["fail"] == 0);
    BOOST_TEST(std::filesystem::exists(place.path / "junit.xml"));
}

// It is what the report says when the device does not even do this much.
BOOST_AUTO_TEST_CASE(the_sane_exchange_can_be_repeated_alone) {
    Ran ran = assay({"run", "--spdm-version", "1.2", "--case", "sane/first"});
    BOOST_TEST(ran.code == 0, ran.out << ran.err);
    BOOST_TEST(ran.out.find("2 results") != std::string::npos, ran.out);
}

BOOST_AUTO_TEST_CASE(a_profile_waives_what_it_expects_and_notices_what_passes) {
    TemporaryFile profile(
        R"({"waivers": [{"case": "ver/form", "reason": "a known defect", "expires": "9999-12-31"}]})");
    Ran ran =
        assay({"run", "--spdm-version", "1.0", "--case", "ver/form", "--profile", profile.path.string()});
    BOOST_TEST(ran.code == 1, "an unexpected pass is a failure");
    BOOST_TEST(ran.out.find("unexpected pass") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_expired_waiver_is_said_and_not_applied) {
    TemporaryFile profile(R"({"waivers": [{"case": "ver/*", "reason": "old", "expires": "2020-01-01"}]})");
    Ran ran =
        assay({"run", "--spdm-version", "1.0", "--case", "ver/form", "--profile", profile.path.string()});
    BOOST_TEST(ran.code == 0);
    BOOST_TEST(ran.out.contains("waiver          'ver/*' expired on 2020-01-01 and is not applied (old)\n"),
               ran.out);
}

BOOST_AUTO_TEST_CASE(the_catalogue_is_listed_with_its_requirements) {
    Ran ran = assay({"run", "--list", "--case", "chl/*"});
    BOOST_TEST(ran.code == 0);
    BOOST_TEST(ran.out.find("chl/fresh-nonce") != std::string::npos);
    BOOST_TEST(ran.out.find("SPDM-CHL-010") != std::string::npos);
    BOOST_TEST(ran.out.find("ver/form") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(connect_prints_what_the_reference_is) {
    Ran ran = assay({"connect", "--spdm-version", "1.2"});
    BOOST_TEST(ran.code == 0, ran.err);
    for (const char* wanted :
         {"negotiated 1.2", "authenticated: yes", "CERT_CAP", "slot 1:", "measurement 254", "signed"}) {
        BOOST_TEST(ran.out.find(wanted) != std::string::npos, wanted);
    }
    BOOST_TEST(ran.err.find("no --root given") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(decode_explains_a_message_as_text_and_as_json) {
    Ran text = assay({"decode", "11e100000000000000000000"});
    BOOST_TEST(text.code == 0);
    BOOST_TEST(text.out.find("GET_CAPABILITIES") != std::string::npos);
    Ran json = assay({"decode", "--json", "11e100000000000000000000"});
    auto messages = nlohmann::json::parse(json.out, nullptr, false);
    BOOST_REQUIRE(messages.is_array());
    BOOST_TEST(messages[0]["fields"]["CTExponent"] == 0);
    BOOST_TEST(assay({"decode", "11e1000000"}).code == 1, "a message that is cut short is a failure");
}

BOOST_AUTO_TEST_CASE(the_captures_of_another_implementation_decode_and_verify) {
    std::filesystem::path captures = std::filesystem::path("../shared/samples/captures");
    if (!std::filesystem::exists(captures)) {
        BOOST_TEST_MESSAGE("skipped: there is no " << captures);
        std::printf("skipped: the recorded exchanges of another implementation are not here (../shared)\n");
        return;
    }
    size_t good = 0;
    for (const auto& entry : std::filesystem::directory_iterator(captures)) {
        if (entry.path().extension() != ".pcap") continue;
        Ran ran = assay({"decode", entry.path().string()});
        BOOST_TEST(ran.code == 0, entry.path());
        for (size_t at = 0; (at = ran.out.find("signature: ", at)) != std::string::npos; ++at) {
            BOOST_TEST(ran.out.substr(at, 15) == "signature: good", entry.path());
            ++good;
        }
    }
    BOOST_TEST(good == 62U);
}

BOOST_AUTO_TEST_CASE(captures_with_other_headers_and_in_pieces_decode_alike) {
    std::filesystem::path folder = "../shared/samples/trials/13-decode";
    if (!std::filesystem::exists(folder)) {
        std::printf("skipped: the captures of ../shared/samples/trials/13-decode are not here\n");
        return;
    }
    for (const char* name : {"doe.pcap", "mctp.pcap", "mctp_frag.pcap", "mctp_nohdr.pcap"}) {
        Ran ran = assay({"decode", (folder / name).string()});
        BOOST_TEST(ran.code == 0, name << ": " << ran.out);
        BOOST_TEST(ran.out.contains("GET_VERSION (4 bytes"), name);
        BOOST_TEST(ran.out.contains("VERSION (8 bytes"), name);
        BOOST_TEST(!ran.out.contains("no message"), ran.out);
        Ran json = assay({"decode", "--json", (folder / name).string()});
        auto messages = nlohmann::json::parse(json.out, nullptr, false);
        BOOST_REQUIRE(messages.is_array());
        BOOST_TEST(messages.back()["message"] == "VERSION", name);
    }
    Ran doe = assay({"decode", (folder / "doe.pcap").string()});
    BOOST_TEST(doe.out.contains("#2 DOE discovery request (12 bytes): index 1, version 2"), doe.out);
    BOOST_TEST(
        doe.out.contains("#3 DOE discovery response (12 bytes): vendor 0001h, data object type 01h, next"),
        doe.out);
}

BOOST_AUTO_TEST_CASE(a_capture_whose_framing_is_broken_is_a_failure) {
    // The last packet of a message whose first one is not there.
    const Bytes capture = *from_hex(
        "d4c3b2a102000400000000000000000000000100230100000000000000000000"
        "0800000008000000010a085000013012");
    const TemporaryFile file(std::string(capture.begin(), capture.end()), "broken.pcap");
    Ran text = assay({"decode", file.name()});
    BOOST_TEST(text.code == 1);
    BOOST_TEST(text.out.contains("packet_start"), text.out);
    Ran json = assay({"decode", "--json", file.name()});
    BOOST_TEST(json.code == 1);
    BOOST_TEST(json.out.contains("packet_start"), json.out);
}

BOOST_AUTO_TEST_CASE(figures_of_two_parts_do_not_go_into_one_file) {
    BadInput{{"bench", "--json", "figures.json"}, 2, "--json is for one part, transfer or verifier"}.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
