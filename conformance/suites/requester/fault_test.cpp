#include "conformance/suites/requester/fault.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "conformance/lab/requester_reference.h"
#include "conformance/suites/requester/suite.h"

namespace assay::cases::requester {

namespace {

// The check by which the built-in requester refuses a fault.
std::string_view refused_by(const FaultRow& row, wire::Version version,
                            const spdm::FaultConfig& waived = {}) {
    lab::ReferenceRequester dut(waived);
    Subject subject(dut, {});
    CaseContext test(subject, version);
    const Setup setup =
        row.wrong && row.setup ? both(row.setup, row.wrong) : (row.wrong ? row.wrong : row.setup);
    const auto run = test.faulty(row.flow, setup, faults_of(row), row.twice);
    if (!run) return run.error().got;
    return dut.refusal() ? spdm::info(dut.refusal()->check).name : "nothing";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fault_suite)

BOOST_AUTO_TEST_CASE(an_honest_responder_is_believed_at_every_version_and_in_every_flow) {
    lab::ReferenceRequester dut;
    Subject subject(dut, {});
    for (const wire::Version version : wire::kVersions) {
        for (const lab::Flow flow : lab::kFlows) {
            if (flow != lab::Flow::attestation && version < wire::Version::v1_1) continue;
            BOOST_TEST_CONTEXT(wire::name(version) << ' ' << lab::name(flow)) {
                CaseContext test(subject, version);
                const auto run = test.honest({.flow = flow});
                BOOST_REQUIRE(run.has_value());
                BOOST_TEST((*run)->end.succeeded(), (*run)->end.output);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(each_fault_is_refused_by_its_check_and_by_no_other) {
    for (const FaultRow& row : fault_rows()) {
        const std::string_view check = spdm::info(row.check).name;
        spdm::FaultConfig faults;
        faults.waive(row.check);
        for (const wire::Version version : wire::kVersions) {
            if (!versions_of(row).has(version)) continue;
            BOOST_TEST_CONTEXT(check << " at " << wire::name(version) << ' ' << row.also) {
                BOOST_TEST(refused_by(row, version) == check);
                BOOST_TEST(refused_by(row, version, faults) != check);
            }
        }
    }
}

// The device signs what it said: who does not look at that is content to the end.
BOOST_AUTO_TEST_CASE(a_fault_that_is_passed_over_is_no_late_refusal) {
    struct Row {
        spdm::Check check;
        const char* id;
    };
    using spdm::Check;
    for (const Row& row :
         {Row{Check::caps_certificates, "req/caps-certificates-1"},
          Row{Check::algs_extended, "req/algs-extended-1"}, Row{Check::cert_slot, "req/cert-slot-1"},
          Row{Check::cert_digest, "req/cert-digest-1"}}) {
        spdm::FaultConfig faults;
        faults.waive(row.check);
        lab::ReferenceRequester dut(faults);
        Subject subject(dut, {});
        engine::RunOptions options;
        options.versions = {wire::Version::v1_2};
        options.selection = engine::matching(row.id);
        const engine::RunReport report = run(subject, engine::Requirements::embedded(), options);
        BOOST_REQUIRE(report.results.size() == 1U);
        const engine::CaseResult& result = report.results[0];
        BOOST_TEST(engine::name(result.verdict) == "fail",
                   row.id << ": " << (result.findings.empty() ? "" : result.findings[0].got));
    }
}

// The rule of the mechanism: a fault is tried wherever its rule is, unless its shape is of some versions.
BOOST_AUTO_TEST_CASE(a_fault_has_the_versions_of_its_rule) {
    using wire::Version;
    const auto same = [](const FaultRow& row, Version since, Version until) {
        const Versions versions = versions_of(row);
        return versions.since == since && versions.until == until;
    };
    using spdm::Check;
    BOOST_TEST(same({.check = Check::cert_digest}, Version::v1_0, Version::v1_4));
    BOOST_TEST(same({.check = Check::caps_1_0}, Version::v1_0, Version::v1_0));
    BOOST_TEST(same({.check = Check::digests_subset}, Version::v1_3, Version::v1_4));
    BOOST_TEST(same({.check = Check::cert_digest, .shape = {Version::v1_2}}, Version::v1_2, Version::v1_4));
    // What names another requirement is about that one; and nothing in a session is before sessions.
    BOOST_TEST(
        same({.check = Check::response_malformed, .also = "SPDM-FIN-114"}, Version::v1_4, Version::v1_4));
    BOOST_TEST(same({.check = Check::response_short, .flow = by_exchange()}, Version::v1_1, Version::v1_4));
    for (const FaultRow& row : fault_rows()) {
        const Versions versions = versions_of(row);
        BOOST_TEST((versions.since <= versions.until), spdm::info(row.check).name << ' ' << row.also);
    }
}

BOOST_AUTO_TEST_CASE(every_check_of_the_requester_meets_its_fault) {
    std::set<spdm::Check> driven;
    for (const FaultRow& row : fault_rows()) driven.insert(row.check);
    for (size_t i = 0; i < spdm::kCheckCount; ++i) {
        auto check = static_cast<spdm::Check>(i);
        if (!spdm::info(check).responder) BOOST_TEST(driven.contains(check), spdm::info(check).name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::requester
