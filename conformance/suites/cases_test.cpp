#include "conformance/suites/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "conformance/engine/judge.h"
#include "conformance/engine/runner.h"
#include "conformance/lab/reference.h"
#include "conformance/suites/responder/device_test.h"
#include "stack/wire/registry.h"

namespace assay::cases {

namespace {

engine::RunReport run_reference(const lab::ReferenceOptions& reference,
                                const engine::RunOptions& options = {}) {
    const crypto::Provider& provider = crypto::openssl_provider();
    lab::ReferenceDut dut(lab::make_reference_device(reference), provider, reference);
    SeededRandom random(options.seed);
    lab::Lab lab(dut, random, provider);
    return engine::run(lab, all_cases(), engine::Requirements::embedded(), options);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(responder_cases_suite)

BOOST_AUTO_TEST_CASE(the_reference_passes_every_case_at_every_version) {
    engine::RunReport report = run_reference({});
    BOOST_TEST(report.exit_code() == 0);
    BOOST_TEST(report.versions.size() == wire::kVersions.size());
    for (const engine::CaseResult& result : report.results) {
        bool good =
            result.verdict == engine::Verdict::pass || result.verdict == engine::Verdict::not_applicable;
        BOOST_TEST(good, text(result));
    }
}

BOOST_AUTO_TEST_CASE(a_device_with_fewer_claims_fails_nothing) {
    namespace cap = wire::cap;
    for (uint32_t flags :
         {cap::cert | cap::chal | cap::meas_no_sig, cap::cert | cap::chal, uint32_t{cap::meas_no_sig}, 0U}) {
        lab::ReferenceOptions reference;
        reference.flags = flags;
        engine::RunReport report = run_reference(reference);
        for (const engine::CaseResult& result : report.results) {
            bool good =
                result.verdict == engine::Verdict::pass || result.verdict == engine::Verdict::not_applicable;
            BOOST_TEST(good, fmt::format("flags 0x{:x}: {}", flags, text(result)));
        }
    }
}

BOOST_AUTO_TEST_CASE(case_ids_are_unique_and_readable) {
    std::set<std::string> seen;
    for (const engine::Case& one : all_cases()) {
        BOOST_TEST(seen.insert(one.id).second, one.id);
        bool plain = one.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-/") == std::string::npos;
        BOOST_TEST(plain, one.id);
        BOOST_TEST(!one.title.empty());
        BOOST_TEST(!one.requirements.empty(), one.id);
    }
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_run) {
    engine::RunOptions options;
    options.selection = engine::matching("chl/*");
    engine::RunReport first = run_reference({}, options);
    engine::RunReport second = run_reference({}, options);
    BOOST_TEST(first.exchanges == second.exchanges);
    BOOST_REQUIRE(first.results.size() == second.results.size());
    for (size_t i = 0; i < first.results.size(); ++i) {
        BOOST_TEST((first.results[i].verdict == second.results[i].verdict), first.results[i].id);
    }
}

// Where a target refuses one of these, the cases that only come by it are blocked and name who judges it.
BOOST_AUTO_TEST_CASE(every_request_of_a_preparation_has_a_case_that_judges_it) {
    namespace code = wire::code;
    constexpr wire::Code kSteps[] = {code::get_version,
                                     code::get_capabilities,
                                     code::negotiate_algorithms,
                                     code::get_certificate,
                                     code::key_exchange,
                                     code::finish,
                                     code::psk_exchange,
                                     code::psk_finish,
                                     code::get_encapsulated_request,
                                     code::deliver_encapsulated_response};
    for (wire::Code step : kSteps) {
        bool judged =
            engine::is_sane_step(step) || std::ranges::any_of(all_cases(), [step](const engine::Case& one) {
                return std::ranges::count(one.judges, step) > 0;
            });
        BOOST_TEST(judged, wire::message_name(step));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
