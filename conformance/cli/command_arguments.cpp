// The options of each command but run, whose own are in run_arguments.cpp.
#include "conformance/cli/command_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "conformance/cli/roles.h"
#include "conformance/cli/shared_arguments.h"
#include "stack/base/ranges.h"
#include "stack/crypto/algorithms.h"

namespace assay::cli {

namespace {

constexpr const char* kVerifyFooter =
    "Exit codes: 0 trusted; 1 refused; 2 usage, a file that cannot be used or a responder that gave no "
    "answer;\n"
    "            3 malformed evidence; 4 internal";
constexpr const char* kProfileFooter =
    "Exit codes: 0 no failure; 2 usage, or a profile that cannot be used; 3 the target could not be "
    "reached;\n"
    "            4 internal";
constexpr const char* kDecodeFooter =
    "Exit codes: 0 no failure; 1 failures: what cannot be decoded, a bad signature, a capture that ends "
    "within a\n"
    "            packet; 2 usage, or a file that cannot be used; 4 internal";
constexpr const char* kLocalFooter = "Exit codes: 0 no failure; 1 failures; 2 usage; 4 internal";

std::vector<std::string> aead_names() {
    std::vector<std::string> names;
    for (auto algo :
         {crypto::AeadAlgo::aes_128_gcm, crypto::AeadAlgo::aes_256_gcm, crypto::AeadAlgo::chacha20_poly1305})
        names.emplace_back(crypto::name(algo));
    return names;
}

std::vector<std::string> dhe_names() {
    std::vector<std::string> names;
    for (auto group : {crypto::DheGroup::ffdhe2048, crypto::DheGroup::ffdhe3072, crypto::DheGroup::ffdhe4096,
                       crypto::DheGroup::secp256r1, crypto::DheGroup::secp384r1, crypto::DheGroup::secp521r1})
        names.emplace_back(crypto::name(group));
    return names;
}

void add_delay(CLI::App* app, ServeCommand& options) {
    app->add_option_function<std::string>(
           "--delay-answers",
           [&options](const std::string& range) {
               constexpr unsigned kMost = 60000;
               unsigned least = 0, most = 0;
               int read = 0;
               bool whole = std::sscanf(range.c_str(), "%u..%u%n", &least, &most, &read) == 2 &&
                            static_cast<size_t>(read) == range.size();
               if (!whole || least > most || most > kMost)
                   throw CLI::ValidationError("--delay-answers",
                                              fmt::format("'{}' is not MIN..MAX, two numbers "
                                                          "up to {}",
                                                          range, kMost));
               options.delay_min_ms = least;
               options.delay_max_ms = most;
           },
           "milliseconds between which each answer is held back for a random time, as a slow device does")
        ->type_name("MIN..MAX");
}

}  // namespace

CLI::App* add_serve(CLI::App& app, ServeCommand& options) {
    CLI::App* serve = app.add_subcommand("serve", "is the reference responder behind a socket");
    serve->add_option("--listen", options.listen,
                      "tcp://HOST:PORT or emu://HOST:PORT?binding=…; port 0 is a free one");
    CLI::Option* path =
        serve->add_flag("--path", options.path,
                        "serves the keys and channels of the built-in encrypted path on standard input and "
                        "output instead, in the frames of conformance/lab/exec_path.h");
    add_fault_options(serve, options.fault_options);
    add_versions(serve, options.versions);
    add_number(serve, "--seed", options.seed, 0, kMostSeed, "of nonces");
    serve->add_flag("--rsa", options.rsa, "RSA keys too");
    serve
        ->add_option("--requester-root", options.requester_roots,
                     "a root that requesters' chains may have, PEM or DER; may be given more than once")
        ->take_all();
    add_choice(serve, "--mut-auth", options.mut_auth, {"none", "plain", "encapsulated", "implicit"},
               "how requesters are authenticated in sessions; encapsulated with --requester-root, else none");
    serve->add_flag("--basic-mut-auth", options.basic_mut_auth,
                    "requesters are authenticated after CHALLENGE");
    add_psk(serve, options.psk);
    serve->add_option("--keylog", options.keylog, "a file for the sessions' secrets");
    add_number(serve, "--heartbeat", options.heartbeat, 0, 255,
               "seconds after which a session wants to be heard of; 0: never");
    add_delay(serve, options);
    serve->add_flag("--empty-for-silence", options.empty_for_silence,
                    "with emu://: sends a unit without a payload where there is no answer, for a peer that "
                    "waits for one to each request, as QEMU does");

    const std::string_view of_path[] = {"--path", "--waive", "--defect", "--help"};
    for (CLI::Option* other : serve->get_options()) {
        if (!contains(of_path, std::string_view(other->get_name()))) path->excludes(other);
    }
    return serve;
}

CLI::App* add_connect(CLI::App& app, ConnectCommand& options) {
    CLI::App* connect =
        app.add_subcommand("connect", "walks up to signed measurements and prints what it learned");
    add_target(connect, options);
    add_versions(connect, options.versions);
    connect->add_option("--root", options.roots, "a trusted root, PEM or DER; may be given more than once")
        ->take_all();
    add_number(connect, "--slot", options.slot, 0, 7, "the slot that signs");
    add_choice(connect, "--session", options.session, {"key-exchange", "psk"}, "also has a session, with");
    add_choice(connect, "--aead", options.aead, aead_names(), "its cipher; may be given more than once")
        ->take_all();
    add_choice(connect, "--dhe", options.dhe, dhe_names(), "its group; may be given more than once")
        ->take_all();
    connect->add_flag("--mac-only", options.mac_only, "authenticates and does not encrypt");
    connect->add_flag("--clear-handshake", options.clear_handshake, "offers the handshake in the clear");
    add_identity(connect, options.identity);
    add_psk(connect, options.psk);
    connect->add_option("--keylog", options.keylog, "a file for the session's secrets");
    return connect;
}

CLI::App* add_verify(CLI::App& app, VerifyCommand& options) {
    CLI::App* verify = app.add_subcommand(
        "verify", "judges evidence of GPUs, virtual TPM and SEV-SNP: a verdict with reasons");
    verify->footer(kVerifyFooter);
    verify->add_option(
        "bundle", options.bundle,
        "a folder of evidence with its list, evidence.json; or a file of NVIDIA's SDK or nvattest");
    verify->add_option("--report", options.report,
                       "instead: one GPU's GET_MEASUREMENTS and MEASUREMENTS, as bytes or in hexadecimal");
    verify->add_option("--certificates", options.certificates, "its certificates, leaf first, PEM or DER");
    verify->add_option("--vca", options.vca, "the messages that opened its connection, from 1.2 on");
    verify->add_option("--model", options.model, "what it is: GH100, GB100, LS10")->capture_default_str();
    verify->add_option("--spdm-version", options.spdm_version, "of its connection")->capture_default_str();
    verify->add_option("--rim", options.rims, "a reference manifest; may be given more than once")
        ->take_all();
    verify->add_option("--ocsp", options.ocsp, "an OCSP response, likewise")->take_all();
    verify->add_option("--context", options.context, "a file with nonce, time, roots and policy");
    verify->add_option("--nonce", options.nonce,
                       "that the evidence was asked for with, 64 hexadecimal digits");
    verify
        ->add_option("--expect", options.expected,
                     "PART=HEX: what gpu-0 (or gpu, for all), tpm or snp was made for, where it is not the "
                     "nonce: a nonce of 32 bytes, extraData, REPORT_DATA of 64")
        ->take_all();
    verify->add_option("--at", options.at, "the time to judge it for, 2026-11-24T00:00:00Z; now without it");
    verify->add_option("--policy", options.policy,
                       "a file; without one nothing is required, and nothing trusted");
    verify->add_option("--roots", options.roots, "KIND=FILE: pinned certificates for device, rim, tpm or amd")
        ->take_all();
    verify->add_option("--ocsp-url", options.ocsp_url,
                       "http://HOST[:PORT][/PATH]: a responder that is asked for each word on revocation "
                       "that the policy needs and no file has");
    add_number(verify, "--ocsp-timeout", options.ocsp_timeout_ms, 1, kMostMilliseconds,
               "milliseconds for each of its answers");
    verify->add_flag("--json", options.json, "steps and claims as JSON");
    return verify;
}

CLI::App& add_profile(CLI::App& app) {
    CLI::App* profile = app.add_subcommand("profile", "checks and begins profiles of devices");
    profile->require_subcommand(1);
    profile->footer(kProfileFooter);
    return *profile;
}

CLI::App* add_profile_check(CLI::App& profile, ProfileCheckCommand& options) {
    CLI::App* check = profile.add_subcommand("check", "says each fault of a profile, with line and column");
    check->footer(kProfileFooter);
    check->add_option("profile", options.profiles, "files, or names of built-in profiles")->required();
    add_choice(check, "--role", options.role, role_names(),
               "that they are for: its cases alone count, and what it cannot honour is a fault");
    return check;
}

CLI::App* add_profile_init(CLI::App& profile, ProfileInitCommand& options) {
    CLI::App* init = profile.add_subcommand(
        "init", "writes a profile to begin with, which says what the target claims and expects no failure");
    init->footer(kProfileFooter);
    add_target(init, options);
    init->add_option("--output", options.output, "a new file; standard output without it");
    return init;
}

CLI::App* add_decode(CLI::App& app, DecodeCommand& options) {
    CLI::App* decode = app.add_subcommand("decode", "explains the bytes of a message or of a capture");
    decode
        ->add_option(
            "input", options.input,
            "a pcap or pcapng file; a file of hexadecimal, as it is or as xxd and hexdump -C print it; - "
            "for either on standard input; or hexadecimal")
        ->required();
    decode->add_flag("--json", options.json, "as JSON");
    decode->add_flag("--lines", options.lines,
                     "each line of hexadecimal is a message, and all are one exchange; # begins a comment");
    const std::map<std::string, report::LinkType> links{{"mctp", report::LinkType::mctp},
                                                        {"doe", report::LinkType::pci_doe},
                                                        {"tcp", report::LinkType::tcp},
                                                        {"none", report::LinkType::none}};
    decode
        ->add_option_function<std::string>(
            "--link-type",
            [&options, links](const std::string& name) {
                const auto found = links.find(name);
                if (found == links.end())
                    throw CLI::ValidationError("--link-type",
                                               fmt::format("'{}' is none of mctp, doe, tcp, none", name));
                options.link = found->second;
            },
            "what the packets of a capture are, whatever it says, or each line: mctp, doe, tcp, none "
            "(messages)")
        ->type_name("NAME");
    decode
        ->add_option_function<std::string>(
            "--direction", [&options](const std::string& name) { options.requests = name == "request"; },
            "shows and judges only each request, or each response, and what cannot be told to be either")
        ->check(CLI::IsMember({"request", "response"}))
        ->type_name("NAME");
    decode->add_option("--secrets", options.secrets,
                       "the secrets of a capture's sessions, as --keylog writes them");
    add_number(decode, "--hash-size", options.hash_size, 0, 64,
               "bytes of the negotiated hash, for a single message");
    add_number(decode, "--signature-size", options.signature_size, 0, UINT16_MAX,
               "bytes of the negotiated signature, likewise");
    decode->footer(kDecodeFooter);
    return decode;
}

CLI::App* add_evidence(CLI::App& app, EvidenceCommand& options) {
    CLI::App* evidence = app.add_subcommand("evidence", "writes a bundle of evidence, genuine or wrong");
    evidence->add_option("--out", options.out, "a folder");
    evidence->add_option("--case", options.id, "which bundle; with --list a pattern")->capture_default_str();
    add_number(evidence, "--seed", options.seed, 0, kMostSeed, "of the machine that it is of");
    evidence->add_flag("--list", options.list, "lists the bundles and writes none");
    evidence->footer(kLocalFooter);
    return evidence;
}

CLI::App* add_fuzz(CLI::App& app, FuzzCommand& options) {
    constexpr unsigned kMostSearch = 31 * 86400;
    CLI::App* fuzz = app.add_subcommand(
        "fuzz", "searches a device for what no device may do, and for what the reference refuses");
    add_target(fuzz, options);
    add_revive(fuzz, options);
    add_number(fuzz, "--time", options.time_s, 0, kMostSearch, "seconds; 0: until Ctrl-C");
    add_number(fuzz, "--runs", options.runs, 0, kMostSeed,
               "programs to try; 0: as many as there is time for");
    add_number(fuzz, "--seed", options.seed, 0, kMostSeed, "of the search");
    fuzz->add_option("--out", options.out,
                     "a folder for corpus and findings; a search goes on from what it holds");
    fuzz->add_option("--input", options.input,
                     "runs one program, a file of OUT/findings or OUT/corpus, and shows it");
    fuzz->add_flag("!--no-compare", options.compare, "do not run each program on the reference too");
    add_fault_options(fuzz, options.fault_options);
    return fuzz;
}

CLI::App* add_bench(CLI::App& app, BenchCommand& options) {
    CLI::App* bench = app.add_subcommand("bench", "times the run of the reference against the OpenSSL in it");
    bench
        ->add_option("--part", options.parts,
                     "run, handshakes, records, messages, programs, transfer or verifier; all without it")
        ->check(CLI::IsMember(std::vector<std::string>(std::begin(kBenchParts), std::end(kBenchParts))));
    bench->add_option("--json", options.json, "a file for the figures of transfer or verifier");
    bench->add_option("--svg", options.svg, "a file for a picture of those of transfer");
    bench->add_option("--seeds", options.seeds, "where the fuzz targets' seeds are");
    constexpr unsigned kMostRuns = 1000;
    add_number(bench, "--runs", options.runs, 1, kMostRuns, "how often; medians are printed");
    bench->footer(kLocalFooter);
    return bench;
}

CLI::App* add_demo(CLI::App& app, DemoCommand& options) {
    CLI::App* demo =
        app.add_subcommand("demo", "tells the life of a confidential VM with its GPU, and of an attack");
    add_choice(demo, "--mode", options.mode, {"cc", "apm"}, "of the GPU");
    demo->footer(kLocalFooter);
    return demo;
}

}  // namespace assay::cli
