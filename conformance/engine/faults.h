// What can be made faulty in a target of this process, by name: its checks, which can be waived, and its
// defects, which can be planted.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stack/base/result.h"

namespace assay::engine {

// One of what can be planted in a target that is made from a Config.
template <class Config>
struct Fault {
    std::string_view name;
    bool defect = false;
    std::function<void(Config&)> plant;
};
// Empty in a build without the harness option.
template <class Config>
using Faults = std::vector<Fault<Config>>;

// Adds a row for each of the first `count` enumerators; `plant` makes a Config faulty by one of them.
template <class Enum, class Config, class Plant>
void add_faults(Faults<Config>& all, bool defect, size_t count, Plant plant) {
    for (size_t i = 0; i < count; ++i) {
        const auto one = static_cast<Enum>(i);
        all.push_back({info(one).name, defect, [=](Config& config) { plant(config, one); }});
    }
}

// Errc::bad_text, with one line for the user: `target` has no check or defect of that name. `none_at_all`:
// this build has none.
std::unexpected<Error> no_such_fault(std::string_view target, bool defect, std::string_view name,
                                     bool none_at_all);

// A Config whose checks of those names are waived and in which those defects are planted. A name may stand
// for more than one row. Errors: no_such_fault().
template <class Config>
Result<Config> with_faults(const Faults<Config>& all, const std::vector<std::string>& checks,
                           const std::vector<std::string>& defects, std::string_view target,
                           Config config = {}) {
    for (const bool defect : {false, true}) {
        for (const std::string& name : defect ? defects : checks) {
            bool found = false;
            for (const Fault<Config>& fault : all) {
                if (fault.defect != defect || fault.name != name) continue;
                fault.plant(config);
                found = true;
            }
            if (!found) return no_such_fault(target, defect, name, all.empty());
        }
    }
    return config;
}

}  // namespace assay::engine
