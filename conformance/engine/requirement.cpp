#include "conformance/engine/requirement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "conformance/engine/requirement_files.h"
#include "stack/base/ranges.h"

namespace assay::engine {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 3> kLevels = {"must", "should", "may"};
constexpr std::array<std::string_view, 4> kEvidence = {"read", "implementation", "recalled", "open"};

template <class E, size_t N>
Result<E> named(const Json& row, const char* key, const std::array<std::string_view, N>& names) {
    std::string value = row.at(key);
    auto found = std::ranges::find(names, value);
    if (found == names.end()) {
        return fail(Errc::bad_text, "requirements", Error::npos, fmt::format("{}: no such {}", value, key));
    }
    return static_cast<E>(found - names.begin());
}

Result<wire::Version> version(const Json& row, const char* key, wire::Version otherwise) {
    if (!row.contains(key)) return otherwise;
    std::string value = row.at(key);
    auto version = wire::version_from_name(value);
    if (!version) return fail(Errc::bad_text, "requirements", Error::npos, value + " is no version");
    return *version;
}

Result<Requirement> read(const Json& row) {
    Requirement requirement;
    requirement.id = row.at("id");
    requirement.text = row.at("text");
    requirement.document = row.at("document");
    requirement.section = row.at("section");
    requirement.role = row.at("role");
    requirement.deferred = row.value("deferred", "");
    requirement.untestable = row.value("untestable", "");
    requirement.threat = row.value("threat", "");
    requirement.since = TRY(version(row, "since", wire::Version::v1_0));
    requirement.until = TRY(version(row, "until", wire::Version::v1_4));
    requirement.level = TRY(named<Level>(row, "level", kLevels));
    requirement.evidence = TRY(named<Evidence>(row, "evidence", kEvidence));
    return requirement;
}

}  // namespace

std::string clause(const Requirement& requirement) {
    return fmt::format("{}, {}", requirement.document, requirement.section);
}

std::string_view name(Level level) { return kLevels[static_cast<size_t>(level)]; }
std::optional<Level> level_from_name(std::string_view name) {
    const auto found = std::ranges::find(kLevels, name);
    if (found == kLevels.end()) return std::nullopt;
    return static_cast<Level>(found - kLevels.begin());
}
std::string_view name(Evidence evidence) { return kEvidence[static_cast<size_t>(evidence)]; }

Result<> Requirements::add(std::string_view text, std::string_view file) {
    try {
        Json json = Json::parse(text);
        for (const Json& row : json.at("requirements")) {
            all_.push_back(TRY(read(row)));
        }
    } catch (const Json::exception& error) {
        return fail(Errc::bad_text, "requirements", Error::npos, fmt::format("{}: {}", file, error.what()));
    }
    return {};
}

Result<> Requirements::add_disputes(std::string_view text, std::string_view file) {
    try {
        Json json = Json::parse(text);
        for (const Json& row : json.at("disputes")) {
            for (const Json& id : row.at("requirements")) {
                auto rule = std::ranges::find(all_, id.get<std::string>(), &Requirement::id);
                if (rule == all_.end()) {
                    return fail(Errc::bad_text, "requirements", Error::npos,
                                fmt::format("{}: {} is no requirement", file, id.get<std::string>()));
                }
                rule->disputes.push_back(row.at("id"));
            }
        }
    } catch (const Json::exception& error) {
        return fail(Errc::bad_text, "requirements", Error::npos, fmt::format("{}: {}", file, error.what()));
    }
    return {};
}

const Requirement* Requirements::find(std::string_view id) const {
    auto found = std::ranges::find(all_, id, &Requirement::id);
    return found == all_.end() ? nullptr : &*found;
}

std::vector<std::string> Requirements::clauses(std::span<const std::string> ids) const {
    std::vector<std::string> list;
    for (const std::string& id : ids) {
        const Requirement* requirement = find(id);
        if (requirement == nullptr) continue;
        std::string place = clause(*requirement);
        if (!contains(list, place)) list.push_back(std::move(place));
    }
    return list;
}

const Requirements& Requirements::embedded() {
    static const Requirements all = [] {
        Requirements read;
        // The files are part of the program, and a test demands that each can be read.
        for (const EmbeddedFile& file : requirement_files()) {
            Result<> added = read.add(file.text, file.path);
            if (!added) break;
        }
        for (const EmbeddedFile& file : dispute_files()) {
            Result<> added = read.add_disputes(file.text, file.path);
            if (!added) break;
        }
        return read;
    }();
    return all;
}

}  // namespace assay::engine
