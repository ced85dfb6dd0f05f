// What sessions cost, beside the cryptography in them.
#pragma once

#include <iosfwd>

namespace assay::bench {

// Complete handshakes and the OpenSSL operations in them; records and one AEAD operation of the same size.
// Medians of `runs`.
void bench_handshakes(unsigned runs, std::ostream& out);
void bench_records(unsigned runs, std::ostream& out);

}  // namespace assay::bench
