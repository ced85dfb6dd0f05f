// The same verdicts behind a socket as in the process.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "conformance/cases/cases.h"
#include "conformance/engine/runner.h"
#include "conformance/lab/link_dut.h"
#include "conformance/lab/reference.h"
#include "stack/crypto/provider.h"
#include "stack/transport/server.h"

namespace assay::cli {

namespace {

engine::RunReport run(lab::Dut& dut) {
    engine::RunOptions options;
    options.versions = {wire::Version::v1_3};
    SeededRandom random(1);
    lab::Lab lab(dut, random, crypto::openssl_provider());
    return engine::run(lab, cases::all_cases(), engine::Requirements::embedded(), options);
}

// What only a target in this process can do, or only one that does not pad.
bool differs_by_nature(std::string_view id) { return id == "def/resynch" || id.starts_with("req/"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(socket_suite)

BOOST_AUTO_TEST_CASE(every_framing_gives_the_verdicts_of_the_process) {
    using transport::Binding;
    lab::ReferenceOptions options;
    auto device = lab::make_reference_device(options);
    lab::ReferenceDut inside(device, crypto::openssl_provider(), options);
    engine::RunReport expected = run(inside);
    std::vector<transport::Target> targets = {{transport::Scheme::tcp, "127.0.0.1", 0, Binding::tcp}};
    for (Binding binding : {Binding::mctp, Binding::doe, Binding::tcp, Binding::none}) {
        targets.push_back({transport::Scheme::emu, "127.0.0.1", 0, binding});
    }
    for (const transport::Target& target : targets) {
        auto factory = [&]() -> transport::Answer {
            auto dut = std::make_shared<lab::ReferenceDut>(device, crypto::openssl_provider(), options);
            return [dut](ByteView message) { return dut->exchange(message).value_or(std::nullopt); };
        };
        auto server = transport::Server::listen(target, factory);
        BOOST_REQUIRE(server.has_value());
        std::thread thread([&] { (*server)->run(); });
        auto dut = lab::LinkDut::open((*server)->target(), {.round_trip = std::chrono::milliseconds(100)});
        BOOST_REQUIRE(dut.has_value());
        engine::RunReport report = run(**dut);
        dut->reset();
        (*server)->stop();
        thread.join();
        BOOST_REQUIRE(report.results.size() == expected.results.size());
        for (size_t i = 0; i < report.results.size(); ++i) {
            const engine::CaseResult& one = report.results[i];
            if (differs_by_nature(one.id)) continue;
            bool padded = target.binding == Binding::doe && one.verdict == engine::Verdict::not_applicable;
            BOOST_TEST((padded || one.verdict == expected.results[i].verdict),
                       transport::to_text(target) << " " << one.id << " " << engine::name(one.verdict));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
