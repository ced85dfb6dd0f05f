#include "conformance/report/failed.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "conformance/report/details.h"
#include "conformance/report/json.h"

namespace assay::report {

namespace {

using Json = nlohmann::json;
using engine::Verdict;

std::unexpected<Error> wrong(std::string what) {
    return fail(Errc::bad_text, "report", Error::npos, std::move(what));
}

// A verdict that this program does not know, of a later one, is no pass.
bool is_to_be_repeated(std::string_view verdict) {
    for (const Verdict passed :
         {Verdict::pass, Verdict::loose_pass, Verdict::warning, Verdict::not_applicable, Verdict::waived}) {
        if (verdict == identifier(passed)) return false;
    }
    return true;
}

bool is_text(const Json& object, const char* key) {
    return object.is_object() && object.contains(key) && object[key].is_string();
}

}  // namespace

Result<std::vector<engine::CaseAt>> failed_in(std::string_view json, std::string_view role) {
    const Json report = Json::parse(json, nullptr, false);
    if (report.is_discarded()) return wrong("is no JSON");
    if (!is_text(report, "tool") || report["tool"] != "assay" || !is_text(report, "role") ||
        !report.contains("results") || !report["results"].is_array())
        return wrong("is no report.json of assay");
    if (report["format"] != kJsonFormat)
        return wrong(fmt::format("is a report of format {}, and this program reads {}",
                                 report["format"].dump(), kJsonFormat));
    if (report["role"] != role)
        return wrong(fmt::format("is the report of a run of --role {}", report["role"].get<std::string>()));
    std::vector<engine::CaseAt> list;
    for (const Json& result : report["results"]) {
        if (!is_text(result, "id") || !is_text(result, "verdict"))
            return wrong(fmt::format("results[{}] has no id or no verdict", &result - &report["results"][0]));
        if (!is_to_be_repeated(result["verdict"].get<std::string>())) continue;
        engine::CaseAt one{.id = result["id"], .version = std::nullopt};
        if (is_text(result, "version"))
            one.version = wire::version_from_name(result["version"].get<std::string>());
        list.push_back(std::move(one));
    }
    return list;
}

}  // namespace assay::report
