// Quotes of a TPM in software, made with tpm2-tools as a guest would make them.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <thread>

#include "stack/attest/binding.h"
#include "stack/attest/event_replay.h"
#include "stack/attest/platform_test_support.h"
#include "stack/attest/tpm.h"

namespace assay::attest {

namespace {

namespace fs = std::filesystem;
using crypto::HashAlgo;
using crypto::SignAlgo;

bool on_path(const std::string& program) {
    std::istringstream folders(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (fs::exists(fs::path(folder) / program)) return true;
    }
    return false;
}

bool tools_absent() {
    for (const char* program : {"swtpm", "tpm2_createek", "tpm2_createak", "tpm2_quote", "tpm2_pcrextend"}) {
        if (on_path(program)) continue;
        BOOST_TEST_MESSAGE("SKIPPED: " << program << " is not installed");
        return true;
    }
    return false;
}

// Two neighbouring ports that nobody listens on, as tpm2-tss wants a TPM's data and control.
uint16_t free_ports() {
    for (int attempt = 0; attempt < 50; ++attempt) {
        const int one = socket(AF_INET, SOCK_STREAM, 0), two = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        bool good = bind(one, generic, size) == 0 && getsockname(one, generic, &size) == 0;
        const uint16_t port = ntohs(address.sin_port);
        address.sin_port = htons(static_cast<uint16_t>(port + 1));
        good = good && port < 65535 && bind(two, generic, size) == 0;
        close(one);
        close(two);
        if (good) return port;
    }
    return 0;
}

// A TPM in a folder of its own, gone with this object.
class SoftwareTpm {
   public:
    SoftwareTpm() : folder_(fs::temp_directory_path() / fmt::format("assay-swtpm-{}", getpid())) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        for (int attempt = 0; attempt < 5 && process_ == 0; ++attempt) start();
        BOOST_REQUIRE_MESSAGE(process_ != 0, "swtpm does not start: " << said());
    }
    ~SoftwareTpm() {
        stop();
        fs::remove_all(folder_);
    }
    SoftwareTpm(const SoftwareTpm&) = delete;
    SoftwareTpm& operator=(const SoftwareTpm&) = delete;

    // Runs one of tpm2-tools in the folder.
    bool run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin() + 1, {"-T", fmt::format("swtpm:host=127.0.0.1,port={}", port_)});
        int status = 1;
        const pid_t child = spawn(arguments, "tools.log");
        return child > 0 && waitpid(child, &status, 0) == child && status == 0;
    }
    void must(const std::vector<std::string>& arguments) const {
        BOOST_REQUIRE_MESSAGE(run(arguments), arguments.front() << ": " << said());
    }
    Bytes file(const std::string& name) const { return file_bytes(folder_ / name); }

   private:
    pid_t spawn(std::vector<std::string> arguments, const std::string& log) const {
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        const std::string path = (folder_ / log).string();
        posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                         0600);
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
        std::vector<char*> raw;
        for (std::string& argument : arguments) raw.push_back(argument.data());
        raw.push_back(nullptr);
        pid_t child = 0;
        const int failed = posix_spawnp(&child, raw[0], &actions, nullptr, raw.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        return failed == 0 ? child : 0;
    }
    void start() {
        port_ = free_ports();
        process_ = spawn({"swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + folder_.string(), "--server",
                          fmt::format("type=tcp,port={},bindaddr=127.0.0.1", port_), "--ctrl",
                          fmt::format("type=tcp,port={},bindaddr=127.0.0.1", port_ + 1), "--flags",
                          "not-need-init,startup-clear"},
                         "swtpm.log");
        for (int attempt = 0; attempt < 100 && process_ > 0; ++attempt) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            if (waitpid(process_, nullptr, WNOHANG) == process_) process_ = 0;
            if (process_ > 0 && run({"tpm2_pcrread", "sha256:0"})) return;
        }
        stop();
    }
    void stop() {
        if (process_ <= 0) return;
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
        process_ = 0;
    }
    std::string said() const {
        std::string all;
        for (const char* log : {"swtpm.log", "tools.log"}) {
            const Bytes bytes = file(log);
            all.append(bytes.begin(), bytes.end());
        }
        return all;
    }

    fs::path folder_;
    uint16_t port_ = 0;
    pid_t process_ = 0;
};

const crypto::TestPki& authority() {
    static const crypto::TestPki kMade =
        crypto::make_test_pki(SignAlgo::ecdsa_p384, SignAlgo::ecdsa_p384, HashAlgo::sha384, "swtpm").value();
    return kMade;
}

// An attestation key of the TPM, under a certificate of ours.
struct Scheme {
    std::string kind, scheme, hash;
};
Bytes make_key(const SoftwareTpm& tpm, const Scheme& scheme) {
    tpm.must({"tpm2_createek", "-c", "ek.ctx", "-G", "rsa", "-u", "ek.pub"});
    tpm.must({"tpm2_flushcontext", "-t"});
    tpm.must({"tpm2_createak", "-C", "ek.ctx", "-c", "ak.ctx", "-G", scheme.kind, "-g", scheme.hash, "-s",
              scheme.scheme, "-u", "ak.der", "-f", "der", "-n", "ak.name"});
    tpm.must({"tpm2_flushcontext", "-t"});
    const auto key = crypto::PublicKey::from_spki(tpm.file("ak.der"));
    BOOST_REQUIRE(key);
    crypto::CertificateSpec spec;
    spec.subject = "an attestation key";
    spec.issuer = "swtpm intermediate";
    spec.not_before = kNow - std::chrono::days(1);
    spec.not_after = kNow + std::chrono::days(1);
    spec.eku = {"2.23.133.8.3"};
    const auto leaf = crypto::make_certificate(spec, *key, authority().intermediate_key, HashAlgo::sha384);
    return concat({leaf.value().der(), authority().intermediate.der()});
}

// Measures all events as a firmware does, in the bank of SHA-256.
void measure(const SoftwareTpm& tpm, ByteView log) {
    std::vector<std::string> arguments = {"tpm2_pcrextend"};
    const EventLog parsed = parse_event_log(log).value();
    for (const LogEvent& found : parsed.events) {
        arguments.push_back(fmt::format("{}:sha256={}", found.index, to_hex(found.digests.at(Bank::sha256))));
    }
    tpm.must(arguments);
}

TpmEvidence quoted(const SoftwareTpm& tpm, const Scheme& scheme, Bytes certificates, Bytes log) {
    tpm.must({"tpm2_quote", "-c", "ak.ctx", "-l", "sha256:0,1,2,3,4,5,6,7,8,9,17", "-q",
              to_hex(quote_data(test_nonce())), "-g", scheme.hash, "--scheme", scheme.scheme, "-m",
              "quote.bin", "-s", "quote.sig"});
    return {.quote = {"quote.bin", tpm.file("quote.bin")},
            .signature = {"quote.sig", tpm.file("quote.sig")},
            .certificates = {"ak.der", std::move(certificates)},
            .event_log = {"log.bin", std::move(log)}};
}

Appraisal appraised(const TpmEvidence& tpm, const wire::Nonce& nonce = test_nonce()) {
    Context context;
    context.nonce = nonce;
    context.time = kNow;
    context.roots.tpm = {authority().root};
    context.policy.tpm = TpmPolicy{};
    context.policy.tpm->registers = {0, 1, 2, 3, 4, 5, 6, 7};
    Evidence evidence;
    evidence.tpm = tpm;
    Appraisal appraisal;
    appraise_tpm(appraisal, tpm, evidence, context);
    return appraisal;
}

void must_be_refused_by(const TpmEvidence& tpm, const std::string& check) {
    BOOST_TEST(refused_by(appraised(tpm)) == std::vector<std::string>{check},
               boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(swtpm)

BOOST_AUTO_TEST_CASE(a_real_quote_is_trusted_whatever_it_is_signed_with) {
    if (tools_absent()) return;
    const SoftwareTpm tpm;
    const Bytes log = make(genuine_log());
    measure(tpm, log);
    for (const Scheme& scheme : {Scheme{"ecc", "ecdsa", "sha256"}, Scheme{"rsa", "rsassa", "sha256"},
                                 Scheme{"rsa", "rsapss", "sha256"}, Scheme{"rsa", "rsassa", "sha384"}}) {
        BOOST_TEST_CONTEXT(scheme.scheme << " with " << scheme.hash) {
            const Appraisal appraisal = appraised(quoted(tpm, scheme, make_key(tpm, scheme), log));
            BOOST_TEST((appraisal.verdict() == Verdict::trusted), appraisal.text());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_real_quote_is_refused_once_anything_about_it_changes) {
    if (tools_absent()) return;
    const SoftwareTpm tpm;
    evidence::EventLogForm form = genuine_log();
    const Bytes log = make(form);
    measure(tpm, log);
    const Scheme scheme{"ecc", "ecdsa", "sha256"};
    const Bytes certificates = make_key(tpm, scheme);
    const TpmEvidence genuine = quoted(tpm, scheme, certificates, log);
    BOOST_TEST((appraised(genuine).verdict() == Verdict::trusted));

    wire::Nonce later{};
    BOOST_TEST(refused_by(appraised(genuine, later)) == std::vector<std::string>{"quote_nonce"},
               boost::test_tools::per_element());

    TpmEvidence changed = genuine;
    changed.signature.bytes.back() ^= 1;
    must_be_refused_by(changed, "quote_signature");

    changed = genuine;
    std::ranges::find(form.events, event_type::boot_services_application, &evidence::EventForm::type)
        ->digest_of = Bytes{1};
    changed.event_log.bytes = make(form);
    must_be_refused_by(changed, "log_replay");

    tpm.must({"tpm2_pcrextend", "4:sha256=" + std::string(64, '7')});
    must_be_refused_by(quoted(tpm, scheme, certificates, log), "log_replay");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
