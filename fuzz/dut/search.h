// The search for findings on a device that is not instrumented: programs are changed, and kept where they
// lead to a state, an outcome or an answer that is new.
#pragma once

#include <functional>
#include <map>

#include "fuzz/dut/compare.h"

namespace assay::fuzz {

struct SearchProgress {
    uint64_t runs = 0;
    uint64_t exchanges = 0;
    size_t features = 0;
    size_t corpus = 0;
    size_t findings = 0;
};

struct SearchOptions {
    uint64_t seed = 1;
    uint64_t runs = 0;             // programs to try, the seeds among them; 0: until `stop` says so
    bool compare = true;           // with the reference
    std::function<bool()> stop{};  // asked before each program
    // Before a program runs: who dies of it leaves its bytes.
    std::function<void(ByteView input)> begins{};
    std::function<void(ByteView input)> keeps{};  // it led to something new
    // The first of its key, as short as it could be made on the device.
    std::function<void(const DeviceFinding& finding, ByteView input)> finds{};
    std::function<void(const SearchProgress& progress)> progress{};  // after each program
    // The device went away: makes it come back. False: it does not, and the search ends.
    std::function<bool()> revive{};
};

struct SearchResult {
    SearchProgress progress;
    std::map<std::string, DeviceFinding> findings;  // by key
    bool device_lost = false;
};

// The programs that the fuzzers of the reference begin with, as far as they mean something to the device.
Result<std::vector<Bytes>> device_seeds(const DeviceUnderTest& device);

// Runs the seeds and then what becomes of them. The same seed and the same device give the same search.
SearchResult search(DeviceUnderTest& device, std::vector<Bytes> seeds, const SearchOptions& options);

// One program: what it shows by itself, or compared with the reference.
std::optional<DeviceFinding> try_program(DeviceUnderTest& device, lab::ReferenceDut* twin, ByteView input,
                                         DeviceTrace* trace = nullptr);

}  // namespace assay::fuzz
