#include "stack/guest/check.h"

#include <fmt/format.h>

#include "stack/base/named_rows.h"

namespace assay::guest {

namespace {

constexpr CheckInfo kChecks[] = {
#define CHECK(name, cuda, threat, violated) {#name, CudaError::cuda, threat, violated},
#include "stack/guest/check_table.inc"
#undef CHECK
};

}  // namespace

std::string_view name(CudaError error) {
    switch (error) {
        case CudaError::success: return "cudaSuccess";
        case CudaError::devices_unavailable: return "cudaErrorDevicesUnavailable";
        case CudaError::no_device: return "cudaErrorNoDevice";
        case CudaError::peer_access_unsupported: return "cudaErrorPeerAccessUnsupported";
        case CudaError::not_supported: return "cudaErrorNotSupported";
        case CudaError::system_not_ready: return "cudaErrorSystemNotReady";
        case CudaError::unknown: break;
    }
    return "cudaErrorUnknown";
}

const CheckInfo& info(Check check) { return kChecks[static_cast<size_t>(check)]; }

std::optional<Check> check_from_name(std::string_view name) { return row_by_name<Check>(kChecks, name); }

std::string Refusal::text() const {
    const CheckInfo& row = info(check);
    std::string line = fmt::format("{}: {} ({})", row.name, row.violated, name(row.cuda));
    if (!cause.empty()) line += ": " + cause;
    return line;
}

}  // namespace assay::guest
