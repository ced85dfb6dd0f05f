// The benchmark of the verifier as text and data.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "conformance/bench/verifier.h"

namespace assay::bench {

namespace {

std::string in_words(const SignatureCounts& counts) {
    return fmt::format(
        "{} signatures of ECDSA P-384 with SHA-384 ({} of certificates, {} of OCSP responses, {} of reports, "
        "{} of manifests) and {} digests of manifests",
        counts.signatures(), counts.certificates, counts.ocsp, counts.reports, counts.manifests,
        counts.digests);
}

}  // namespace

void print(const VerifierBench& bench, std::ostream& out) {
    const VerifierTiming& timing = bench.timing;
    out << fmt::format(
        "verifier: an H100's bundle in memory: a report of {} measurements, {} certificates, {} manifests, "
        "{} OCSP responses; it is {}\n",
        timing.measurements, timing.certificates, timing.manifests, timing.ocsp,
        timing.trusted ? "trusted" : "NOT TRUSTED");
    out << fmt::format("verifies         {}\n", in_words(timing.done));
    if (timing.done != timing.bare) out << fmt::format("OpenSSL beside   {}\n", in_words(timing.bare));
    out << fmt::format("whole            {:8.1f} a second, {:.3f} ms each\n", 1 / timing.whole,
                       timing.whole * 1e3);
    out << fmt::format("OpenSSL alone    {:8.1f} a second, {:.3f} ms each\n", 1 / timing.openssl,
                       timing.openssl * 1e3);
    out << fmt::format("whole / OpenSSL  {:8.2f}\n", timing.ratio);
    out << "hostile manifest        KiB   memory, KiB   refused by\n";
    for (const HostileManifest& one : bench.manifests) {
        out << fmt::format("{:18} {:>8} {:>13}   {}\n", one.kind, one.size >> 10,
                           one.growth ? fmt::to_string(*one.growth >> 10) : "unknown",
                           one.refused_by.empty() ? "nothing; the bundle is " + one.verdict : one.refused_by);
    }
    out << "The memory is by how much judging the bundle with such a manifest makes a process grow beyond\n"
           "judging the genuine one, the manifest's own copy as evidence among it.\n";
}

std::string to_json(const VerifierBench& bench) {
    const VerifierTiming& timing = bench.timing;
    const auto counts = [](const SignatureCounts& of) {
        return nlohmann::ordered_json{{"certificates", of.certificates},
                                      {"ocsp", of.ocsp},
                                      {"reports", of.reports},
                                      {"manifests", of.manifests},
                                      {"digests", of.digests}};
    };
    nlohmann::ordered_json json{{"tool", "assay"},
                                {"format", 1},
                                {"part", "verifier"},
                                {"bundle",
                                 {{"measurements", timing.measurements},
                                  {"certificates", timing.certificates},
                                  {"manifests", timing.manifests},
                                  {"ocsp", timing.ocsp},
                                  {"trusted", timing.trusted}}},
                                {"verified", counts(timing.done)},
                                {"openssl_verified", counts(timing.bare)},
                                {"whole_seconds", timing.whole},
                                {"openssl_seconds", timing.openssl},
                                {"ratio", timing.ratio}};
    for (const HostileManifest& one : bench.manifests) {
        nlohmann::ordered_json row{{"kind", one.kind},
                                   {"size", one.size},
                                   {"refused_by", one.refused_by},
                                   {"verdict", one.verdict},
                                   {"growth", nullptr}};
        if (one.growth) row["growth"] = *one.growth;
        json["hostile"].push_back(row);
    }
    return json.dump(1) + "\n";
}

}  // namespace assay::bench
