// Every refusal of a frame has a name, as every refusal of a message has.
#pragma once

#include <cstdint>
#include <string_view>

#include "stack/base/result.h"

namespace assay::transport {

enum class Framing : uint8_t {
#define FRAMING(name, requirement, violated) name,
#include "stack/transport/framing_table.inc"
#undef FRAMING
};

struct FramingInfo {
    std::string_view name;
    std::string_view requirement;  // in vectors/requirements
    std::string_view violated;
};

const FramingInfo& info(Framing framing);

// The refusal as an error: Errc::bad_code, the framing's name as field, where it was seen as offset.
std::unexpected<Error> refuse(Framing framing, size_t offset = 0);

}  // namespace assay::transport
