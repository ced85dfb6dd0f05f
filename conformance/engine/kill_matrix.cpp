#include "conformance/engine/kill_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/engine/requirement_files.h"

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

// What an earlier run says, where it still holds; else what a search finds.
void look(const KillRow& row, const Noticed& earlier, Kill& kill) {
    const auto known = earlier.find(row.name);
    if (row.notices && known != earlier.end() && row.notices(known->second)) {
        kill.by = known->second;
        return;
    }
    kill.by = row.noticed_by();
    kill.stale = row.notices && (known != earlier.end() || !kill.by.empty());
}

}  // namespace

Noticed noticed_earlier(std::string_view role) {
    const std::string path = fmt::format("vectors/kill_matrix/{}.json", role);
    const auto files = kill_matrix_files();
    const auto file = std::ranges::find(files, path, &EmbeddedFile::path);
    if (file == files.end()) return {};
    const auto json = nlohmann::json::parse(file->text, nullptr, false);
    Noticed noticed;
    if (!json.is_object() || !json.contains("noticed_by")) return noticed;
    for (const auto& [row, by] : json["noticed_by"].items())
        if (by.is_string()) noticed.emplace(row, by.get<std::string>());
    return noticed;
}

std::vector<Kill> run(const KillMatrix& matrix, const KillProgress& progress) {
    std::vector<Kill> kills;
    kills.reserve(matrix.rows.size());
    for (const KillRow& row : matrix.rows) {
        Kill kill{.name = row.name, .defect = row.defect, .requirement = row.requirement};
        look(row, matrix.earlier, kill);
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
    if (const auto stale = std::ranges::count_if(kills, &Kill::stale); stale > 0)
        text += fmt::format("{} had to be searched for: vectors/kill_matrix does not say what notices {}\n",
                            stale, stale == 1 ? "it" : "them");
    if (!note.empty()) text += fmt::format("{}\n", note);
    return text;
}

std::string to_json(std::span<const Kill> kills) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::object();
    for (const Kill& kill : kills)
        if (!kill.by.empty()) rows[std::string(kill.name)] = kill.by;
    return nlohmann::ordered_json{{"noticed_by", rows}}.dump(2) + "\n";
}

}  // namespace assay::engine
