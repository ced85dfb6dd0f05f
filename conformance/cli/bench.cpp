// assay bench
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "conformance/cli/bench_programs.h"
#include "conformance/cli/bench_sessions.h"
#include "conformance/cli/bench_transfer.h"
#include "conformance/cli/bench_verifier.h"
#include "conformance/cli/commands.h"
#include "conformance/cli/timed_provider.h"
#include "conformance/engine/runner.h"
#include "conformance/lab/reference.h"
#include "conformance/report/write.h"
#include "conformance/suites/cases.h"
#include "stack/base/ranges.h"

namespace assay::cli {

namespace {

struct Measured {
    double whole = 0;
    Spent crypto;
    size_t results = 0, exchanges = 0;
};

Measured measure(std::span<const engine::Case> cases) {
    Measured one;
    TimedProvider provider(one.crypto);
    lab::ReferenceOptions options;
    SteadyClock::time_point begun = SteadyClock::now();
    lab::ReferenceDut dut(lab::make_reference_device(options), provider, options);
    SeededRandom random(1);
    lab::Lab lab(dut, random, provider);
    engine::RunReport report = engine::run(lab, cases, engine::Requirements::embedded(), {});
    one.whole = Seconds(SteadyClock::now() - begun).count();
    one.results = report.results.size();
    one.exchanges = report.exchanges;
    return one;
}

}  // namespace

namespace {

void bench_run(unsigned runs, std::ostream& out) {
    // What a requester does is not timed: its cases bring their own cryptography.
    std::vector<engine::Case> cases;
    for (const engine::Case& one : cases::all_cases()) {
        if (!one.id.starts_with("req/")) cases.push_back(one);
    }
    std::vector<double> whole, crypto, ratio;
    Measured last;
    for (unsigned i = 0; i < runs; ++i) {
        last = measure(cases);
        whole.push_back(last.whole);
        crypto.push_back(last.crypto.time.count());
        ratio.push_back(last.whole / last.crypto.time.count());
    }
    out << fmt::format("{} results, {} exchanges, {} signatures, {} verifications, {} digests\n",
                       last.results, last.exchanges, last.crypto.signatures, last.crypto.verifications,
                       last.crypto.digests);
    out << fmt::format("whole run        {:8.3f} s  (median of {})\n", median(whole), whole.size());
    out << fmt::format("OpenSSL in it    {:8.3f} s\n", median(crypto));
    out << fmt::format("whole / OpenSSL  {:8.2f}\n", median(ratio));
}

}  // namespace

int bench(const BenchCommand& command, Streams& streams) {
    unsigned runs = std::max(1U, command.runs);
    auto wanted = [&](std::string_view part) {
        return command.parts.empty() || contains(command.parts, std::string(part));
    };
    if (!command.json.empty() && wanted("transfer") && wanted("verifier"))
        return complain(streams, status::usage, "--json is for one part, transfer or verifier: give --part");
    std::vector<std::pair<std::string, std::string>> files;  // what is written where
    // Its children are to have no threads of ours and little of our memory.
    if (wanted("verifier")) {
        const auto verifier = measure_verifier(runs);
        if (!verifier) return complain(streams, exit_code_of(verifier.error()), verifier.error().detail);
        print(*verifier, streams.out);
        files.emplace_back(command.json, to_json(*verifier));
    }
    if (wanted("run")) bench_run(runs, streams.out);
    if (wanted("handshakes")) bench_handshakes(runs, streams.out);
    if (wanted("records")) bench_records(runs, streams.out);
    if (wanted("messages")) bench_messages(runs, streams.out);
    if (wanted("programs")) bench_programs(command.seeds, streams.out);
    if (wanted("transfer")) {
        const TransferBench transfers = measure_transfers(runs);
        print(transfers, streams.out);
        files.emplace_back(command.json, to_json(transfers));
        files.emplace_back(command.svg, to_svg(transfers));
    }
    for (const auto& [path, text] : files) {
        if (path.empty()) continue;
        if (auto written = report::write_file(path, as_bytes(text)); !written) {
            return complain(streams, status::usage, written.error().detail);
        }
    }
    return status::ok;
}

}  // namespace assay::cli
