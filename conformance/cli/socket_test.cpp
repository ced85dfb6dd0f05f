// The same verdicts behind a socket as in the process.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <future>
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

engine::RunReport run(lab::Dut& dut, std::span<const engine::Case> cases, const std::string& filter = "*") {
    engine::RunOptions options;
    options.versions = {wire::Version::v1_3};
    options.selection = engine::matching(filter);
    SeededRandom random(1);
    lab::Lab lab(dut, random, crypto::openssl_provider());
    return engine::run(lab, cases, engine::Requirements::embedded(), options);
}

// What only a target in this process can do: cases that need more than messages say so.
bool differs_by_nature(const engine::CaseResult& result) {
    return result.id == "def/resynch" || result.id.starts_with("req/") ||
           result.verdict == engine::Verdict::not_applicable;
}

// What comes to something else behind the socket than in this process.
std::vector<std::string> differences(const Target& target, std::span<const engine::Case> cases,
                                     const std::string& filter, const ServeCommand& command = {}) {
    const Serving serving(target, command);
    lab::ReferenceDut inside(lab::make_reference_device(serving.options()), crypto::openssl_provider(),
                             serving.options());
    const engine::RunReport expected = run(inside, cases, filter);
    const auto dut = serving.connected();
    const engine::RunReport report = run(*dut, cases, filter);
    if (report.results.size() != expected.results.size()) return {"other cases were run"};
    std::vector<std::string> list;
    for (size_t i = 0; i < report.results.size(); ++i) {
        const engine::CaseResult& one = report.results[i];
        if (differs_by_nature(one) || one.verdict == expected.results[i].verdict) continue;
        list.push_back(fmt::format("{} {} {}", dut->target(), one.id, engine::name(one.verdict)));
    }
    return list;
}

// Cases as many lists, so that the lists take about the same time.
std::vector<std::vector<engine::Case>> dealt(std::span<const engine::Case> cases, size_t lists) {
    std::vector<std::vector<engine::Case>> all(lists);
    for (size_t i = 0; i < cases.size(); ++i) all[i % lists].push_back(cases[i]);
    return all;
}

// Runs beside each other what waits for silence more than it computes.
using Job = std::function<std::vector<std::string>()>;
void expect_no_difference(const std::vector<Job>& jobs) {
    std::vector<std::future<std::vector<std::string>>> running;
    for (const Job& job : jobs) running.push_back(std::async(std::launch::async, job));
    for (auto& one : running) {
        for (const std::string& difference : one.get()) BOOST_ERROR(difference);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(socket_suite)

BOOST_AUTO_TEST_CASE(every_framing_gives_the_verdicts_of_the_process) {
    // All cases over one framing, and a group of them over each other.
    std::vector<Job> jobs;
    const auto cases = dealt(cases::all_cases(), 4);
    for (const auto& list : cases)
        jobs.emplace_back([&] { return differences(emulator(Binding::mctp), list, "*"); });
    for (const auto& [target, filter] : {std::pair{plain_tcp(), "kex/*"},
                                         {emulator(Binding::doe), "mea/*"},
                                         {emulator(Binding::tcp), "fin/*"},
                                         {emulator(Binding::none), "crt/*"}}) {
        jobs.emplace_back([=] { return differences(target, cases::all_cases(), filter); });
    }
    expect_no_difference(jobs);
}

BOOST_AUTO_TEST_CASE(frames_are_judged_over_every_framing) {
    std::vector<Job> jobs;
    for (const auto& [target, passes] : {std::pair{emulator(Binding::mctp), 5},
                                         {emulator(Binding::doe), 12},
                                         {emulator(Binding::tcp), 7},
                                         {plain_tcp(), 8},
                                         {emulator(Binding::none), 1}}) {
        jobs.emplace_back([=] {
            const Serving serving(target);
            const auto dut = serving.connected();
            std::vector<std::string> wrong;
            int passed = 0;
            for (const engine::CaseResult& one : run(*dut, cases::all_cases(), "trn/*").results) {
                const bool good = one.verdict == engine::Verdict::pass;
                passed += good && one.id.starts_with("trn/");
                if (good || one.verdict == engine::Verdict::not_applicable) continue;
                wrong.push_back(fmt::format("{} {} {} {}", dut->target(), one.id, engine::name(one.verdict),
                                            one.findings.empty() ? "" : one.findings[0].got));
            }
            if (passed != passes) wrong.push_back(fmt::format("{}: {} pass", dut->target(), passed));
            return wrong;
        });
    }
    expect_no_difference(jobs);
}

// Each answer comes after a time of its own, some long after what silence is first waited for.
BOOST_AUTO_TEST_CASE(answers_that_come_late_give_the_same_verdicts) {
    std::vector<Job> jobs;
    for (const char* filter : {"ver/*", "dig/*"}) {
        jobs.emplace_back([=] {
            return differences(emulator(Binding::mctp), cases::all_cases(), filter,
                               {.delay_min_ms = 0, .delay_max_ms = 300});
        });
    }
    expect_no_difference(jobs);
}

BOOST_AUTO_TEST_CASE(a_defect_of_framing_shows_behind_a_socket) {
    Serving serving(emulator(Binding::doe), {.fault_options = {.waive = {"doe_vendor"}, .defects = {}}});
    auto dut = serving.connected();
    engine::RunReport report = run(*dut, cases::all_cases(), "trn/doe-vendor");
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
            Bytes stranger =
                *lab.seal(*id, Bytes{0x12, byte(wire::code::heartbeat), 0, 0}, {.session_id = 1});
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
    BOOST_TEST(dut->exchange(Bytes{0x10, byte(wire::code::get_version), 0, 0}, lab::Wait::due).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
