#include "conformance/suites/threats/threats.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <set>

namespace assay::cases::threats {

BOOST_AUTO_TEST_SUITE(threats)

BOOST_AUTO_TEST_CASE(the_table_has_nineteen_rows_and_each_has_a_scenario) {
    std::set<std::string> ids;
    for (const Row& row : threat_model()) {
        BOOST_TEST(ids.insert(row.id).second, row.id);
        BOOST_TEST(scenario(row.id) != nullptr, row.id);
    }
    BOOST_TEST(ids.size() == 19U);
    BOOST_TEST(scenario("no-such-row") == nullptr);
    BOOST_TEST(!parse_threat_model("{}").has_value());
    BOOST_TEST(!parse_threat_model("[").has_value());
}

BOOST_AUTO_TEST_CASE(all_cells_are_observed_as_expected) {
    const auto outcomes = observe_all();
    BOOST_TEST(outcomes.size() == 38U);
    for (const Outcome& outcome : outcomes) {
        BOOST_TEST(outcome.agrees(), outcome.row->id << " in " << device::name(outcome.mode) << ": expected "
                                                     << name(outcome.expected()) << ", observed "
                                                     << name(outcome.observed.cell) << ": "
                                                     << outcome.observed.what);
        for (const Attempt& attempt : outcome.observed.attempts) {
            BOOST_TEST_MESSAGE(outcome.row->id << " " << device::name(outcome.mode) << ": " << attempt.what
                                               << " " << attempt.success << " " << attempt.check);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_withstood_was_refused_by_a_name_or_left_ciphertext) {
    for (const Outcome& outcome : observe_all()) {
        for (const Attempt& attempt : outcome.observed.attempts) {
            BOOST_TEST((attempt.success || !attempt.check.empty() || !attempt.why_without.empty()),
                       outcome.row->id << ": " << attempt.what);
        }
        if (outcome.observed.cell == Cell::not_withstood && outcome.row->category == "confidentiality") {
            BOOST_TEST(!outcome.observed.bytes.empty(), outcome.row->id);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cell_follows_from_the_attempts) {
    Attack none(device::Mode::cc, {});
    BOOST_TEST((none.conclude().cell == Cell::unclear));
    Attack unexplained(device::Mode::cc, {});
    unexplained.add({.what = "a", .check = "one"});
    unexplained.add({.what = "b"});
    BOOST_TEST((unexplained.conclude().cell == Cell::unclear));
    Attack withstood(device::Mode::cc, {});
    withstood.add({.what = "a", .check = "one"});
    withstood.add({.what = "b", .why_without = "ciphertext"});
    BOOST_TEST((withstood.conclude().cell == Cell::withstood));
    Attack lost(device::Mode::cc, {});
    lost.add({.what = "a", .check = "one"});
    lost.add({.what = "b", .success = true});
    const Observation seen = lost.conclude();
    BOOST_TEST((seen.cell == Cell::not_withstood));
    BOOST_TEST(seen.what == "b");
    Attack absent(device::Mode::apm, {});
    BOOST_TEST((absent.not_applicable("nobody", "tenant_single").cell == Cell::not_applicable));
}

BOOST_AUTO_TEST_CASE(a_part_of_a_secret_is_found_wherever_it_lies) {
    Bytes seen(100, 1);
    BOOST_TEST(!holds_part(seen, tenant_data()));
    std::ranges::copy(ByteView(tenant_data()).subspan(30, 16), seen.begin() + 50);
    BOOST_TEST(holds_part(seen, tenant_data()));
    seen[55] ^= 1;
    BOOST_TEST(!holds_part(seen, tenant_data()));
    BOOST_TEST(!holds_part(seen, {}));
}

BOOST_AUTO_TEST_CASE(the_report_has_every_cell_in_words_and_as_data) {
    std::vector<Outcome> outcomes;
    for (device::Mode mode : kModes) outcomes.push_back(observe(threat_model()[1], mode));
    const std::string text = to_text(outcomes);
    BOOST_TEST(text.contains("link-read-code"), text);
    BOOST_TEST(text.contains("2 of 2 cells are as expected"), text);
    const auto json = nlohmann::json::parse(to_json(outcomes));
    BOOST_TEST(json["agree"] == 2);
    BOOST_TEST(json["cells"][0]["observed"] == "not-withstood");
    BOOST_TEST(json["cells"][0]["bytes"] == to_hex(ByteView(tenant_code()).first(32)));
    BOOST_TEST(json["cells"][1]["check"].is_null());
    outcomes[1].observed.cell = Cell::not_withstood;
    BOOST_TEST(to_text(outcomes).contains("1 of 2"));
    BOOST_TEST(to_text(outcomes).contains("DISAGREES"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::threats
