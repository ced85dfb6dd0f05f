// assay verify --ocsp-url against the responder of OpenSSL's command line.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <csignal>
#include <thread>

#include "conformance/cli/test_support.h"
#include "conformance/lab/command.h"
#include "stack/evidence/machine.h"
#include "stack/evidence/shapes.h"

namespace assay::cli {

namespace {

namespace fs = std::filesystem;

bool openssl_absent() {
    if (lab::run_command("openssl version", std::chrono::seconds(20)).exited_with(0)) return false;
    BOOST_TEST_MESSAGE("SKIPPED: the openssl command is not installed");
    return true;
}

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// A process that is gone with this object; what it says goes into a file.
class Process {
   public:
    Process(std::vector<std::string> arguments, const fs::path& said) {
        std::vector<char*> argv;
        for (std::string& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, said.c_str(), O_WRONLY | O_CREAT, 0600);
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
        if (posix_spawnp(&id_, argv[0], &actions, nullptr, argv.data(), environ) != 0) id_ = 0;
        posix_spawn_file_actions_destroy(&actions);
    }
    ~Process() {
        if (id_ <= 0) return;
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

   private:
    pid_t id_ = 0;
};

// A genuine machine of today, but for the word on its provisioner, which its identity authority's responder
// has: its certificate is good, revoked, or none that the responder knows.
class Scene {
   public:
    explicit Scene(std::string_view standing) {
        make_key();
        evidence::Machine machine = evidence::genuine("hopper").value();
        machine.time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        for (evidence::RimForm& rim : machine.rims) {
            for (evidence::CertificateForm& one : rim.signature.certificates)
                one.not_after = evidence::never();
        }
        machine.roots["rim"] = {machine.rims.front().signature.certificates.back()};
        machine.edit_ocsp = [](std::vector<evidence::OcspForm>& all) { all.erase(all.begin() + 1); };
        const evidence::CertificateForm provisioner = machine.certificate(2),
                                        authority = machine.certificate(3);
        const auto files = evidence::make(machine).value();
        for (const auto& [path, bytes] : files) write("bundle/" + path, bytes);
        evidence::CertificateForm delegate = evidence::delegate_of(authority);
        delegate.public_key = to_bytes(key_.public_key().spki());
        delegate.key_identifiers = false;
        write("delegate.pem", evidence::to_pem({delegate}));
        write("authority.pem", evidence::to_pem({authority}));
        // The index is in upper case, and a serial number is looked up as it is written there.
        std::string serial = to_hex(provisioner.serial);
        std::ranges::transform(serial, serial.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        // Status, end of validity, time and reason of a revocation, serial number, file, subject.
        const std::string_view revoked = standing == "revoked" ? "260101000000Z,keyCompromise" : "";
        const std::string line = fmt::format("{}\t991231235959Z\t{}\t{}\tunknown\t/CN=p\n",
                                             revoked.empty() ? 'V' : 'R', revoked, serial);
        write("index", standing == "unknown" ? ByteView() : as_bytes(line));
    }

    // Starts the responder, and returns its URL when it listens.
    std::string serve() {
        responder_.emplace(
            std::vector<std::string>{"openssl", "ocsp", "-port", "0", "-index", path("index"), "-CA",
                                     path("authority.pem"), "-rsigner", path("delegate.pem"), "-rkey",
                                     path("key.pem"), "-nmin", "60"},
            path("said"));
        constexpr std::string_view kListens = "ACCEPT ";
        for (int attempt = 0; attempt < 500; ++attempt) {
            const std::string said = content_of(path("said"));
            // "ACCEPT [::]:41807 PID=14255"
            const size_t at = said.find(kListens), end = said.find(" PID", at);
            if (at != std::string::npos && end != std::string::npos) {
                const size_t colon = said.rfind(':', end);
                return fmt::format("http://127.0.0.1:{}/", said.substr(colon + 1, end - colon - 1));
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        BOOST_FAIL("openssl ocsp does not listen: " << content_of(path("said")));
        return {};
    }

    Ran verify(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> arguments = {"verify", path("bundle"), "--context",
                                              path("bundle/context.json")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return assay(arguments);
    }

   private:
    void make_key() {
        const std::string make = fmt::format(
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out '{}'", path("key.pem"));
        const auto made = lab::run_command(make, std::chrono::seconds(60));
        BOOST_REQUIRE_MESSAGE(made.exited_with(0), made.output);
        key_ = crypto::PrivateKey::from_pem(content_of(path("key.pem"))).value();
    }
    void write(const std::string& name, ByteView bytes) const {
        const auto written = lab::write_folder(folder_.path(), {{name, to_bytes(bytes)}});
        BOOST_REQUIRE(written.has_value());
    }
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

    lab::TemporaryFolder folder_;
    crypto::PrivateKey key_;
    std::optional<Process> responder_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ocsp_responder)

BOOST_AUTO_TEST_CASE(a_word_that_no_file_has_is_asked_for_and_believed) {
    if (openssl_absent()) return;
    Scene scene("good");
    const Ran alone = scene.verify();
    BOOST_TEST(alone.code == 1, alone.out << alone.err);
    BOOST_TEST(alone.out.contains("ocsp_present"), alone.out);
    const Ran asked = scene.verify({"--ocsp-url", scene.serve()});
    BOOST_TEST(asked.code == 0, asked.out << asked.err);
    BOOST_TEST(asked.out.starts_with("trusted\n"), asked.out);
}

BOOST_AUTO_TEST_CASE(a_certificate_that_the_responder_calls_revoked_is_refused) {
    if (openssl_absent()) return;
    Scene scene("revoked");
    const Ran ran = scene.verify({"--ocsp-url", scene.serve()});
    BOOST_TEST(ran.code == 1, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("ocsp_revoked"), ran.out);
    BOOST_TEST(!ran.out.contains("ocsp_present: "), ran.out);
}

BOOST_AUTO_TEST_CASE(a_certificate_that_the_responder_does_not_know_is_refused) {
    if (openssl_absent()) return;
    Scene scene("unknown");
    const Ran ran = scene.verify({"--ocsp-url", scene.serve()});
    BOOST_TEST(ran.code == 1, ran.out << ran.err);
    BOOST_TEST(ran.out.contains("ocsp_unknown"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_responder_that_is_not_there_is_one_line_and_no_verdict) {
    if (openssl_absent()) return;
    const Scene scene("good");
    // Nobody listens on port 1.
    const Ran ran = scene.verify({"--ocsp-url", "http://127.0.0.1:1/"});
    BOOST_TEST(ran.code == 2, ran.out << ran.err);
    BOOST_TEST(ran.out.empty(), ran.out);
    BOOST_TEST(lines(ran.err) == 1U, ran.err);
    BOOST_TEST(ran.err.contains("the OCSP responder http://127.0.0.1:1/ cannot be reached"), ran.err);
    BOOST_TEST(ran.err.contains("(asked about "), ran.err);
    const Ran url = scene.verify({"--ocsp-url", "https://127.0.0.1/"});
    BOOST_TEST(url.code == 2);
    BOOST_TEST(url.err == "assay: 'https://127.0.0.1/' does not begin with http://\n", url.err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
