#include "conformance/report/list.h"

#include <nlohmann/json.hpp>

namespace assay::report {

namespace {

using Json = nlohmann::ordered_json;

Json requirement_json(const std::string& id) {
    const engine::Requirement* rule = engine::Requirements::embedded().find(id);
    if (rule == nullptr) return {{"id", id}, {"level", nullptr}, {"clause", nullptr}, {"text", nullptr}};
    return {{"id", id}, {"level", name(rule->level)}, {"clause", clause(*rule)}, {"text", rule->text}};
}

Json case_json(const engine::Suite& suite, const engine::CaseInfo& one) {
    Json json;
    json["id"] = one.id;
    json["title"] = one.title;
    for (size_t i = 0; i < std::min(one.columns.size(), suite.column_names.size()); ++i)
        json[std::string(suite.column_names[i])] = one.columns[i];
    json["requirements"] = Json::array();
    for (const std::string& id : one.requirements) json["requirements"].push_back(requirement_json(id));
    json["needs"] = one.needs;
    json["negative"] = one.negative;
    json["writes"] = one.writes;
    json["once"] = one.once;
    json["waits"] = one.waits;
    return json;
}

}  // namespace

Json to_json(const engine::Suite& suite, std::span<const engine::CaseInfo> cases) {
    Json json;
    json["tool"] = "assay";
    json["format"] = kListFormat;
    json["role"] = suite.name;
    json["cases"] = Json::array();
    for (const engine::CaseInfo& one : cases) json["cases"].push_back(case_json(suite, one));
    return json;
}

}  // namespace assay::report
