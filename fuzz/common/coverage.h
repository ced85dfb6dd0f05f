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

// Says which invariant does not hold, and ends the program as a crash; or throws it as a BrokenInvariant.
[[noreturn]] void violated(std::string_view invariant, std::string_view detail);

struct BrokenInvariant {
    std::string invariant;
    std::string detail;
};

// While one lives, violated() throws: where what is tested is a device, a finding is no end of the program.
class ThrowBrokenInvariants {
   public:
    ThrowBrokenInvariants();
    ~ThrowBrokenInvariants();
    ThrowBrokenInvariants(const ThrowBrokenInvariants&) = delete;
    ThrowBrokenInvariants& operator=(const ThrowBrokenInvariants&) = delete;

   private:
    bool before_;
};

}  // namespace assay::fuzz
