// Paths of places: "gpus[0].chain[-1].key", "policy.tpm", "tpm.log.events[+]",
// "snp.chain[0].more[oid=2.5.29.15]", "tpm.log.events[index=7,type=4]".
#pragma once

#include <optional>
#include <string>

#include "stack/evidence/place.h"

namespace assay::evidence {

// A member by its name, an element by its index (negative: from the end) or as the first one whose members
// are so, or, without any of it, the place behind the last element.
struct PathStep {
    std::string name{};
    std::optional<int64_t> index{};
    std::vector<std::pair<std::string, std::string>> where{};  // members and what they are
    bool is_member() const { return !name.empty(); }
};
using Path = std::vector<PathStep>;

// Errors: Errc::bad_text.
Result<Path> parse_path(std::string_view text);

// The place that the first `steps` of the path lead to, all without it. Errors: Errc::bad_text naming the
// step that leads nowhere.
Result<std::unique_ptr<Place>> find_place(Place& root, const Path& path, size_t steps = SIZE_MAX);

// The index that a step means in a list. Errors: Errc::bad_text when it is none of it.
Result<size_t> index_in(Place& list, const PathStep& step);

}  // namespace assay::evidence
