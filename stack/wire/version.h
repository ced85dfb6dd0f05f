// The versions of SPDM, as the header's first byte carries them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace assay::wire {

// Major in bits 7:4, minor in bits 3:0 (DSP0274, generic SPDM message format).
enum class Version : uint8_t { v1_0 = 0x10, v1_1 = 0x11, v1_2 = 0x12, v1_3 = 0x13, v1_4 = 0x14 };

inline constexpr std::array kVersions = {Version::v1_0, Version::v1_1, Version::v1_2, Version::v1_3,
                                         Version::v1_4};

constexpr uint8_t byte(Version version) { return static_cast<uint8_t>(version); }

// The version that a header byte names, if it is one of ours.
constexpr std::optional<Version> version_from_byte(uint8_t byte) {
    if (byte < 0x10 || byte > 0x14) return std::nullopt;
    return static_cast<Version>(byte);
}

// "1.0" to "1.4".
std::string_view name(Version version);

// The version with that name, e.g. "1.2".
std::optional<Version> version_from_name(std::string_view text);

}  // namespace assay::wire
