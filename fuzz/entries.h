// Every fuzz target, from fuzz/targets/table.json: what `make_seeds`, the tests and the bench run without
// libFuzzer.
#pragma once

#include <span>
#include <string_view>

#include "stack/base/bytes.h"

namespace assay::fuzz {

struct Entry {
    std::string_view name;
    void (*run)(ByteView input);
    // Whose seeds and regressions it reads: its own, or those of the target that it repeats with other
    // cryptography.
    std::string_view corpus;
};
// Made by fuzz/targets/CMakeLists.txt.
std::span<const Entry> entries();

}  // namespace assay::fuzz
