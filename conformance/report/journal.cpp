#include "conformance/report/journal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "conformance/report/details.h"
#include "stack/base/file.h"

namespace assay::report {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kFormat = 1;
// Of a journal that is read again; far more than a run of every case leaves.
constexpr size_t kMostJournal = size_t{1} << 28;

std::unexpected<Error> refused(const fs::path& path, std::string_view doing, const std::error_code& reason) {
    return fail(Errc::io, "report", Error::npos,
                fmt::format("cannot {} {}: {}", doing, path.string(), reason.message()));
}

std::error_code last_error() { return {errno != 0 ? errno : EIO, std::generic_category()}; }

std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json header(const Journal::Arguments& arguments) {
    return {{"tool", "assay"}, {"format", kFormat}, {"arguments", arguments}};
}

// A result is counted under a group in a role without versions.
Json to_json(const engine::CaseResult& result) {
    Json columns = Json::object();
    for (const engine::Column& column : result.columns) columns[column.key] = column.value;
    return {{"id", result.id},
            {"title", result.title},
            {"requirements", result.requirements},
            {"version", result.group.empty() ? Json(wire::name(result.version)) : Json()},
            {"verdict", identifier(result.verdict)},
            {"reason", result.reason},
            {"judged", result.judged},
            {"group", result.group},
            {"columns", columns},
            {"remarks", result.remarks},
            {"microseconds", result.time.count()}};
}

std::string text(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> texts(const Json& json, const char* key) {
    std::vector<std::string> list;
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array()) return list;
    for (const Json& one : *found) {
        if (one.is_string()) list.push_back(one.get<std::string>());
    }
    return list;
}

std::vector<engine::Column> columns(const Json& json) {
    std::vector<engine::Column> list;
    const auto found = json.find("columns");
    if (found == json.end() || !found->is_object()) return list;
    for (const auto& [key, value] : found->items()) {
        if (value.is_string()) list.push_back({key, value.get<std::string>()});
    }
    return list;
}

bool is_header(const Json& json) {
    return json.is_object() && text(json, "tool") == "assay" && json.contains("format") &&
           json["format"] == kFormat && json.contains("arguments");
}

// A result that is known without its exchanges; nullopt for any other, and for what is no result.
std::optional<engine::CaseResult> plain_result(const Json& json) {
    using engine::Verdict;
    const std::string verdict = text(json, "verdict"), group = text(json, "group");
    const auto version = wire::version_from_name(text(json, "version"));
    const bool passed = verdict == identifier(Verdict::pass);
    if (version.has_value() != group.empty()) return std::nullopt;
    if (!passed && verdict != identifier(Verdict::not_applicable)) return std::nullopt;
    engine::CaseResult result{.id = text(json, "id"),
                              .title = text(json, "title"),
                              .requirements = texts(json, "requirements"),
                              .judged = texts(json, "judged"),
                              .verdict = passed ? Verdict::pass : Verdict::not_applicable,
                              .reason = text(json, "reason"),
                              .group = group,
                              .columns = columns(json),
                              .remarks = texts(json, "remarks")};
    if (version) result.version = *version;
    const auto time = json.find("microseconds");
    if (time != json.end() && time->is_number_integer())
        result.time = std::chrono::microseconds(time->get<int64_t>());
    return result;
}

}  // namespace

Result<Journal> Journal::begin(const fs::path& folder, const Arguments& arguments) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return refused(folder, "make", error);
    Journal journal(folder / kJournalName);
    errno = 0;
    journal.file_.open(journal.path_, std::ios::binary | std::ios::trunc);
    if (!journal.file_) return refused(journal.path_, "write", last_error());
    TRY(journal.write(line_of(header(arguments))));
    return journal;
}

Result<Journal> Journal::resume(const fs::path& folder, const Arguments& arguments) {
    const fs::path path = folder / kJournalName;
    const auto content = read_file(path.string(), kMostJournal);
    if (!content && fs::exists(path)) return std::unexpected(content.error());
    std::istringstream file(content ? std::string(content->begin(), content->end()) : std::string());
    std::string line;
    const bool begun = file && std::getline(file, line) && !file.eof();
    const Json first = begun ? Json::parse(line, nullptr, false) : Json();
    if (!is_header(first)) {
        return fail(Errc::bad_text, "--resume", Error::npos,
                    fmt::format("there is no interrupted run in {}", folder.string()));
    }
    if (first["arguments"] != Json(arguments)) {
        const Arguments had = texts(first, "arguments");
        return fail(Errc::bad_text, "--resume", Error::npos,
                    fmt::format("the interrupted run in {} had other arguments: {}", folder.string(),
                                had.empty() ? "none" : fmt::format("{}", fmt::join(had, " "))));
    }
    Journal journal(path);
    auto end = static_cast<uintmax_t>(file.tellg());
    while (std::getline(file, line) && !file.eof()) {
        const Json json = Json::parse(line, nullptr, false);
        if (!json.is_object()) break;
        end += line.size() + 1;
        if (auto result = plain_result(json)) {
            std::pair key{result->id, result->version};
            journal.known_.insert_or_assign(std::move(key), std::move(*result));
        }
    }
    std::error_code error;
    fs::resize_file(path, end, error);
    if (error) return refused(path, "write", error);
    errno = 0;
    journal.file_.open(path, std::ios::binary | std::ios::app);
    if (!journal.file_) return refused(path, "write", last_error());
    return journal;
}

Result<> Journal::write(const std::string& line) {
    errno = 0;
    file_.write(line.data(), static_cast<std::streamsize>(line.size()));
    file_.flush();
    if (!file_) return refused(path_, "write", last_error());
    return {};
}

Result<> Journal::add(const engine::CaseResult& result) {
    if (known_.contains(std::pair(result.id, result.version))) return {};
    return write(line_of(to_json(result)));
}

std::optional<engine::CaseResult> Journal::known(std::string_view id, wire::Version version) const {
    const auto found = known_.find(std::pair(std::string(id), version));
    if (found == known_.end()) return std::nullopt;
    return found->second;
}

Result<> Journal::remove() {
    file_.close();
    std::error_code error;
    fs::remove(path_, error);
    if (error) return refused(path_, "remove", error);
    return {};
}

}  // namespace assay::report
