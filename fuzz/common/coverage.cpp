#include "fuzz/common/coverage.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace assay::fuzz {

namespace {

constexpr size_t kCounters = 1 << 14;

// libFuzzer reads this section after each run and clears it before the next.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): libFuzzer finds it by its section
[[gnu::section("__libfuzzer_extra_counters")]] uint8_t counters[kCounters];

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a switch of the process, as abort() is
bool throws = false;

struct Points {
    bool wanted = false;  // a fuzzer has no use for them, and would take their names for parts of the input
    std::set<std::string> names;
};

Points& recorded() {
    static Points points;
    return points;
}

}  // namespace

void feature(uint32_t kind, uint32_t a, uint32_t b, uint32_t c) {
    uint64_t hash = 0x9e3779b97f4a7c15;
    for (uint64_t part : {kind, a, b, c}) {
        hash = (hash ^ part) * 0xff51afd7ed558ccd;
        hash ^= hash >> 32;
    }
    counters[hash % kCounters] = 1;
}

void reached(const std::string& point) {
    if (recorded().wanted) recorded().names.insert(point);
}

std::vector<uint32_t> features() {
    std::vector<uint32_t> found;
    for (uint32_t i = 0; i < kCounters; ++i) {
        if (counters[i] != 0) found.push_back(i);
    }
    return found;
}

const std::set<std::string>& points() { return recorded().names; }

void clear() {
    std::ranges::fill(counters, uint8_t{0});
    recorded() = {.wanted = true, .names = {}};
}

ThrowBrokenInvariants::ThrowBrokenInvariants() : before_(std::exchange(throws, true)) {}

ThrowBrokenInvariants::~ThrowBrokenInvariants() { throws = before_; }

void violated(std::string_view invariant, std::string_view detail) {
    if (throws) throw BrokenInvariant{std::string(invariant), std::string(detail)};
    std::fprintf(stderr, "invariant violated: %.*s\n%.*s\n", static_cast<int>(invariant.size()),
                 invariant.data(), static_cast<int>(detail.size()), detail.data());
    std::abort();
}

}  // namespace assay::fuzz
