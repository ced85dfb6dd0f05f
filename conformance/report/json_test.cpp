#include "conformance/report/json.h"

#include <boost/test/unit_test.hpp>

#include "conformance/report/test_support.h"

namespace assay::report {

namespace {

nlohmann::ordered_json result(const nlohmann::ordered_json& report, std::string_view id) {
    for (const auto& one : report["results"]) {
        if (one["id"] == id && one["verdict"] != "pass") return one;
    }
    return nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_suite)

BOOST_AUTO_TEST_CASE(the_counts_add_up_to_the_results) {
    auto json = to_json(test::sample(), test::details());
    size_t sum = 0;
    for (const auto& count : json["counts"]) sum += count.get<size_t>();
    BOOST_TEST(json["counts"].size() == engine::kVerdictCount);
    BOOST_TEST(sum == json["results"].size());
    BOOST_TEST(json["counts"]["loose_pass"] == 1);
    BOOST_TEST(json["exit_code"] == test::sample().exit_code());
}

BOOST_AUTO_TEST_CASE(a_finding_carries_the_clause_it_is_about) {
    auto json = result(to_json(test::sample(), test::details()), "crt/offset-at-end");
    auto finding = json["findings"][0];
    BOOST_TEST(finding["document"] == "DSP0274");
    BOOST_TEST(finding["section"] == "GET_CERTIFICATE request and CERTIFICATE response messages");
    BOOST_TEST(finding["level"] == "must");
    BOOST_TEST(finding["exchange"] == 1);
    BOOST_TEST(finding["field"] == "PortionLength");
}

BOOST_AUTO_TEST_CASE(a_result_has_its_clauses_and_what_was_judged) {
    auto json = result(to_json(test::sample(), test::details()), "crt/offset-at-end");
    BOOST_TEST((json["clauses"] == nlohmann::ordered_json{"DSP0274, GET_CERTIFICATE request and CERTIFICATE "
                                                          "response messages"}));
    BOOST_TEST((json["judged"] == nlohmann::ordered_json{"SPDM-CRT-003", "SPDM-HDR-002"}));
}

BOOST_AUTO_TEST_CASE(a_finding_about_no_requirement_has_nulls_and_not_other_keys) {
    auto json = to_json(test::sample(), test::details());
    auto with = result(json, "crt/offset-at-end")["findings"][0];
    auto without = result(json, "mal/late")["findings"][0];
    BOOST_TEST(with.size() == without.size());
    for (const char* key : {"requirement", "text", "document", "section", "level", "exchange", "field"})
        BOOST_TEST(without[key].is_null(), key);
}

BOOST_AUTO_TEST_CASE(exchanges_are_hexadecimal_and_silence_is_null) {
    auto json = to_json(test::sample(), test::details());
    auto exchange = result(json, "crt/offset-at-end")["exchanges"][1];
    BOOST_TEST(exchange["request"] == "1282000000020004");
    BOOST_TEST(exchange["request_name"] == "GET_CERTIFICATE");
    BOOST_TEST(exchange["response_name"] == "CERTIFICATE");
    auto silence = result(json, "mal/empty")["exchanges"][1];
    BOOST_TEST(silence["response"].is_null());
    BOOST_TEST(silence["response_name"].is_null());
}

BOOST_AUTO_TEST_CASE(inside_a_session_the_records_stand_beside_the_messages) {
    engine::RunReport report = test::sample();
    auto of = [&](const lab::Exchange& exchange) {
        for (engine::CaseResult& one : report.results) {
            if (one.id == "crt/offset-at-end") one.exchanges[1] = exchange;
        }
        return result(to_json(report, test::details()), "crt/offset-at-end")["exchanges"][1];
    };
    lab::Exchange exchange = test::in_session();
    auto json = of(exchange);
    BOOST_TEST(json["session"] == "fffeffff");
    BOOST_TEST(json["request_name"] == "HEARTBEAT");
    BOOST_TEST(json["request_record"] == "fffffeff00000016aabb");
    BOOST_TEST(json["response_record"] == "fffffeff00000016ccdd");
    BOOST_TEST(json["verify_data"][0]["result"] == "good");
    BOOST_TEST(json["verify_data"][1]["message"] == "FINISH_RSP");
    BOOST_TEST(json["verify_data"][1]["due"] == "5a");
    exchange.outside = true;
    BOOST_TEST(of(exchange)["response_record"].is_null());
    exchange.outside = false;
    exchange.unreadable = true;
    BOOST_TEST(of(exchange)["response_name"].is_null());
    exchange.response.reset();
    BOOST_TEST(of(exchange)["response_record"].is_null());
}

BOOST_AUTO_TEST_CASE(a_bad_signature_comes_with_the_bytes_it_must_cover) {
    auto exchange = result(to_json(test::sample(), test::details()), "chl/signature")["exchanges"][0];
    BOOST_TEST(exchange["signature"] == "bad");
    BOOST_TEST(exchange["transcript"] == "112233");
}

BOOST_AUTO_TEST_CASE(no_time_stands_in_a_report_unless_it_was_given) {
    BOOST_TEST(!to_json(test::sample()).contains("started"));
    BOOST_TEST(to_json(test::sample(), {.started = "2026-11-23T12:00:00Z"})["started"] ==
               "2026-11-23T12:00:00Z");
}

BOOST_AUTO_TEST_CASE(a_report_of_an_unreachable_target_has_results_without_version) {
    engine::RunReport report = test::sample();
    report.versions.clear();
    auto json = to_json(report, test::details());
    BOOST_TEST(json["versions"].empty());
    BOOST_TEST(json["results"][0]["version"].is_null());
}

BOOST_AUTO_TEST_CASE(a_role_without_versions_has_its_own_keys_beside_those_of_every_role) {
    const auto json = to_json(test::grouped());
    BOOST_TEST(json["role"] == "verifier");
    BOOST_TEST(json["verifier"] == "./verify {bundle}");
    BOOST_TEST(json["versions"].empty());
    BOOST_TEST(json["exit_code"] == 3);
    const auto failed = result(json, "a-long-group-of-bundles/one");
    BOOST_TEST(failed["version"].is_null());
    BOOST_TEST(failed["group"] == "a-long-group-of-bundles");
    BOOST_TEST(failed["file"] == "gpu-0/report.bin");
    BOOST_TEST(failed["words"] == "\\x1b[31mgood");
    for (const auto& [key, value] : result(to_json(test::sample()), "crt/offset-at-end").items())
        BOOST_TEST(failed.contains(key), key);
    BOOST_TEST(!result(to_json(test::sample()), "crt/offset-at-end").contains("group"));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_still_give_json_that_can_be_read) {
    std::string text = to_text(to_json(test::sample(), test::details()));
    BOOST_TEST(text.find('\xff') == std::string::npos);
    BOOST_TEST(!nlohmann::json::parse(text, nullptr, false).is_discarded());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
