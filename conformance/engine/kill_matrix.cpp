#include "conformance/engine/kill_matrix.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::engine {

namespace {

std::string outcome(const Kill& kill) {
    if (!kill.by.empty()) return kill.by;
    return kill.excuse.empty() ? "SURVIVED" : "excused: " + kill.excuse;
}

// Of a column that every row has.
size_t width(std::span<const Kill> kills, std::string_view Kill::* column) {
    size_t widest = 0;
    for (const Kill& kill : kills) widest = std::max(widest, (kill.*column).size());
    return widest;
}

}  // namespace

std::vector<Kill> run(const KillMatrix& matrix, const KillProgress& progress) {
    std::vector<Kill> kills;
    kills.reserve(matrix.rows.size());
    for (const KillRow& row : matrix.rows) {
        Kill kill{.name = row.name, .defect = row.defect, .requirement = row.requirement};
        kill.by = row.noticed_by();
        const auto known = std::ranges::find(matrix.excuses, row.name, &Excuse::name);
        if (kill.by.empty() && known != matrix.excuses.end()) kill.excuse = known->why;
        kills.push_back(std::move(kill));
        if (progress) progress(kills.size(), matrix.rows.size(), kills.back());
    }
    return kills;
}

std::string to_text(std::span<const Kill> kills, std::string_view note) {
    const size_t names = width(kills, &Kill::name), requirements = width(kills, &Kill::requirement);
    std::string text;
    for (const bool defect : {false, true}) {
        size_t rows = 0, survived = 0, excused = 0;
        for (const Kill& kill : kills) {
            if (kill.defect != defect) continue;
            ++rows;
            survived += kill.survived();
            excused += !kill.excuse.empty();
            text += fmt::format("{:{}} ", kill.name, names);
            if (requirements > 0) text += fmt::format("{:{}} ", kill.requirement, requirements);
            text += outcome(kill) + "\n";
        }
        text += fmt::format("{} {} in turn: {} noticed, {} excused, {} survived\n", rows,
                            defect ? "defects planted" : "checks waived", rows - survived - excused, excused,
                            survived);
    }
    if (!note.empty()) text += fmt::format("{}\n", note);
    return text;
}

}  // namespace assay::engine
