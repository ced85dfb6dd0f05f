// For the tests of kill matrices that have a file in vectors/kill_matrix.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <set>

#include "conformance/engine/kill_matrix.h"

namespace assay::cases {

// Holds the file against what was noticed now; writes it anew with ASSAY_UPDATE_GOLDEN=1.
inline void check_earlier(const engine::KillMatrix& matrix, std::span<const engine::Kill> kills,
                          const std::string& role) {
    if (std::getenv("ASSAY_UPDATE_GOLDEN") != nullptr) {
        std::ofstream("vectors/kill_matrix/" + role + ".json") << engine::to_json(kills);
        return;
    }
    constexpr const char* kHow = ": run this test with ASSAY_UPDATE_GOLDEN=1, and build again";
    std::set<std::string_view> names;
    for (const engine::Kill& kill : kills) {
        names.insert(kill.name);
        BOOST_TEST(!kill.stale, kill.name << " was noticed by " << kill.by << kHow);
    }
    for (const auto& [row, by] : matrix.earlier)
        BOOST_TEST(names.contains(row), "there is no " << row << kHow);
}

}  // namespace assay::cases
