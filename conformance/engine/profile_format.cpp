#include "conformance/engine/profile_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ranges>

#include "conformance/engine/requirement.h"
#include "stack/base/ranges.h"

namespace assay::engine {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kComment = "for people: a string or a list of strings, which nothing reads";
constexpr ProfileKey kProfileKeys[] = {
    {"comment", ProfileValue::comment, false, kComment},
    {"name", ProfileValue::text, false, "of the device or of the specification"},
    {"versions", ProfileValue::versions, false, "of SPDM, that are run; all that the target has without any"},
    {"waivers", ProfileValue::waivers, false, "failures that are expected"},
    {"answers", ProfileValue::answers, false, "error codes that another specification asks for"},
};
constexpr ProfileKey kWaiverKeys[] = {
    {"comment", ProfileValue::comment, false, kComment},
    {"case", ProfileValue::cases, true, "a glob over case ids: * for any characters, ? for one"},
    {"versions", ProfileValue::versions, false, "of SPDM, at which it fails; all without any"},
    {"reason", ProfileValue::text, true, "why it fails, and where that is followed up"},
    {"expires", ProfileValue::day, true, "the last day on which the failure is expected, as 2027-01-31"},
};
constexpr ProfileKey kAnswerKeys[] = {
    {"comment", ProfileValue::comment, false, kComment},
    {"requirement", ProfileValue::requirement, true,
     "a glob over requirement ids: * for any characters, ? for one"},
    {"versions", ProfileValue::versions, false, "of SPDM, at which it is allowed; all without any"},
    {"instead_of", ProfileValue::error_code, true, "an error code of DSP0274 that a case allows"},
    {"answer", ProfileValue::error_code, true, "the error code that is as good"},
    {"source", ProfileValue::text, true, "who asks for it: document and section"},
};

bool is_day(std::string_view day) {
    constexpr std::string_view kForm = "0000-00-00";
    if (day.size() != kForm.size()) return false;
    for (size_t i = 0; i < day.size(); ++i) {
        const bool digit = day[i] >= '0' && day[i] <= '9';
        if (kForm[i] == '0' ? !digit : day[i] != kForm[i]) return false;
    }
    const auto number = [&](size_t from, size_t count) {
        unsigned value = 0;
        std::from_chars(day.data() + from, day.data() + from + count, value);
        return value;
    };
    return std::chrono::year_month_day(std::chrono::year(static_cast<int>(number(0, 4))),
                                       std::chrono::month(number(5, 2)), std::chrono::day(number(8, 2)))
        .ok();
}

// Whether what holds at these versions, or at all without any, has one in common with the other.
bool overlap(const std::vector<wire::Version>& one, const std::vector<wire::Version>& other) {
    if (one.empty() || other.empty()) return true;
    return std::ranges::any_of(one, [&](wire::Version version) { return contains(other, version); });
}

// An object of the file on its way through the check.
struct Node {
    const Json& json;
    std::string pointer;  // "/waivers/0"
    std::string where;    // "waivers[0]"
};

class Checker {
   public:
    Checker(const LocatedJson& text, const ProfileContext& context) : text_(text), context_(context) {}

    CheckedProfile all() {
        for (const TextFault& fault : text_.repeated)
            checked_.faults.push_back({fault.place, "profile", fault.what});
        const Node root{text_.value, "", "profile"};
        if (!check_keys(root, kProfileKeys)) return std::move(checked_);
        Profile& profile = checked_.profile;
        profile.name = text(root, "name");
        profile.versions = versions(root);
        each(root, "waivers", [&](const Node& node) { add_waiver(node); });
        each(root, "answers", [&](const Node& node) { add_answer(node); });
        std::ranges::sort(checked_.faults, {}, [](const ProfileFault& fault) {
            return std::pair(fault.place, std::string_view(fault.what));
        });
        return std::move(checked_);
    }

   private:
    void add(const std::string& pointer, const std::string& where, std::string what, bool warning = false) {
        checked_.faults.push_back({text_.at(pointer), where, std::move(what), warning});
    }
    // About the value of a key.
    void wrong(const Node& node, std::string_view key, std::string what, bool warning = false) {
        add(fmt::format("{}/{}", node.pointer, key), node.where, std::move(what), warning);
    }

    // Whether it is an object at all. Its members are checked by their kinds.
    bool check_keys(const Node& node, std::span<const ProfileKey> keys) {
        if (!node.json.is_object()) {
            add(node.pointer, node.where, "must be an object");
            return false;
        }
        for (const auto& [name, value] : node.json.items()) {
            if (std::ranges::find(keys, name, &ProfileKey::name) != keys.end()) continue;
            const auto names = keys | std::views::transform(&ProfileKey::name);
            add((Json::json_pointer(node.pointer) / name).to_string(), node.where,
                fmt::format("there is no key \"{}\"; known are {}", name, fmt::join(names, ", ")));
        }
        for (const ProfileKey& key : keys) {
            if (node.json.contains(key.name)) {
                check_value(node, key);
            } else if (key.required) {
                add(node.pointer, node.where, fmt::format("\"{}\" is missing: {}", key.name, key.meaning));
            }
        }
        return true;
    }

    void check_value(const Node& node, const ProfileKey& key) {
        const Json& value = node.json[key.name];
        const std::string problem = [&] {
            switch (key.value) {
                case ProfileValue::comment: return comment_problem(value);
                case ProfileValue::versions: return versions_problem(value);
                case ProfileValue::waivers:
                case ProfileValue::answers: return std::string(value.is_array() ? "" : " must be a list");
                default: break;
            }
            if (!value.is_string()) return std::string(" must be a string");
            return text_problem(value.get_ref<const std::string&>(), key);
        }();
        if (!problem.empty()) wrong(node, key.name, fmt::format("\"{}\"{}", key.name, problem));
    }

    static std::string list_problem(const Json& value) {
        const bool strings =
            value.is_array() && std::ranges::all_of(value, [](const Json& one) { return one.is_string(); });
        return strings ? "" : " must be a list of strings";
    }
    static std::string comment_problem(const Json& value) {
        return value.is_string() || list_problem(value).empty() ? ""
                                                                : " must be a string or a list of strings";
    }
    static std::string versions_problem(const Json& value) {
        if (std::string problem = list_problem(value); !problem.empty()) return problem;
        std::vector<std::string> seen;
        for (const Json& one : value) {
            auto name = one.get<std::string>();
            if (!wire::version_from_name(name))
                return fmt::format(": \"{}\" is none of the versions 1.0 to 1.4", name);
            if (contains(seen, name)) return fmt::format(": \"{}\" is there twice", name);
            seen.push_back(std::move(name));
        }
        return {};
    }

    std::string text_problem(const std::string& value, const ProfileKey& key) const {
        const auto unmatched = [&](std::string_view what, const auto& ids) -> std::string {
            if (std::ranges::any_of(ids, [&](std::string_view id) { return matches(value, id); })) return {};
            const bool glob = value.find_first_of("*?") != std::string::npos;
            return glob ? fmt::format(": no {} matches \"{}\"", what, value)
                        : fmt::format(": there is no {} \"{}\"", what, value);
        };
        switch (key.value) {
            case ProfileValue::day:
                return is_day(value)
                           ? ""
                           : fmt::format(": \"{}\" is no day of the calendar, as 2027-01-31", value);
            case ProfileValue::cases: return context_.cases.empty() ? "" : unmatched("case", context_.cases);
            case ProfileValue::requirement:
                return unmatched("requirement",
                                 Requirements::embedded().all() | std::views::transform(&Requirement::id));
            case ProfileValue::error_code:
                return wire::error_from_name(value)
                           ? ""
                           : fmt::format(": \"{}\" is no error code, as UnexpectedRequest", value);
            default: return value.empty() && key.required ? " must not be empty" : "";
        }
    }

    // What follows reads what was checked, and takes nothing for what was found wrong.
    static std::string text(const Node& node, const char* key) {
        const auto value = node.json.find(key);
        return value != node.json.end() && value->is_string() ? value->get<std::string>() : "";
    }
    static std::vector<std::string> texts(const Node& node, const char* key) {
        const auto value = node.json.find(key);
        if (value == node.json.end() || !list_problem(*value).empty()) return {};
        return value->get<std::vector<std::string>>();
    }
    static std::vector<wire::Version> versions(const Node& node) {
        std::vector<wire::Version> list;
        for (const std::string& name : texts(node, "versions")) {
            if (const auto version = wire::version_from_name(name)) list.push_back(*version);
        }
        return list;
    }
    template <class Body>
    static void each(const Node& root, const char* key, Body&& body) {
        const auto list = root.json.find(key);
        if (list == root.json.end() || !list->is_array()) return;
        for (size_t i = 0; i < list->size(); ++i)
            body(Node{(*list)[i], fmt::format("/{}/{}", key, i), fmt::format("{}[{}]", key, i)});
    }

    void add_waiver(const Node& node) {
        if (!check_keys(node, kWaiverKeys)) return;
        const Waiver waiver{text(node, "case"), versions(node), text(node, "reason"), text(node, "expires")};
        std::vector<Waiver>& before = checked_.profile.waivers;
        for (const Waiver& other : before) {
            if (waiver.cases.empty() || other.cases != waiver.cases ||
                !overlap(other.versions, waiver.versions))
                continue;
            wrong(node, "case", fmt::format("an earlier waiver is for \"{}\" already", waiver.cases));
            break;
        }
        if (is_day(waiver.expires) && !context_.today.empty() && context_.today > waiver.expires)
            wrong(node, "expires", fmt::format("expired on {} and is not applied", waiver.expires), true);
        before.push_back(waiver);
    }

    void add_answer(const Node& node) {
        if (!check_keys(node, kAnswerKeys)) return;
        const auto instead_of = wire::error_from_name(text(node, "instead_of"));
        const auto answer = wire::error_from_name(text(node, "answer"));
        if (!instead_of || !answer) return;
        const OtherAnswer row{text(node, "requirement"), versions(node), *instead_of, *answer,
                              text(node, "source")};
        std::vector<OtherAnswer>& before = checked_.profile.answers;
        const bool repeated = std::ranges::any_of(before, [&](const OtherAnswer& other) {
            return other.requirements == row.requirements && other.instead_of == row.instead_of &&
                   other.answer == row.answer && overlap(other.versions, row.versions);
        });
        if (repeated)
            wrong(node, "requirement",
                  fmt::format("an earlier entry allows \"{}\" this already", row.requirements));
        before.push_back(row);
    }

    const LocatedJson& text_;
    const ProfileContext& context_;
    CheckedProfile checked_;
};

}  // namespace

std::span<const ProfileKey> profile_keys() { return kProfileKeys; }
std::span<const ProfileKey> waiver_keys() { return kWaiverKeys; }
std::span<const ProfileKey> answer_keys() { return kAnswerKeys; }

std::string ProfileFault::text() const {
    return fmt::format("{}:{}: {}: {}", place.line, place.column, where, what);
}

size_t CheckedProfile::errors() const {
    return static_cast<size_t>(std::ranges::count(faults, false, &ProfileFault::warning));
}

CheckedProfile check_profile(std::string_view json, const ProfileContext& context) {
    const auto text = parse_located(json);
    if (!text) return {.profile = {}, .faults = {{text.error().place, "profile", text.error().what}}};
    return Checker(*text, context).all();
}

}  // namespace assay::engine
