#include "conformance/bench/run.h"

#include <fmt/format.h>

#include <ostream>

#include "conformance/bench/timed_provider.h"
#include "conformance/engine/runner.h"
#include "conformance/lab/reference.h"
#include "conformance/suites/cases.h"

namespace assay::bench {

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

}  // namespace assay::bench
