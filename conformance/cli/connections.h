// The connections of a run to its target, each with a lab of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/lab/lab.h"
#include "stack/base/random.h"

namespace assay::cli {

// One connection.
struct Connection {
    Connection(std::unique_ptr<lab::Dut> target, uint64_t seed, const lab::RequesterIdentity& identity);

    std::unique_ptr<lab::Dut> dut;
    SeededRandom random;
    lab::Lab lab;
};

struct Connections {
    std::vector<std::unique_ptr<Connection>> all{};  // one at least
    std::string remark{};                            // why there are fewer than were asked for
    std::vector<lab::Lab*> labs() const;
};

// Opens the target once more for each job, and keeps only connections that do not disturb each other: what
// was negotiated on the first must still hold after another has begun. Errors: those of `open`, for the
// first.
Result<Connections> open_connections(const std::function<Result<std::unique_ptr<lab::Dut>>()>& open,
                                     unsigned jobs, uint64_t seed, const lab::RequesterIdentity& identity);

}  // namespace assay::cli
