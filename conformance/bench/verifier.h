// What judging a GPU's evidence costs beside the signatures in it, and what memory a hostile manifest takes.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "stack/base/result.h"

namespace assay::bench {

// Signatures that are verified, by what bears them, all of ECDSA P-384 with SHA-384; and SHA-384 of canonical
// manifests, whose other digests are part of a signature.
struct SignatureCounts {
    size_t certificates = 0, ocsp = 0, reports = 0, manifests = 0;
    size_t digests = 0;

    size_t signatures() const { return certificates + ocsp + reports + manifests; }
    bool operator==(const SignatureCounts&) const = default;
};

struct VerifierTiming {
    size_t measurements = 0, certificates = 0, manifests = 0, ocsp = 0;  // in the bundle
    bool trusted = false;
    SignatureCounts done;  // by the verifier, counted in its appraisal
    SignatureCounts bare;  // by OpenSSL beside it
    double whole = 0;      // seconds of one verification, the median over the runs
    double openssl = 0;    // of the same signatures and digests, likewise
    double ratio = 0;      // of the two in each run, likewise
};

// A manifest that does harm to who reads it all, as part of a bundle that is genuine otherwise.
struct HostileManifest {
    std::string kind;
    uint64_t size = 0;                 // bytes
    std::string refused_by;            // the first check that did, as "rim_form"; empty: none
    std::string verdict;               // on the bundle
    std::optional<uint64_t> growth{};  // bytes of the resident set, above those for the genuine bundle
};

struct VerifierBench {
    VerifierTiming timing;
    std::vector<HostileManifest> manifests;
};

// The bundle of one H100, in memory from the start, is judged `repeats` times in each of `runs` runs, in turn
// with the bare operations. Then hostile manifests of each kind, of `hostile` bytes and as large as a
// manifest is read at all, each in a process of its own. Errors: Errc::internal when evidence cannot be made.
Result<VerifierBench> measure_verifier(unsigned runs, unsigned repeats = 20,
                                       size_t hostile = size_t{10} << 20);

void print(const VerifierBench& bench, std::ostream& out);
// {tool, format: 1, part, bundle: {measurements, certificates, manifests, ocsp, trusted}, verified and
// openssl_verified: {certificates, ocsp, reports, manifests, digests}, whole_seconds, openssl_seconds, ratio,
// hostile: [{kind, size, refused_by, verdict, growth}]}
std::string to_json(const VerifierBench& bench);

}  // namespace assay::bench
