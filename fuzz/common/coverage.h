// What libFuzzer cannot see for itself: protocol states, messages and refusals, as counters it takes for
// edges.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace assay::fuzz {

// Notes that the input came to this point. Equal (kind, a, b, c) are the same feature.
void feature(uint32_t kind, uint32_t a, uint32_t b = 0, uint32_t c = 0);
// Notes a point that has a name, so that a test can demand it; after the first clear() only.
void reached(const std::string& point);
// The point at which a session is established.
inline constexpr std::string_view kEstablished = "an established session";

// Which features (by their counter) and points were noted since the last clear().
std::vector<uint32_t> features();
const std::set<std::string>& points();
void clear();

// Says which invariant does not hold, and ends the program as a crash.
[[noreturn]] void violated(std::string_view invariant, std::string_view detail);

}  // namespace assay::fuzz
