#include "conformance/report/text.h"

#include <boost/test/unit_test.hpp>

#include "conformance/report/test_support.h"

namespace assay::report {

namespace {

// The lines with an arrow.
std::vector<std::string> pointed(const std::string& text) {
    std::vector<std::string> lines;
    for (size_t at = text.find("\n=>"); at != std::string::npos; at = text.find("\n=>", at + 1))
        lines.push_back(text.substr(at + 1, text.find('\n', at + 1) - at - 1));
    return lines;
}

std::string text_of(const engine::CaseResult& result) {
    return case_text(test::sample(), result, test::details());
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr std::string_view kVerifierOptions[] = {"--case", "--seed", "--dut-command"};

}  // namespace

BOOST_AUTO_TEST_SUITE(text_suite)

BOOST_AUTO_TEST_CASE(a_failing_case_states_rule_clause_expectation_and_how_to_repeat_it) {
    std::string text = text_of(test::failed());
    for (const char* part :
         {"crt/offset-at-end at SPDM 1.2: fail", "An Offset at the end of the chain is refused",
          "SPDM-CRT-003 (must): An Offset at or beyond the end of the chain gets InvalidRequest.",
          "DSP0274, GET_CERTIFICATE request and CERTIFICATE response messages",
          "expected: ERROR InvalidRequest", "got:      CERTIFICATE",
          "response: CERTIFICATE, 12 bytes (packet 4)", "to repeat: assay run --target"}) {
        BOOST_TEST(has(text, part), part << " is not in\n" << text);
    }
}

BOOST_AUTO_TEST_CASE(an_arrow_points_at_the_field_in_the_response) {
    std::vector<std::string> lines = pointed(text_of(test::failed()));
    BOOST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(has(lines[0], "PortionLength"), lines[0]);
    BOOST_TEST(has(lines[0], "0400"), lines[0]);
}

BOOST_AUTO_TEST_CASE(without_a_response_the_arrow_points_at_the_request) {
    engine::CaseResult result = test::failed();
    result.exchanges[1].response.reset();
    result.findings[0].field = "Offset";
    std::string text = text_of(result);
    std::vector<std::string> lines = pointed(text);
    BOOST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(has(lines[0], "Offset"), lines[0]);
    BOOST_TEST(has(text, "response: silence"));
}

BOOST_AUTO_TEST_CASE(the_field_of_a_list_is_found_without_its_index) {
    engine::CaseResult result = test::failed();
    result.findings[0].exchange = 0;
    result.findings[0].field = "VersionNumberEntryCount";
    BOOST_TEST(pointed(text_of(result)).size() == 1U);
    result.findings[0].field = "VersionNumberEntry";
    std::vector<std::string> lines = pointed(text_of(result));
    BOOST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(has(lines[0], "0011"), lines[0]);
}

BOOST_AUTO_TEST_CASE(the_arrow_points_at_where_a_message_stops_being_readable) {
    engine::CaseResult result = test::failed();
    result.exchanges[1].response->resize(5);
    result.findings[0].field = "PortionLength";
    std::vector<std::string> lines = pointed(text_of(result));
    BOOST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(lines[0].starts_with("=> !"), lines[0]);
}

BOOST_AUTO_TEST_CASE(a_field_that_is_nowhere_is_said_to_be_nowhere) {
    engine::CaseResult result = test::failed();
    result.findings[0].field = "OpaqueData";
    BOOST_TEST(pointed(text_of(result)).empty());
    BOOST_TEST(has(text_of(result), "OpaqueData (not in these messages)"));
    result.findings[0].exchange = 99;
    BOOST_TEST(has(text_of(result), "OpaqueData (not in these messages)"));
}

BOOST_AUTO_TEST_CASE(a_bad_signature_shows_the_bytes_it_must_cover) {
    std::string text = text_of(test::badly_signed());
    BOOST_TEST(
        has(text, "signature: BAD: the signature does not verify; it must cover these 3 bytes:\n  112233"),
        text);
}

BOOST_AUTO_TEST_CASE(what_passed_inside_a_session_is_shown_closed_and_open) {
    engine::CaseResult result = test::failed();
    result.exchanges = {test::in_session(), test::in_session(), test::in_session(), test::in_session()};
    result.exchanges[1].response = result.exchanges[1].response_record;
    result.exchanges[1].unreadable = true;
    result.exchanges[2].outside = true;
    result.exchanges[2].response_record.clear();
    result.exchanges[3].request.clear();
    result.exchanges[3].response.reset();
    std::string text = text_of(result);
    for (const char* part :
         {"--- exchange 0 ---\nsession:  fffeffff\nrequest:  HEARTBEAT, 4 bytes (packet 1)\n"
          "  record: fffffeff00000016aabb\n",
          "RequestResponseCode = HEARTBEAT",
          "response: HEARTBEAT_ACK, 4 bytes (packet 2)\n  record: fffffeff00000016ccdd\n",
          "  verify data of FINISH: good\n  verify data of FINISH_RSP: BAD: it is due 5a\n",
          "response: a record that cannot be opened, 10 bytes (packet 4)\n  record: fffffeff00000016ccdd\n",
          "response: HEARTBEAT_ACK, outside the session, 4 bytes (packet 6)\n",
          "request:  a record that holds no message, 10 bytes (packet 7)\n  record: fffffeff00000016aabb\n"
          "response: silence\n"}) {
        BOOST_TEST(has(text, part), part << " is not in\n" << text);
    }
}

BOOST_AUTO_TEST_CASE(a_long_case_keeps_its_ends_and_what_was_found) {
    engine::CaseResult result = test::failed();
    result.exchanges.assign(500, test::get_version());
    result.findings[0].exchange = 250;
    std::string text = text_of(result);
    BOOST_TEST(has(text, "--- exchange 0 ---\n"));
    BOOST_TEST(has(text, "--- exchange 249: left out"));
    BOOST_TEST(has(text, "--- exchange 250 ---\nrequest:  GET_VERSION, 4 bytes (packet 501)"), text);
    BOOST_TEST(has(text, "--- exchange 499 ---\n"));
}

BOOST_AUTO_TEST_CASE(nothing_that_a_device_sent_reaches_the_terminal_as_a_command) {
    engine::RunReport report = test::sample();
    for (const engine::CaseResult& result : report.results)
        BOOST_TEST(!has(case_text(report, result, test::details()), "\x1b"));
    BOOST_TEST(!has(summary(report, test::details()), "\x1b"));
}

BOOST_AUTO_TEST_CASE(the_summary_has_one_line_for_each_thing_to_look_at) {
    std::string text = summary(test::sample(), test::details());
    const std::pair<const char*, bool> rows[] = {
        {"\nfail            1.2  crt/offset-at-end: SPDM-CRT-003: expected ERROR InvalidRequest, got "
         "CERTIFICATE",
         true},
        {"\nwarning         1.2  hdr/reserved", true},
        {"\ndead            1.2  mal/empty", true},
        {"\nunexpected pass 1.2  ver/twice", true},
        {"\nharness error   1.2  mal/late", true},
        {"\nwaived          1.2  ver/entries (firmware 3 is known for it)", true},
        {"\nblocked         1.2  the target is gone since mal/empty (2 cases)", true},
        {"exit code 4: a defect of the harness, and the target is gone since mal/empty", true},
        {"mea/signed", false},
    };
    for (const auto& [part, wanted] : rows) BOOST_TEST(has(text, part) == wanted, part << " in\n" << text);
}

BOOST_AUTO_TEST_CASE(what_is_long_is_cut_in_the_summary_alone) {
    engine::RunReport report = test::sample();
    const std::string got(1000, 'a');
    for (engine::CaseResult& result : report.results) {
        for (engine::Finding& finding : result.findings) finding.got = got;
        if (result.findings.empty()) continue;
        BOOST_TEST(has(case_text(report, result, test::details()), got));
    }
    const std::string text = summary(report, test::details());
    BOOST_TEST(has(text, "got aaa"), text);
    BOOST_TEST(has(text, "further characters in the report)"), text);
    BOOST_TEST(!has(text, got), text);
}

BOOST_AUTO_TEST_CASE(the_summary_of_a_clean_run_has_no_list) {
    engine::RunReport report = test::sample();
    std::erase_if(report.results, [](const auto& result) { return result.verdict != engine::Verdict::pass; });
    report.unreachable = false;
    std::string text = summary(report, {});
    BOOST_TEST(has(text, "version    pass  fail  cases\n"), text);
    BOOST_TEST(has(text, "all           2     0      2\n\n2 results"), text);
    BOOST_TEST(has(text, "exit code 0: no failure"), text);
}

BOOST_AUTO_TEST_CASE(the_last_line_of_a_run_counts_its_warnings) {
    engine::RunReport report = test::sample();
    report.unreachable = false;
    report.killed_by.clear();
    std::erase_if(report.results, [](const auto& result) { return result.verdict != engine::Verdict::pass; });
    BOOST_TEST(!has(summary(report, {}), "exit code 0: no failure, "));
    report.results.front().verdict = engine::Verdict::warning;
    BOOST_TEST(has(summary(report, {}), "exit code 0: no failure, 1 warning\n"), summary(report, {}));
    report.results.back().verdict = engine::Verdict::warning;
    BOOST_TEST(has(summary(report, {}), "exit code 0: no failure, 2 warnings\n"), summary(report, {}));
    report.results.back().verdict = engine::Verdict::fail;
    BOOST_TEST(has(summary(report, {}), "exit code 1: failures, 1 warning\n"), summary(report, {}));
}

BOOST_AUTO_TEST_CASE(a_run_of_nothing_does_not_look_like_a_success) {
    engine::RunReport report{
        .target = "reference", .options = {}, .versions = {}, .results = {}, .killed_by = {}};
    BOOST_TEST(has(summary(report, {}), "NOTHING WAS RUN"));
}

BOOST_AUTO_TEST_CASE(a_role_without_versions_is_summed_by_group_and_has_its_remarks) {
    const std::string text = summary(
        test::grouped(), {.arguments = {"--dut-command", "./verify {bundle}"}, .options = kVerifierOptions});
    for (const char* wanted :
         {"group                     pass", "\na-long-group-of-bundles      0",
          "\ngenuine                      1",
          "\nfail            a-long-group-of-bundles/one (accepted)\n"
          "    where:    gpu-0/report.bin\n    it said:  \\x1b[31mgood\n",
          "\n\nit accepted, although:\n  1 × a nonce is another\n\n3 results, exit code 3: the target died",
          "to repeat: assay run --role verifier --seed 1 --dut-command './verify {bundle}'\n"}) {
        BOOST_TEST(text.contains(wanted), wanted << "\n" << text);
    }
    BOOST_TEST(case_text(test::grouped(), test::grouped().results[1])
                   .starts_with("a-long-group-of-bundles/one: fail\nOne bit\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
