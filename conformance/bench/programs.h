// How fast the fuzzers' work is with the fast provider and with OpenSSL, and how deep it goes.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace assay::bench {

// Each target of sessions over the inputs in `seeds`/TARGET, its variant with OpenSSL beside it; then how
// many of the programs come to an established session. What is not there is said to be skipped.
void bench_programs(const std::filesystem::path& seeds, std::ostream& out);
// How often in a second a responder with the fast provider answers KEY_EXCHANGE and FINISH, and OpenSSL's.
void bench_messages(unsigned runs, std::ostream& out);

}  // namespace assay::bench
