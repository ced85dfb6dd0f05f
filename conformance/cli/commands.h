// The commands of `assay`, each with its options already read.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "conformance/engine/selection.h"
#include "conformance/report/pcap.h"
#include "stack/base/result.h"
#include "stack/wire/version.h"

namespace assay::cli {

// Exit codes of every command.
namespace status {
// `usage` is also for what cannot be written: a report, or standard output.
inline constexpr int ok = 0, failures = 1, usage = 2, unreachable = 3, internal = 4;
}  // namespace status

// Where a command prints.
struct Streams {
    std::ostream& out;
    std::ostream& err;
    bool terminal = false;              // `err` is one: a progress bar is drawn there
    std::string help = "assay --help";  // the command that explains the one that runs
};

// One line on `err`, beginning with "assay: ".
int complain(Streams& streams, int exit_code, const std::string& line);
// The same of a use that the command's help explains, which is named. Gives status::usage.
int misuse(Streams& streams, const std::string& line);
// Either of both: misuse if the error's field is an option.
int complain(Streams& streams, int exit_code, const Error& error);
// The exit code that fits an error: usage for what the user gave, unreachable for the target, else internal.
int exit_code_of(const Error& error);

// What the commands that talk to a target share.
struct TargetOptions {
    std::string target = "reference";
    unsigned connect_timeout_ms = 2000;
    unsigned round_trip_ms = 400;
    unsigned answer_timeout_ms = 10000;
};

// Checks that the reference does not make, and defects that it has, by name.
struct FaultOptions {
    std::vector<std::string> waive;
    std::vector<std::string> defects;
};

// A pre-shared key and its hint, in hexadecimal; without them the reference's own.
struct PskOptions {
    std::optional<std::string> key;
    std::optional<std::string> hint;
};

// Who a requester is: PEM files, both or neither.
struct IdentityOptions {
    std::string chain;
    std::string key;
};

// For a target that went away.
struct ReviveOptions {
    unsigned reconnect_s = 30;  // for it to come back
    std::string reset_command;  // that makes it
};

struct RunCommand : TargetOptions, ReviveOptions {
    std::vector<wire::Version> versions;  // empty: all
    engine::Selection selection;          // what `only` has is not read yet
    std::string profile;                  // a file
    std::string report;                   // a folder
    bool resume = false;                  // the run that was interrupted there
    uint64_t seed = 1;
    unsigned jobs = 0;  // connections at once; 0: as many as do no harm
    bool strict = false;
    bool allow_writes = false;
    bool rsa = false;
    std::string role = "responder";  // of roles()
    FaultOptions fault_options;      // of the reference
    PskOptions psk;                  // of both sides
    IdentityOptions identity;
    std::string
        dut_command;  // of a verifier ({bundle}) or requester ({port}): a line of shell; empty: our own
    unsigned dut_timeout_ms = 30000;           // for it to answer, or to end
    std::string listen;                        // where a requester connects
    IdentityOptions responder;                 // that a requester meets
    std::vector<std::string> requester_roots;  // PEM or DER files
    // Instead of a run.
    bool list = false;
    bool kill_matrix = false;
    bool traceability = false;
    bool json = false;               // on standard output, of a run or of the list
    bool quiet = false;              // no progress, and of the summary only what failed and the last line
    std::vector<std::string> given;  // the names of the options on the command line
    std::vector<std::string> words;  // the command line, without what says where the report goes
};
// Does what is asked of the role; an option that it cannot honour is a usage error.
int run(const RunCommand& command, Streams& streams);

struct ServeCommand {
    std::string listen{};
    bool path = false;  // the encrypted path, on standard input and output
    FaultOptions fault_options{};
    std::vector<wire::Version> versions{};
    uint64_t seed = 1;
    bool rsa = false;
    std::string mut_auth{};                      // empty: encapsulated with roots, none without
    std::vector<std::string> requester_roots{};  // PEM or DER files
    bool basic_mut_auth = false;
    PskOptions psk{};
    std::string keylog{};     // a file
    unsigned heartbeat = 10;  // seconds, at most 255
    // Milliseconds between which each answer is held back for a random time.
    unsigned delay_min_ms = 0, delay_max_ms = 0;
    bool empty_for_silence = false;  // with emu://: a unit without a payload where there is no answer
};
// Serves until SIGINT or SIGTERM.
int serve(const ServeCommand& command, Streams& streams);

struct ConnectCommand : TargetOptions {
    std::vector<wire::Version> versions;
    std::vector<std::string> roots;  // PEM or DER files
    uint8_t slot = 0;
    std::string session;                 // "key-exchange", "psk"; empty: none
    std::vector<std::string> aead, dhe;  // empty: all
    bool clear_handshake = false;
    bool mac_only = false;
    IdentityOptions identity;
    PskOptions psk;
    std::string keylog;  // a file
};
int connect(const ConnectCommand& command, Streams& streams);

struct FuzzCommand : TargetOptions, ReviveOptions {
    uint64_t seed = 1;
    uint64_t runs = 0;           // programs; 0: as many as the time allows
    unsigned time_s = 0;         // 0: until Ctrl-C
    bool compare = true;         // with the reference
    std::string out;             // a folder for the corpus and the findings
    std::string input;           // one program instead of a search: a file
    FaultOptions fault_options;  // of the reference
};
// Searches a device for what no device may do, and for what the reference refuses.
int fuzz(const FuzzCommand& command, Streams& streams);

struct ProfileCheckCommand {
    std::vector<std::string> profiles;  // files, or the names of built-in ones
    std::string role;                   // that they are for; empty: any
};
// Prints every fault, and what each profile comes to. Gives usage for one that cannot be used.
int profile_check(const ProfileCheckCommand& command, Streams& streams);

struct ProfileInitCommand : TargetOptions {
    std::string output;  // a file that is not there yet; empty: standard output
};
// Writes a profile that expects nothing yet, with what the target claims in its comment.
int profile_init(const ProfileInitCommand& command, Streams& streams);

struct DecodeCommand {
    std::string input;    // a file's path, "-" for standard input, or hexadecimal
    std::string secrets;  // a keylog file
    bool json = false;
    bool lines = false;                      // each line of hexadecimal is a message of one exchange
    std::optional<report::LinkType> link{};  // in place of what a capture says; of what is no capture, too
    std::optional<bool> requests{};          // only these, or only responses
    uint16_t hash_size = 48;
    uint16_t signature_size = 96;
};
int decode(const DecodeCommand& command, Streams& streams);

struct EvidenceCommand {
    std::string out;                       // a folder
    std::string id = "genuine/composite";  // of a bundle
    uint64_t seed = 1;
    bool list = false;
};
// Writes a bundle of evidence.
int evidence(const EvidenceCommand& command, Streams& streams);

struct VerifyCommand {
    std::string bundle;  // a folder with evidence.json; empty: loose files
    // One GPU's loose files.
    std::string report, certificates, vca;
    std::string model = "GH100";
    std::string spdm_version = "1.1";
    std::vector<std::string> rims, ocsp;  // files, beside those of the bundle
    // The verifier's own side; what is given here goes before what the context says.
    std::string context;                // a file, as vectors/schemas/context.schema.json has it
    std::string nonce;                  // hexadecimal
    std::vector<std::string> expected;  // PART=HEX
    std::string at;                     // 2026-11-24T00:00:00Z; empty: now
    std::string policy;                 // a file
    std::vector<std::string> roots;     // KIND=FILE
    std::string ocsp_url;               // a responder; empty: nobody is asked
    unsigned ocsp_timeout_ms = 5000;    // for each of its answers
    bool json = false;
};
// Exit codes besides internal and usage, which is also for a file or a responder that cannot be read: ok,
// trusted; failures, not trusted; malformed.
namespace status {
inline constexpr int malformed = 3;
}
int verify(const VerifyCommand& command, Streams& streams);

struct DemoCommand {
    std::string mode = "cc";  // or "apm"
};
// The life of a confidential VM with its GPU, told on one screen: boot, exchange, attestation, copy, launch,
// an attack on the bus (which fails in cc and succeeds in apm), shutdown.
int demo(const DemoCommand& command, Streams& streams);

struct BenchCommand {
    unsigned runs = 5;
    std::vector<std::string> parts{};  // of kBenchParts; empty: all
    std::string seeds = "corpora/seeds";
    std::string json{};  // a file for the figures of "transfer" or "verifier"
    std::string svg{};   // and for a picture of the former
};
inline constexpr std::string_view kBenchParts[] = {"run",      "handshakes", "records", "messages",
                                                   "programs", "transfer",   "verifier"};
// The conformance run of the reference, handshakes and records, beside the OpenSSL operations in them;
// messages and the fuzzers' programs over the fast provider, beside OpenSSL; copies beside AES-GCM; the
// verifier beside the signatures in its evidence. All of it timed in the same run.
int bench(const BenchCommand& command, Streams& streams);

// Reads the arguments and runs the command.
int main(int argc, const char* const* argv, Streams& streams);

}  // namespace assay::cli
