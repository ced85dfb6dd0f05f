// Targets that are silent, stall, flood, hang up or go away: named verdicts, in little time.
#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "conformance/cli/serving.h"
#include "conformance/cli/test_support.h"
#include "stack/crypto/provider.h"

namespace assay::cli {

namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using Clock = std::chrono::steady_clock;

// A peer that does one thing with whatever is sent to it, on every connection.
class Peer {
   public:
    using Act = std::function<void(tcp::socket&, const std::atomic<bool>& over)>;
    explicit Peer(Act act) : act_(std::move(act)), thread_([this] { run(); }) {}
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer() {
        over_ = true;
        thread_.join();
        for (std::thread& one : connections_) one.join();
    }
    std::string uri() const { return "emu://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

   private:
    void run() {
        acceptor_.non_blocking(true);
        while (!over_) {
            boost::system::error_code error;
            auto socket = std::make_shared<tcp::socket>(context_);
            acceptor_.accept(*socket, error);
            if (error) {
                std::this_thread::sleep_for(5ms);
                continue;
            }
            connections_.emplace_back([this, socket] { act_(*socket, over_); });
        }
    }

    Act act_;
    boost::asio::io_context context_;
    tcp::acceptor acceptor_{context_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    std::atomic<bool> over_ = false;
    std::vector<std::thread> connections_;
    std::thread thread_;
};

// Reads what comes until the peer goes; false then.
bool read_some(tcp::socket& socket, const std::atomic<bool>& over) {
    std::array<char, 4096> piece{};
    socket.non_blocking(true);
    while (!over) {
        boost::system::error_code error;
        socket.read_some(boost::asio::buffer(piece), error);
        if (!error) return true;
        if (error != boost::asio::error::would_block) return false;
        std::this_thread::sleep_for(1ms);
    }
    return false;
}

const Bytes kVersionUnit = transport::emu_unit(transport::Binding::mctp, 1,
                                               *from_hex("0510040000000100"
                                                         "12"));

void send(tcp::socket& socket, ByteView bytes) {
    boost::system::error_code ignored;
    socket.non_blocking(false, ignored);
    boost::asio::write(socket, boost::asio::buffer(bytes.data(), bytes.size()), ignored);
}

Ran run_within(std::chrono::seconds budget, const std::string& target) {
    const auto begun = Clock::now();
    Ran ran = assay({"run", "--target", target, "--answer-timeout", "300", "--reconnect", "0"});
    BOOST_TEST((Clock::now() - begun < budget), ran.out);
    return ran;
}

// `assay serve` on one port, which can be switched off and on.
class Rebooting {
   public:
    Rebooting() { up(); }
    ~Rebooting() {
        if (waking_.joinable()) waking_.join();
        down();
    }
    Rebooting(const Rebooting&) = delete;
    Rebooting& operator=(const Rebooting&) = delete;
    std::string uri() const { return transport::to_text(target_); }

   private:
    void up() {
        server_ = *transport::Server::listen(target_, [this] { return dying(); });
        target_ = server_->target();
        thread_ = std::thread([server = server_.get()] { server->run(); });
    }
    void down() {
        server_->stop();
        thread_.join();
        server_.reset();
    }
    // The reference, which goes away with the first CHALLENGE for a slot that is empty.
    transport::Service dying() {
        transport::Service inner =
            service(std::make_shared<lab::ReferenceDut>(device_, crypto::openssl_provider(), options_));
        inner.answer = [this, answer = inner.answer](transport::Payload payload,
                                                     ByteView message) -> std::optional<transport::Message> {
            const bool fatal = message.size() > 2 && message[1] == 0x83 && message[2] > 1;
            if (fatal && !rebooted_.exchange(true)) {
                waking_ = std::thread([this] {
                    down();
                    std::this_thread::sleep_for(1500ms);
                    up();
                });
                return std::nullopt;
            }
            return answer(payload, message);
        };
        return inner;
    }

    transport::Target target_{transport::Scheme::tcp, "127.0.0.1", 0, transport::Binding::tcp};
    lab::ReferenceOptions options_ = *reference_options({}, transport::Binding::tcp);
    std::shared_ptr<const spdm::Device> device_ = lab::make_reference_device(options_);
    std::atomic<bool> rebooted_ = false;
    std::unique_ptr<transport::Server> server_;
    std::thread thread_, waking_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(misbehaving_targets)

BOOST_AUTO_TEST_CASE(a_target_that_says_nothing) {
    const Peer silent([](tcp::socket& socket, const std::atomic<bool>& over) {
        while (read_some(socket, over)) {
        }
    });
    const Ran ran = run_within(10s, silent.uri());
    BOOST_TEST(ran.code == 3);
    BOOST_TEST(ran.out.contains("GET_VERSION was answered with silence"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_target_that_stalls_within_a_unit) {
    const Peer stalling([](tcp::socket& socket, const std::atomic<bool>& over) {
        while (read_some(socket, over)) send(socket, ByteView(kVersionUnit).first(14));
    });
    const Ran ran = run_within(10s, stalling.uri());
    BOOST_TEST(ran.code != 0);
    BOOST_TEST(ran.out.contains("sane/first"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_target_that_never_ceases_to_send) {
    const Peer flooding([](tcp::socket& socket, const std::atomic<bool>& over) {
        boost::system::error_code error;
        if (!read_some(socket, over)) return;
        socket.non_blocking(true);
        while (!over && (!error || error == boost::asio::error::would_block))
            socket.write_some(boost::asio::buffer(kVersionUnit), error);
    });
    const Ran ran = run_within(30s, flooding.uri());
    BOOST_TEST(ran.code != 0);
    BOOST_TEST(ran.out.contains("sane/first"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_target_that_hangs_up_at_each_message) {
    const Peer closing([](tcp::socket& socket, const std::atomic<bool>& over) {
        read_some(socket, over);
        boost::system::error_code ignored;
        socket.close(ignored);
    });
    const Ran ran = run_within(10s, closing.uri());
    BOOST_TEST(ran.code == 3);
    BOOST_TEST(ran.out.contains("sane/first"), ran.out);
}

BOOST_AUTO_TEST_CASE(a_target_that_reboots_is_waited_for_and_the_rest_is_run) {
    const Rebooting device;
    const TemporaryFile report("", "reboot");
    std::filesystem::remove(report.path);
    const Ran ran = assay({"run", "--target", device.uri(), "--spdm-version", "1.2", "--case", "c*/*",
                           "--answer-timeout", "500", "--connect-timeout", "100", "--report", report.name()});
    BOOST_TEST(ran.code == 1, ran.out);
    BOOST_TEST(ran.out.contains("dead            1.2"), ran.out);
    BOOST_TEST(ran.out.contains("The target went away at SPDM 1.2 in chl/"), ran.out);
    std::ifstream file(report.path / "report.json");
    const auto json = nlohmann::json::parse(file);
    BOOST_TEST(json["counts"]["dead"] == 1);
    BOOST_TEST(json["counts"]["fail"] == 0);
    BOOST_TEST(json["counts"]["blocked"] == 0);
    BOOST_TEST(json["unreachable"] == false);
}

BOOST_AUTO_TEST_CASE(a_driver_that_hangs_fails_and_one_that_floods_too) {
    // GET_VERSION in the emulator's framing over MCTP; and no more, or without end.
    const std::string unit = R"(\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x05\x05\x10\x84\x00\x00)";
    const std::string connect = "exec 3<>/dev/tcp/127.0.0.1/{port}; ";
    for (const auto& [does, says] :
         {std::pair{"printf '" + unit + "' >&3; sleep 100", "no end in time"},
          {"while printf '" + unit + "' >&3; do :; done", "requests without end"}}) {
        const Ran ran =
            assay({"run", "--role", "requester", "--spdm-version", "1.2", "--case", "req/ends",
                   "--dut-timeout", "1000", "--dut-command", "exec bash -c \"" + connect + does + "\""});
        BOOST_TEST(ran.code == 1, ran.out << ran.err);
        BOOST_TEST(ran.out.contains("dead            1.2  req/ends"), ran.out);
        BOOST_TEST(ran.out.contains(says), ran.out);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
