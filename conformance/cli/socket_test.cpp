// The same verdicts behind a socket as in the process.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "conformance/cli/serving.h"
#include "conformance/engine/runner.h"
#include "conformance/lab/link_dut.h"
#include "conformance/suites/cases.h"
#include "stack/crypto/provider.h"
#include "stack/wire/messages/session.h"

namespace assay::cli {

namespace {

using transport::Binding;
using transport::Scheme;
using transport::Target;

// `assay serve`, listening on a free port.
class Serving {
   public:
    explicit Serving(Target target, ServeCommand command = {}) {
        options_ = *reference_options(command, target.binding);
        device_ = lab::make_reference_device(options_);
        server_ = *transport::Server::listen(
            target,
            [this, command] {
                return delayed(service(std::make_shared<lab::ReferenceDut>(
                                   device_, crypto::openssl_provider(), options_)),
                               std::chrono::milliseconds(command.delay_min_ms),
                               std::chrono::milliseconds(command.delay_max_ms), command.seed);
            },
            {}, {.framing = options_.framing});
        thread_ = std::thread([this] { server_->run(); });
    }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    ~Serving() {
        server_->stop();
        thread_.join();
    }
    std::unique_ptr<lab::LinkDut> connected() const {
        return *lab::LinkDut::open(server_->target(), {.round_trip = std::chrono::milliseconds(100)});
    }
    const lab::ReferenceOptions& options() const { return options_; }

   private:
    lab::ReferenceOptions options_;
    std::shared_ptr<const spdm::Device> device_;
    std::unique_ptr<transport::Server> server_;
    std::thread thread_;
};

Target emulator(Binding binding) { return {Scheme::emu, "127.0.0.1", 0, binding}; }
Target plain_tcp() { return {Scheme::tcp, "127.0.0.1", 0, Binding::tcp}; }

engine::RunReport run(lab::Dut& dut, const std::string& filter) {
    engine::RunOptions options;
    options.versions = {wire::Version::v1_3};
    options.filter = filter;
    SeededRandom random(1);
    lab::Lab lab(dut, random, crypto::openssl_provider());
    return engine::run(lab, cases::all_cases(), engine::Requirements::embedded(), options);
}

// What only a target in this process can do: cases that need more than messages say so.
bool differs_by_nature(const engine::CaseResult& result) {
    return result.id == "def/resynch" || result.id.starts_with("req/") ||
           result.verdict == engine::Verdict::not_applicable;
}

// The cases come to the same behind the socket as in this process.
void expect_same_verdicts(const Serving& serving, const std::string& filter) {
    lab::ReferenceDut inside(lab::make_reference_device(serving.options()), crypto::openssl_provider(),
                             serving.options());
    engine::RunReport expected = run(inside, filter);
    auto dut = serving.connected();
    engine::RunReport report = run(*dut, filter);
    BOOST_REQUIRE(report.results.size() == expected.results.size());
    for (size_t i = 0; i < report.results.size(); ++i) {
        const engine::CaseResult& one = report.results[i];
        if (differs_by_nature(one)) continue;
        BOOST_TEST((one.verdict == expected.results[i].verdict),
                   dut->target() << " " << one.id << " " << engine::name(one.verdict));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(socket_suite)

BOOST_AUTO_TEST_CASE(every_framing_gives_the_verdicts_of_the_process) {
    // All cases over one framing. Silence has to be waited for, so the others have a group each.
    const std::pair<Target, std::string> runs[] = {{emulator(Binding::mctp), "*"},
                                                   {plain_tcp(), "kex/*"},
                                                   {emulator(Binding::doe), "mea/*"},
                                                   {emulator(Binding::tcp), "fin/*"},
                                                   {emulator(Binding::none), "crt/*"}};
    for (const auto& [target, filter] : runs) {
        Serving serving(target);
        expect_same_verdicts(serving, filter);
    }
}

BOOST_AUTO_TEST_CASE(frames_are_judged_over_every_framing) {
    const std::pair<Target, size_t> rows[] = {{emulator(Binding::mctp), 5},
                                              {emulator(Binding::doe), 12},
                                              {emulator(Binding::tcp), 7},
                                              {plain_tcp(), 8},
                                              {emulator(Binding::none), 1}};
    for (const auto& [target, passes] : rows) {
        BOOST_TEST_CONTEXT(transport::to_text(target)) {
            Serving serving(target);
            auto dut = serving.connected();
            size_t passed = 0;
            for (const engine::CaseResult& one : run(*dut, "trn/*").results) {
                bool good = one.verdict == engine::Verdict::pass;
                passed += good && one.id.starts_with("trn/");
                BOOST_TEST((good || one.verdict == engine::Verdict::not_applicable),
                           one.id << " " << engine::name(one.verdict)
                                  << (one.findings.empty() ? "" : ": " + one.findings[0].got));
            }
            BOOST_TEST(passed == passes);
        }
    }
}

// Each answer comes after a time of its own, some long after what silence is first waited for.
BOOST_AUTO_TEST_CASE(answers_that_come_late_give_the_same_verdicts) {
    Serving serving(emulator(Binding::mctp), {.delay_min_ms = 0, .delay_max_ms = 300});
    for (const std::string filter : {"ver/*", "dig/*"}) {
        expect_same_verdicts(serving, filter);
    }
}

BOOST_AUTO_TEST_CASE(a_defect_of_framing_shows_behind_a_socket) {
    Serving serving(emulator(Binding::doe), {.fault_options = {.waive = {"doe_vendor"}, .defects = {}}});
    auto dut = serving.connected();
    engine::RunReport report = run(*dut, "trn/doe-vendor");
    BOOST_TEST(report.exit_code() == 1);
}

BOOST_AUTO_TEST_CASE(sessions_work_over_every_framing_that_carries_them) {
    for (const Target& target :
         {plain_tcp(), emulator(Binding::mctp), emulator(Binding::doe), emulator(Binding::tcp)}) {
        BOOST_TEST_CONTEXT(transport::to_text(target)) {
            Serving serving(target, {.mut_auth = "encapsulated", .basic_mut_auth = true});
            auto dut = serving.connected();
            SeededRandom random(1);
            lab::Lab lab(*dut, random, crypto::openssl_provider());
            auto id = lab.in_session(wire::Version::v1_2, lab::session_offer(lab::kMutualFlags));
            BOOST_REQUIRE_MESSAGE(id.has_value(), (id ? "" : id.error().text()));
            BOOST_TEST(lab.session(*id)->mut_auth_requested == wire::mut_auth::encapsulated);
            BOOST_TEST(lab.send_in(*id, wire::Heartbeat{})->answered());
            lab::Exchange measured = *lab.send_in(*id, lab.get_measurements(wire::kAllMeasurements, true));
            BOOST_REQUIRE(measured.signature.has_value());
            BOOST_TEST((measured.signature->result == lab::SignatureCheck::Result::good));
            // A record of no session gets no answer, and harms nothing.
            Bytes stranger = *lab.seal(*id, Bytes{0x12, wire::code::heartbeat, 0, 0}, {.session_id = 1});
            BOOST_TEST(lab.send_record(stranger)->silent());
            BOOST_TEST(lab.send_in(*id, wire::EndSession{})->answered());
            BOOST_TEST(lab.seen().macs(false) == 0U);
        }
    }
}

// Padding stands behind the encapsulated response that a signature covers.
BOOST_AUTO_TEST_CASE(basic_mutual_authentication_does_not_trip_over_the_padding_of_doe) {
    for (wire::Version version : {wire::Version::v1_1, wire::Version::v1_2, wire::Version::v1_4}) {
        Serving serving(emulator(Binding::doe), {.basic_mut_auth = true});
        auto dut = serving.connected();
        SeededRandom random(1);
        lab::Lab lab(*dut, random, crypto::openssl_provider());
        BOOST_REQUIRE(lab.negotiated(version, lab::session_offer(lab::kMutualFlags)));
        BOOST_REQUIRE(lab.ensure_chain(0));
        BOOST_REQUIRE(lab.send(lab.challenge()));
        auto last = lab.run_encapsulated(std::nullopt);
        BOOST_REQUIRE(last.has_value());
        BOOST_TEST(last->answered(), lab::describe(*last));
        BOOST_TEST(lab.seen().signatures(lab::SignatureCheck::Result::bad) == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_device_behind_the_emulators_framing_is_made_to_ask_for_a_key_update) {
    Serving serving(emulator(Binding::mctp));
    auto dut = serving.connected();
    SeededRandom random(1);
    lab::Lab lab(*dut, random, crypto::openssl_provider());
    auto id = lab.in_session(wire::Version::v1_3);
    BOOST_REQUIRE(id.has_value());
    BOOST_TEST(dut->ask_for_key_update(*id));
    auto last = lab.run_encapsulated(*id);
    BOOST_REQUIRE(last.has_value());
    BOOST_TEST(last->answered(), lab::describe(*last));
    BOOST_TEST(lab.session(*id)->channel.generation(spdm::Direction::response) == 1U);
    Serving over_tcp(plain_tcp());
    BOOST_TEST(!over_tcp.connected()->ask_for_key_update(*id));
}

BOOST_AUTO_TEST_CASE(bare_messages_carry_no_sessions) {
    Serving serving(emulator(Binding::none));
    auto dut = serving.connected();
    BOOST_TEST(!dut->carries_secured());
    auto answer = dut->exchange_secured(Bytes(40), lab::Wait::due);
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST((answer.error().code == Errc::unsupported));
    BOOST_TEST(dut->exchange(Bytes{0x10, wire::code::get_version, 0, 0}, lab::Wait::due).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
