#include "conformance/bench/verifier.h"

#include <algorithm>

#include "conformance/bench/bare.h"
#include "conformance/bench/manifests.h"
#include "conformance/bench/timed_provider.h"
#include "stack/attest/bundle.h"
#include "stack/attest/verify.h"
#include "stack/attest/xml_document.h"
#include "stack/evidence/shapes.h"

namespace assay::bench {

namespace {

attest::Appraisal judged(const evidence::Files& files, const attest::Context& context) {
    attest::Appraisal appraisal;
    const attest::Evidence evidence = attest::read_evidence(appraisal, files);
    attest::verify(appraisal, evidence, context);
    return appraisal;
}

SignatureCounts counted(attest::Appraisal& appraisal) {
    const auto made = [&](attest::Check check) {
        return static_cast<size_t>(
            std::ranges::count(appraisal.records(), check, &attest::CheckRecord::check));
    };
    const size_t manifests = made(attest::Check::rim_signature);
    return {.certificates = appraisal.signatures().certificates(),
            .ocsp = appraisal.signatures().responses(),
            .reports = made(attest::Check::report_signature),
            .manifests = manifests,
            .digests = manifests};
}

Result<VerifierTiming> timed(const evidence::Machine& machine, unsigned runs, unsigned repeats) {
    const evidence::Files files = TRY(evidence::make(machine));
    const Bytes& list = files.at(std::string(attest::kContextFile));
    const attest::Context context = TRY(attest::read_context(std::string(list.begin(), list.end()), files));
    const BareVerifier bare = TRY(BareVerifier::make(machine));
    VerifierTiming timing;
    timing.measurements = machine.gpus.front().report.blocks.size();
    timing.certificates = machine.gpus.front().chain.size();
    timing.manifests = machine.rims.size();
    timing.ocsp = ocsp_for(machine).size();
    timing.bare = bare.counts();
    attest::Appraisal first = judged(files, context);
    timing.trusted = first.verdict() == attest::Verdict::trusted;
    timing.done = counted(first);
    if (!bare.run())
        return fail(Errc::internal, "bench", Error::npos, "a signature of genuine evidence does not verify");
    std::vector<double> whole, openssl, ratio;
    for (unsigned run = 0; run < runs; ++run) {
        Seconds ours{0}, theirs{0};
        for (unsigned i = 0; i < repeats; ++i) {
            const auto begun = SteadyClock::now();
            judged(files, context);
            const auto between = SteadyClock::now();
            std::ignore = bare.run();
            ours += between - begun;
            theirs += SteadyClock::now() - between;
        }
        whole.push_back(ours.count() / repeats);
        openssl.push_back(theirs.count() / repeats);
        ratio.push_back(ours / theirs);
    }
    timing.whole = median(whole);
    timing.openssl = median(openssl);
    timing.ratio = median(ratio);
    return timing;
}

}  // namespace

Result<VerifierBench> measure_verifier(unsigned runs, unsigned repeats, size_t hostile) {
    const evidence::Machine machine = TRY(evidence::genuine("hopper"));
    VerifierBench bench;
    bench.timing = TRY(timed(machine, std::max(runs, 1U), std::max(repeats, 1U)));
    for (const size_t size : {hostile, attest::kMaxXml}) {
        const auto measured = TRY(measure_hostile_manifests(machine, size));
        bench.manifests.insert(bench.manifests.end(), measured.begin(), measured.end());
    }
    return bench;
}

}  // namespace assay::bench
