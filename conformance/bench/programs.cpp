#include "conformance/bench/programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "conformance/bench/timed_provider.h"
#include "conformance/lab/reference.h"
#include "fuzz/common/coverage.h"
#include "fuzz/entries.h"
#include "fuzz/inputs.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/session_walk.h"

namespace assay::bench {

namespace {

constexpr double kLeast = 2;  // seconds a target is given
constexpr unsigned kHandshakes = 50;

using Work = void (*)(ByteView input);

double rate(Work work, const std::vector<Bytes>& inputs) {
    for (const Bytes& input : inputs) work(input);
    size_t done = 0;
    SteadyClock::time_point begun = SteadyClock::now();
    double seconds = 0;
    while (seconds < kLeast) {
        for (const Bytes& input : inputs) work(input);
        done += inputs.size();
        seconds = Seconds(SteadyClock::now() - begun).count();
    }
    return static_cast<double>(done) / seconds;
}

// What a responder spends on one message of a handshake.
struct Spending {
    std::vector<double> exchange, finish;  // seconds
};

void handshake(const spdm::Device& device, const spdm::RequesterConfig& config,
               const crypto::Provider& provider, Spending& spending) {
    SeededRandom ours(1), theirs(2);
    spdm::Responder responder(device, provider, theirs);
    spdm::Requester requester(config, provider, ours);
    spdm::SessionWalk walk(
        requester,
        {.heartbeats = 0, .key_updates = 0, .all_key_updates = 0, .digests = false, .measurements = false});
    bool first_record = true;
    while (auto send = walk.next()) {
        bool exchange = !send->secured && send->message.size() > 1 &&
                        wire::code_of(send->message) == wire::code::key_exchange;
        SteadyClock::time_point begun = SteadyClock::now();
        auto answer =
            send->secured ? responder.receive_secured(send->message) : responder.receive(send->message);
        double spent = Seconds(SteadyClock::now() - begun).count();
        if (exchange) spending.exchange.push_back(spent);
        if (send->secured && std::exchange(first_record, false)) spending.finish.push_back(spent);
        if (!answer || !walk.receive(*answer, send->secured)) break;
    }
}

}  // namespace

void bench_programs(const std::filesystem::path& seeds, std::ostream& out) {
    out << "fuzz programs          fast/s    OpenSSL/s  ratio\n";
    for (const fuzz::Entry& entry : fuzz::entries()) {
        auto twin = std::ranges::find(fuzz::entries(), std::string(entry.name) + "_real", &fuzz::Entry::name);
        if (twin == fuzz::entries().end()) continue;
        std::vector<Bytes> inputs = fuzz::read_inputs(seeds / entry.corpus);
        if (inputs.empty()) {
            out << fmt::format("{:20} skipped: no inputs in {}\n", entry.name,
                               (seeds / entry.corpus).string());
            continue;
        }
        double fast = rate(entry.run, inputs), real = rate(twin->run, inputs);
        out << fmt::format("{:20} {:8.0f}     {:8.0f}  {:5.1f}\n", entry.name, fast, real, fast / real);
        if (entry.name != "session_program") continue;
        size_t established = 0;
        for (const Bytes& input : inputs) {
            fuzz::clear();
            entry.run(input);
            established += fuzz::points().contains(std::string(fuzz::kEstablished));
        }
        out << fmt::format("{:20} {} of {} programs establish a session\n", "", established, inputs.size());
    }
}

void bench_messages(unsigned runs, std::ostream& out) {
    spdm::RequesterConfig config;
    config.versions = {wire::Version::v1_2};
    config.flags = lab::kSessionFlags;
    config.base_asym = spdm::bit(crypto::SignAlgo::ecdsa_p384);
    config.base_hash = spdm::bit(crypto::HashAlgo::sha384);
    config.dhe = static_cast<uint16_t>(1U << static_cast<unsigned>(crypto::DheGroup::secp384r1));
    config.aead = 2;
    config.key_schedule = wire::kKeyScheduleSpdm;
    config.roots = lab::reference_roots();
    config.time = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    auto device = lab::make_reference_device({});
    out << "responder              fast/s    OpenSSL/s  ratio\n";
    Spending fast, real;
    for (unsigned i = 0; i < runs * kHandshakes; ++i) {
        handshake(*device, config, crypto::fast_provider(), fast);
        handshake(*device, config, crypto::openssl_provider(), real);
    }
    auto row = [&](std::string_view name, std::vector<double>& one, std::vector<double>& other) {
        double a = median(one), b = median(other);
        out << fmt::format("{:20} {:8.0f}     {:8.0f}  {:5.1f}\n", name, 1 / a, 1 / b, b / a);
    };
    row("KEY_EXCHANGE", fast.exchange, real.exchange);
    row("FINISH", fast.finish, real.finish);
}

}  // namespace assay::bench
