// Strict reading of JSON that people and attackers write: every key is known, occurs once and has the type
// that it must have.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "stack/base/bytes.h"
#include "stack/crypto/x509.h"

namespace assay::attest {

// Reads JSON (RFC 8259), in which no object has a key twice and nothing is nested deeper than 16. Errors:
// Errc::bad_text with the reason, as everything here.
Result<nlohmann::json> parse_json(std::string_view text);

// One object, whose keys are asked for by name. What was asked for wrongly is kept, the first time, and given
// by finish(); until then every getter answers with something harmless.
class JsonObject {
   public:
    // `where` names the object in errors: "gpus[0]"; empty for the outermost.
    JsonObject(const nlohmann::json& json, std::string where);

    bool has(std::string_view key);
    // The value as it is; null when it is not there.
    const nlohmann::json& value(std::string_view key);
    std::string text(std::string_view key, std::string otherwise = {});
    bool flag(std::string_view key, bool otherwise);
    uint64_t number(std::string_view key, uint64_t otherwise);
    std::vector<std::string> texts(std::string_view key);
    // An object or array; an empty one when the key is absent.
    const nlohmann::json& object(std::string_view key);
    const nlohmann::json& array(std::string_view key);
    // One of `names`, by its place; `otherwise` when the key is absent.
    size_t choice(std::string_view key, std::initializer_list<std::string_view> names, size_t otherwise);

    // "gpus[0].report"
    std::string path(std::string_view key) const;
    void refuse(std::string_view key, std::string_view why);
    // Errors: a key that was not asked for, or the first that was refused.
    Result<> finish() const;

   private:
    const nlohmann::json* find(std::string_view key);

    const nlohmann::json* json_;
    std::string where_;
    std::set<std::string, std::less<>> asked_;
    std::string error_;
};

}  // namespace assay::attest
