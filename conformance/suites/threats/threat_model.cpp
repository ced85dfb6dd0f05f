#include "conformance/suites/threats/threat_model.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "conformance/suites/threats/threat_model_files.h"

namespace assay::cases::threats {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kNames = {"withstood", "not-withstood", "not-applicable",
                                                    "unclear"};
constexpr std::array<std::string_view, 4> kSymbols = {"✓", "✗", "NA", "?"};

Cell cell(const Json& expected, const char* mode) {
    const auto text = expected.at(mode).get<std::string>();
    return static_cast<Cell>(std::ranges::find(kNames, text) - kNames.begin());
}

Row row(const Json& json) {
    return {.id = json.at("id"),
            .category = json.at("category"),
            .threat = json.at("threat"),
            .apm = cell(json.at("expected"), "apm"),
            .cc = cell(json.at("expected"), "cc"),
            .full = json.at("modelled").at("extent") == "full",
            .modelled = json.at("modelled").at("reason")};
}

}  // namespace

std::string_view name(Cell cell) { return kNames.at(static_cast<size_t>(cell)); }
std::string_view symbol(Cell cell) { return kSymbols.at(static_cast<size_t>(cell)); }

Result<std::vector<Row>> parse_threat_model(std::string_view json) {
    try {
        std::vector<Row> rows;
        for (const Json& one : Json::parse(json).at("rows")) {
            rows.push_back(row(one));
            if (rows.back().apm > Cell::unclear || rows.back().cc > Cell::unclear) {
                return fail(Errc::bad_text, "threat_model", Error::npos, rows.back().id + ": no such cell");
            }
        }
        return rows;
    } catch (const Json::exception& error) {
        return fail(Errc::bad_text, "threat_model", Error::npos, error.what());
    }
}

const std::vector<Row>& threat_model() {
    static const std::vector<Row> kRows = parse_threat_model(threat_model_files()[0].text).value();
    return kRows;
}

}  // namespace assay::cases::threats
