// The results of a run as they come, a line each, so that a run which does not reach its end loses nothing.
//
// results.jsonl: first {"tool": "assay", "format", "arguments"}, then for each result {"id", "title",
// "requirements", "version", "verdict", "reason", "judged", "group", "columns", "remarks", "microseconds"};
// version null as in report.json, columns an object.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/engine/runner.h"

namespace assay::report {

inline constexpr std::string_view kJournalName = "results.jsonl";

class Journal {
   public:
    using Arguments = std::vector<std::string>;

    // Makes the folder and a journal without results in it. `arguments`: what decides the results of the run.
    // Errors: Errc::io naming the file and the reason.
    static Result<Journal> begin(const std::filesystem::path& folder, const Arguments& arguments);
    // Goes on with the journal of a run that was interrupted; a line that was cut off is dropped. Errors:
    // Errc::bad_text when there is none, or when its run had other arguments; Errc::io.
    static Result<Journal> resume(const std::filesystem::path& folder, const Arguments& arguments);

    // Appends a result. Errors: Errc::io.
    Result<> add(const engine::CaseResult& result);
    // A result that says all there is to say without its exchanges: a plain pass, or not applicable. Every
    // other is found out again, which gives the same, as its randomness depends on case and version.
    std::optional<engine::CaseResult> known(std::string_view id, wire::Version version) const;
    size_t known() const { return known_.size(); }
    // The run has its report: removes the file.
    Result<> remove();

   private:
    explicit Journal(std::filesystem::path path) : path_(std::move(path)) {}
    Result<> write(const std::string& line);

    std::filesystem::path path_;
    std::ofstream file_{};
    std::map<std::pair<std::string, wire::Version>, engine::CaseResult, std::less<>> known_{};
};

}  // namespace assay::report
