// The proof that the cases of a role notice faults: what is tested is made faulty in one place after the
// other, and some case must notice each time. A role hands in the rows; the rest is the same for all.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::engine {

// One fault: a check that is waived, or a defect that is planted.
struct KillRow {
    std::string_view name;
    bool defect = false;
    std::string_view requirement{};  // that the check enforces, or the threat that it serves
    // Plants it and tries the cases: which of them noticed, and how. Empty: none did.
    std::function<std::string()> noticed_by;
    // Plants it and tries what `noticed_by` said in an earlier run, and nothing else: whether that notices. A
    // role that searches quickly has none.
    std::function<bool(std::string_view earlier)> notices{};
};

// What no case can notice, and why.
struct Excuse {
    std::string_view name;
    std::string_view why;
};

// What noticed each fault in an earlier run, by the name of its row.
using Noticed = std::map<std::string, std::string, std::less<>>;

// Of a role ("responder"), from vectors/kill_matrix; empty when there is no file for it.
Noticed noticed_earlier(std::string_view role);

// Without rows in a build without the harness option, which has no faults to plant.
struct KillMatrix {
    std::vector<KillRow> rows{};
    std::span<const Excuse> excuses{};
    std::string_view note{};  // a last line: what the matrix does not hold
    // Is tried first, and never believed: a search follows where it does not notice.
    Noticed earlier{};
};

// What came of a row. An excuse stands only where nothing was noticed.
struct Kill {
    std::string_view name;
    bool defect = false;
    std::string_view requirement{};
    std::string by{};
    std::string excuse{};
    bool stale = false;  // it had to be searched for: `earlier` has no entry, or one that does not notice
    bool survived() const { return by.empty() && excuse.empty(); }
};

using KillProgress = std::function<void(size_t done, size_t total, const Kill& last)>;

// Every row in its order. `progress` is called after each.
std::vector<Kill> run(const KillMatrix& matrix, const KillProgress& progress = {});

// A line for each row, with a line of totals for the checks and one for the defects, and the note.
std::string to_text(std::span<const Kill> kills, std::string_view note = {});
// A file of vectors/kill_matrix: {"noticed_by": {row: what noticed it}}.
std::string to_json(std::span<const Kill> kills);

}  // namespace assay::engine
