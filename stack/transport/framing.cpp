#include "stack/transport/framing.h"

#include <fmt/format.h>

namespace assay::transport {

namespace {

constexpr FramingInfo kTable[] = {
#define FRAMING(name, requirement, violated) {#name, requirement, violated},
#include "stack/transport/framing_table.inc"
#undef FRAMING
};

}  // namespace

const FramingInfo& info(Framing framing) { return kTable[static_cast<size_t>(framing)]; }

std::unexpected<Error> refuse(Framing framing, size_t offset) {
    const FramingInfo& row = info(framing);
    return fail(Errc::bad_code, row.name, offset, fmt::format("{} ({})", row.violated, row.requirement));
}

}  // namespace assay::transport
