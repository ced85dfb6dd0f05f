// How long the conformance run of the reference takes, beside the OpenSSL in it.
#pragma once

#include <iosfwd>

namespace assay::bench {

// Prints the medians of so many runs.
void bench_run(unsigned runs, std::ostream& out);

}  // namespace assay::bench
