// The cases on framing against the reference over each binding, and what each of its faults is found by.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

#include "conformance/engine/runner.h"
#include "conformance/lab/link_dut.h"
#include "conformance/lab/reference.h"
#include "conformance/suites/cases.h"

namespace assay::cases {

namespace {

lab::ReferenceOptions over(transport::Binding binding) {
    lab::ReferenceOptions options;
    options.binding = binding;
    options.transport = &lab::records_over(binding);
    return options;
}

engine::RunReport run(const lab::ReferenceOptions& reference, const std::string& filter = "trn/*") {
    lab::ReferenceDut dut(lab::make_reference_device(reference), crypto::openssl_provider(), reference);
    SeededRandom random(1);
    lab::Lab lab(dut, random, crypto::openssl_provider());
    engine::RunOptions options;
    options.selection = engine::matching(filter);
    return engine::run(lab, all_cases(), engine::Requirements::embedded(), options);
}

const engine::CaseResult* find(const engine::RunReport& report, std::string_view id) {
    for (const engine::CaseResult& one : report.results)
        if (one.id == id) return &one;
    return nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transport_cases_suite)

BOOST_AUTO_TEST_CASE(each_binding_is_held_to_its_own_cases) {
    const std::pair<transport::Binding, std::vector<std::string_view>> rows[] = {
        {transport::Binding::mctp, {"trn/mctp-", "trn/packet-", "trn/emu-"}},
        {transport::Binding::doe, {"trn/doe-", "trn/emu-"}},
        {transport::Binding::tcp, {"trn/tcp-", "trn/emu-"}},
        {transport::Binding::none, {}}};
    for (const auto& [binding, groups] : rows) {
        engine::RunReport report = run(over(binding));
        BOOST_TEST(report.exit_code() == 0);
        for (const engine::CaseResult& one : report.results) {
            if (!one.id.starts_with("trn/")) continue;
            bool ours = false;
            for (std::string_view group : groups) ours |= one.id.starts_with(group);
            BOOST_TEST((one.verdict == (ours ? engine::Verdict::pass : engine::Verdict::not_applicable)),
                       transport::name(binding)
                           << ": " << one.id << ": " << engine::name(one.verdict) << " "
                           << (one.findings.empty() ? "" : one.findings[0].expected) << ", got "
                           << (one.findings.empty() ? "" : one.findings[0].got));
            BOOST_TEST((ours || !one.reason.empty()), one.id << " does not say why");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_device_that_is_busy_is_asked_again) {
    for (transport::Binding binding : {transport::Binding::mctp, transport::Binding::doe}) {
        lab::ReferenceOptions options = over(binding);
        options.deferrals[wire::code::get_version] = {.busy = 2};
        engine::RunReport report = run(options);
        for (const engine::CaseResult& one : report.results)
            BOOST_TEST((one.verdict <= engine::Verdict::not_applicable),
                       one.id << " " << engine::name(one.verdict)
                              << (one.findings.empty() ? "" : ": " + one.findings[0].got));
    }
}

BOOST_AUTO_TEST_CASE(a_device_that_knows_one_discovery_version_is_warned_of_it_alone) {
    for (auto defect :
         {transport::FramingDefect::discovery_old_alone, transport::FramingDefect::discovery_new_alone}) {
        lab::ReferenceOptions options = over(transport::Binding::doe);
        options.framing.plant(defect);
        for (const engine::CaseResult& one : run(options, "trn/doe-*").results) {
            bool at_fault = one.id == "trn/doe-discovery";
            BOOST_TEST((one.verdict == (at_fault ? engine::Verdict::warning : engine::Verdict::pass)),
                       one.id << " " << engine::name(one.verdict));
        }
    }
}

BOOST_AUTO_TEST_CASE(framing_is_judged_once_a_run) {
    engine::RunReport report = run(over(transport::Binding::doe), "trn/doe-length");
    size_t results = 0;
    for (const engine::CaseResult& one : report.results) results += one.id == "trn/doe-length";
    BOOST_TEST(report.versions.size() == wire::kVersions.size());
    BOOST_TEST(results == 1U);
}

BOOST_AUTO_TEST_CASE(a_device_that_answers_nothing_after_a_bad_frame_is_found_dead) {
    lab::ReferenceOptions options = over(transport::Binding::mctp);
    options.framing.plant(transport::FramingDefect::stuck_after_bad_frame);
    engine::RunReport report = run(options, "trn/mctp-other-type");
    const engine::CaseResult* one = find(report, "trn/mctp-other-type");
    BOOST_REQUIRE(one != nullptr);
    BOOST_TEST((one->verdict == engine::Verdict::dead));
}

BOOST_AUTO_TEST_CASE(a_rule_that_nobody_read_is_a_warning) {
    lab::ReferenceOptions options = over(transport::Binding::tcp);
    options.framing.plant(transport::FramingDefect::tcp_role_unanswered);
    engine::RunReport report = run(options, "trn/tcp-role-inquiry");
    const engine::CaseResult* one = find(report, "trn/tcp-role-inquiry");
    BOOST_REQUIRE(one != nullptr);
    BOOST_TEST((one->verdict == engine::Verdict::warning));
    BOOST_TEST(report.exit_code() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
