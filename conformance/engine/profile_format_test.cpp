#include "conformance/engine/profile_format.h"

#include <boost/test/unit_test.hpp>
#include <fstream>

namespace assay::engine {

namespace {

constexpr std::string_view kWaiver = R"("case": "crt/*", "reason": "known", "expires": "2027-01-31")";

std::string with_waiver(std::string_view members) {
    return "{\"waivers\": [\n  {" + std::string(members) + "}]}";
}

// Every fault, a line each.
std::string faults(const std::string& json) {
    const ProfileContext context{.cases = {"crt/slot", "crt/form"}, .today = "2026-11-30"};
    std::string text;
    for (const ProfileFault& fault : check_profile(json, context).faults)
        text += (fault.warning ? "warning " : "") + fault.text() + "\n";
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(profile_format_suite)

BOOST_AUTO_TEST_CASE(a_profile_without_fault_is_read_whole) {
    const CheckedProfile checked = check_profile(
        R"({"comment": ["one", "two"], "name": "device", "versions": ["1.2"], "waivers": [{"comment": "why",
            "case": "crt/*", "versions": ["1.2", "1.3"], "reason": "known", "expires": "2028-02-29"}]})");
    BOOST_TEST(checked.faults.empty());
    BOOST_TEST(checked.profile.name == "device");
    BOOST_TEST((checked.profile.versions == std::vector{wire::Version::v1_2}));
    BOOST_REQUIRE(checked.profile.waivers.size() == 1U);
    BOOST_TEST(checked.profile.waivers[0].expires == "2028-02-29");
    BOOST_TEST(checked.profile.waivers[0].versions.size() == 2U);
}

BOOST_AUTO_TEST_CASE(each_fault_is_said_with_its_place) {
    const std::pair<std::string, std::string> rows[] = {
        {"[]", "1:1: profile: must be an object"},
        {R"({"wavers": []})", "1:2: profile: there is no key \"wavers\"; known are comment, name"},
        {R"({"comment": 1})", "1:2: profile: \"comment\" must be a string or a list of strings"},
        {R"({"versions": ["1.2", "1.5"]})", "\"versions\": \"1.5\" is none of the versions 1.0 to 1.4"},
        {R"({"versions": ["1.2", "1.2"]})", "\"versions\": \"1.2\" is there twice"},
        {R"({"name": "a", "name": "b"})", "1:15: profile: the key \"name\" is there twice"},
        {R"({"waivers": {}})", "\"waivers\" must be a list"},
        {R"({"waivers": [1]})", "1:14: waivers[0]: must be an object"},
        {with_waiver(R"("case": "crt/*", "expires": "2027-01-31")"),
         "2:3: waivers[0]: \"reason\" is missing"},
        {with_waiver(R"("case": "crt/*", "reason": "known")"), "2:3: waivers[0]: \"expires\" is missing"},
        {with_waiver(R"("case": "crt/*", "reason": "", "expires": "2027-01-31")"),
         "2:21: waivers[0]: \"reason\" must not be empty"},
        {with_waiver(R"("case": "crt/*", "reason": "known", "expires": "2026-02-30")"),
         "2:40: waivers[0]: \"expires\": \"2026-02-30\" is no day of the calendar"},
        {with_waiver(R"("case": "crt/*", "reason": "known", "expires": "tomorrow")"), "is no day"},
        {with_waiver(R"("case": "crt/nothing", "reason": "known", "expires": "2027-01-31")"),
         "2:4: waivers[0]: \"case\": there is no case \"crt/nothing\""},
        {with_waiver(R"("case": "ctr/*", "reason": "known", "expires": "2027-01-31")"),
         "\"case\": no case matches \"ctr/*\""},
        {with_waiver(std::string(kWaiver) + "}, {" + std::string(kWaiver)),
         "waivers[1]: an earlier waiver is for \"crt/*\" already"},
        {with_waiver(R"("case": "crt/*", "reason": "known", "expires": "2026-11-29")"),
         "warning 2:40: waivers[0]: expired on 2026-11-29 and is not applied"},
        {R"({"answers": [{"requirement": "SPDM-XYZ-*", "instead_of": "Busy", "answer": "Busy",
            "source": "a"}]})",
         "answers[0]: \"requirement\": no requirement matches \"SPDM-XYZ-*\""},
    };
    for (const auto& [json, says] : rows) {
        const std::string found = faults(json);
        BOOST_TEST(found.contains(says), json << " gives " << found);
        BOOST_TEST(std::ranges::count(found, '\n') == 1, json << " gives " << found);
    }
}

BOOST_AUTO_TEST_CASE(all_faults_are_found_at_once_in_the_order_of_the_text) {
    const std::string found = faults(with_waiver(R"("case": 1, "reason": "")") + "}");
    BOOST_TEST(found.contains("is no JSON"), found);
    const std::string several = faults(with_waiver(R"("reason": "", "case": 1, "until": "2027-01-31")"));
    BOOST_TEST(several.starts_with("2:3: waivers[0]: \"expires\" is missing"), several);
    const size_t reason = several.find("\"reason\" must not"),
                 glob = several.find("\"case\" must be a string"),
                 key = several.find("there is no key \"until\"");
    BOOST_TEST((reason < glob && glob < key && key != std::string::npos), several);
}

BOOST_AUTO_TEST_CASE(a_waiver_holds_on_its_last_day_and_two_may_be_for_different_versions) {
    BOOST_TEST(faults(with_waiver(R"("case": "crt/*", "reason": "known", "expires": "2026-11-30")")).empty());
    BOOST_TEST(faults(with_waiver(std::string(kWaiver) + R"(, "versions": ["1.2"]}, {)" +
                                  std::string(kWaiver) + R"(, "versions": ["1.3"])"))
                   .empty());
}

// The schema is what an editor goes by, and says of each key what the tables say.
BOOST_AUTO_TEST_CASE(the_schema_has_the_same_keys) {
    std::ifstream file("vectors/schemas/profiles.schema.json");
    const auto schema = nlohmann::json::parse(file, nullptr, false);
    BOOST_REQUIRE(schema.is_object());
    const auto compare = [&](const nlohmann::json& object, std::span<const ProfileKey> keys) {
        BOOST_TEST(object["properties"].size() == keys.size());
        std::vector<std::string> required;
        for (const ProfileKey& key : keys) {
            if (key.required) required.emplace_back(key.name);
            BOOST_REQUIRE(object["properties"].contains(key.name));
            if (key.value == ProfileValue::comment) continue;
            BOOST_TEST(object["properties"][key.name]["description"] == key.meaning);
        }
        BOOST_TEST(object.value("required", std::vector<std::string>{}) == required);
    };
    compare(schema, profile_keys());
    compare(schema["properties"]["waivers"]["items"], waiver_keys());
    compare(schema["properties"]["answers"]["items"], answer_keys());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
