#include "conformance/lab/requester_dut.h"

#include <fmt/format.h>

namespace assay::lab {

std::string_view name(Flow flow) {
    switch (flow) {
        case Flow::attestation: return "attestation";
        case Flow::key_exchange: return "key-exchange";
        case Flow::psk: return "psk";
    }
    return "?";
}

std::string describe(const RequesterEnd& end) {
    using How = RequesterEnd::How;
    if (end.declined()) return fmt::format("exit status {}: it cannot do that", end.code);
    switch (end.how) {
        case How::exited: return fmt::format("exit status {}", end.code);
        case How::killed: return fmt::format("killed by signal {}", end.code);
        case How::closed: return "connection closed";
        case How::late: return "no end in time";
        case How::cut: return "requests without end";
        case How::absent: return "no connection";
    }
    return "?";
}

}  // namespace assay::lab
