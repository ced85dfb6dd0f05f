// What copies over the encrypted path cost, beside moving and sealing the same bytes barely.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "stack/base/result.h"

namespace assay::bench {

// One size, one way of copying.
struct CopyTiming {
    std::string series;     // "cc to the device", "memcpy", …
    uint64_t size = 0;      // bytes of a copy
    double seconds = 0;     // of one copy, the median
    double throughput = 0;  // bytes a second
};

// One whole copy, and what memory it took besides source and destination.
struct CopyMemory {
    uint64_t size = 0;
    uint64_t pool = 0;  // bytes of staging buffers that were ever in use
    std::optional<uint64_t>
        growth{};  // bytes of anonymous memory that became resident; empty: cannot be told
};

struct TransferBench {
    std::vector<CopyTiming> timings;
    std::vector<CopyMemory> memory;
};

// Copies of 4 KiB to 256 MiB in each mode and direction, on one thread and from 1 MiB on with two; memcpy;
// and AES-256-GCM of OpenSSL, sealing, and sealing and opening, which is the work in a copy, as both ends are
// in this process. One after the other in each of `runs` rounds. For the memory, copies of 16 MiB and 1 GiB.
// Both sizes can be less, in bytes.
TransferBench measure_transfers(unsigned runs, uint64_t largest = uint64_t{256} << 20,
                                uint64_t largest_for_memory = uint64_t{1} << 30);

// A table, with what CC is of sealing and opening barely.
void print(const TransferBench& bench, std::ostream& out);
// {tool, format: 1, part, timings: [{series, size, seconds, throughput}], memory: [{size, pool, growth}]}
std::string to_json(const TransferBench& bench);
// Throughput over size, a line a series.
std::string to_svg(const TransferBench& bench);

}  // namespace assay::bench
