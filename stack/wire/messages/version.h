// GET_VERSION and VERSION (DSP0274, GET_VERSION request and VERSION response messages).
#pragma once

#include "stack/wire/codes.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

struct GetVersion {
    static constexpr Code kCode = code::get_version;
    uint8_t spdm_version = 0x10;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    void describe(Visitor& v);
};

// A number with the bits of VersionNumberEntry.
Field version_number_field(std::string_view name);

struct VersionResponse {
    static constexpr Code kCode = code::version;
    uint8_t spdm_version = 0x10;
    uint8_t param1 = 0;
    uint8_t param2 = 0;
    uint8_t reserved = 0;
    // VersionNumberEntry: bits 15:12 Major, 11:8 Minor, 7:4 UpdateVersionNumber, 3:0 Alpha.
    std::vector<uint16_t> entries;
    void describe(Visitor& v);
};

}  // namespace assay::wire
