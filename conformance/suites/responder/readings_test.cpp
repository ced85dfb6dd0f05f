// Devices that take the other reading of a disputed clause: no case may fail them, and a warning names the
// dispute.
#include <boost/test/unit_test.hpp>

#include "conformance/suites/responder/device_test.h"
#include "stack/base/ranges.h"
#include "stack/wire/codes.h"
#include "stack/wire/header.h"

namespace assay::cases {

namespace {

namespace code = wire::code;
using engine::Verdict;
using wire::Version;

struct Reading {
    const char* dispute;
    const char* one;  // the case
    Version version;
    Verdict verdict;
    Change change;
    Tweak tweak = {};
};

bool is_error(const Answer& answer) {
    return answer && answer->size() > 3 && wire::code_of(*answer) == code::error;
}

Tweak without(spdm::Check check) {
    return [=](lab::ReferenceOptions& options, spdm::Device&) { options.faults.waive(check); };
}

// Answers 0x80 with InvalidRequest, or with nothing.
Change names_no_code_80(bool silent) {
    return [=](ByteView request, Answer& answer) {
        if (wire::code_of(request) != wire::Code{0x80} || !answer) return;
        if (silent) {
            answer.reset();
        } else {
            answer = Bytes{wire::version_byte(*answer), byte(code::error), 0x01, 0x00};
        }
    };
}

// Gives every measurement a value type that came with 1.3.
Change later_value_type() {
    return [](ByteView request, Answer& answer) {
        const bool all = wire::code_of(request) == code::get_measurements && wire::param1(request) == 0 &&
                         wire::param2(request) == 0xff;
        if (all && answer && !is_error(answer)) (*answer)[12] = 0x0a;
    };
}

// After a negotiation that found nothing, asks for a new one.
Change asks_for_a_new_negotiation() {
    return [failed = false](ByteView request, Answer& answer) mutable {
        if (wire::code_of(request) == code::get_version) failed = false;
        if (wire::code_of(request) == code::negotiate_algorithms) {
            failed = is_error(answer);
        } else if (failed && is_error(answer)) {
            (*answer)[wire::kParam1At] = static_cast<uint8_t>(wire::ErrorCode::request_resynch);
        }
    };
}

// Answers KEY_EXCHANGE with more than 1024 bytes of opaque data.
Change takes_any_opaque() {
    return [](ByteView request, Answer& answer) {
        if (wire::code_of(request) != code::key_exchange || request.size() <= 1024 || !is_error(answer))
            return;
        answer = Bytes{wire::version_byte(*answer), byte(code::key_exchange_rsp), 0, 0};
    };
}

const Reading kReadings[] = {
    {"DISPUTE-CODE-80", "hdr/unknown-code", Version::v1_2, Verdict::loose_pass, names_no_code_80(false)},
    {"DISPUTE-CODE-80", "hdr/unknown-code", Version::v1_2, Verdict::loose_pass, names_no_code_80(true)},
    {"DISPUTE-VALUE-TYPES", "mea/value-types", Version::v1_1, Verdict::warning, later_value_type()},
    {"DISPUTE-RESYNCH-WITHOUT-ALGORITHMS", "alg/nothing-in-common", Version::v1_2, Verdict::loose_pass,
     asks_for_a_new_negotiation()},
    {"DISPUTE-HEARTBEAT-PERIOD-ZERO",
     "ses/heartbeat-without-period",
     Version::v1_2,
     Verdict::loose_pass,
     {},
     [](lab::ReferenceOptions& options, spdm::Device& device) {
         options.heartbeat_period = device.heartbeat_period = 0;
         options.faults.waive(spdm::Check::heartbeat_period);
     }},
    {"DISPUTE-OPAQUE-1024", "kex/opaque-too-long", Version::v1_2, Verdict::warning, takes_any_opaque()},
    {"DISPUTE-REQUESTER-CONTEXT",
     "psk/short-context",
     Version::v1_2,
     Verdict::warning,
     {},
     without(spdm::Check::psk_context)},
};

void expect_passes(const engine::RunReport& report, std::string_view id) {
    const auto found = std::ranges::find(report.results, id, &engine::CaseResult::id);
    BOOST_REQUIRE_MESSAGE(found != report.results.end(), id);
    BOOST_TEST((found->verdict == Verdict::pass), text(*found));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(readings_suite)

BOOST_AUTO_TEST_CASE(the_other_reading_of_a_clause_is_no_failure_and_a_warning_names_it) {
    for (const Reading& reading : kReadings) {
        const auto report = run_device(reading.version, reading.one, reading.change, reading.tweak);
        bool seen = false;
        for (const engine::CaseResult& result : report.results) {
            if (result.id != reading.one) continue;
            seen = true;
            BOOST_TEST((result.verdict == reading.verdict), reading.dispute << ": " << text(result));
            const bool named = result.reason.find(reading.dispute) != std::string::npos;
            BOOST_TEST((named || reading.verdict != Verdict::warning),
                       reading.dispute << ": " << text(result));
            const engine::Requirement* rule =
                result.findings.empty()
                    ? nullptr
                    : engine::Requirements::embedded().find(result.findings.front().requirement);
            BOOST_TEST((rule != nullptr && contains(rule->disputes, std::string(reading.dispute))),
                       reading.dispute << ": " << text(result));
        }
        BOOST_TEST(seen, reading.one);
    }
}

// No reading, but as much of a hindrance: sessions can be had with the capability only.
BOOST_AUTO_TEST_CASE(a_device_that_asks_everybody_for_mutual_authentication_is_judged_on_the_rest) {
    const Tweak asks = [](lab::ReferenceOptions& options, spdm::Device&) {
        options.faults.plant(spdm::Defect::mutual_uninvited);
    };
    for (const char* filter : {"enc/*", "upd/*"}) {
        size_t blocked = 0;
        for (const engine::CaseResult& result : run_device(Version::v1_2, filter, {}, asks).results) {
            BOOST_TEST(!engine::is_failure(result.verdict), text(result));
            blocked += result.verdict == Verdict::blocked;
        }
        BOOST_TEST(blocked == 1U, filter);  // where it was seen
    }
}

// MeasurementSummaryHash over the values alone, which 1.0 and 1.1 can be read to ask for.
BOOST_AUTO_TEST_CASE(a_summary_of_values_is_right_before_1_2) {
    const Tweak of_values = [](lab::ReferenceOptions&, spdm::Device& device) {
        device.summary_before_1_2 = spdm::SummaryOf::values;
    };
    for (const char* one : {"chl/summary", "kex/summary", "psk/summary"})
        expect_passes(run_device(Version::v1_1, one, {}, of_values), one);
}

// Each connection finds another value at one index, as that of a counter.
BOOST_AUTO_TEST_CASE(a_device_that_measures_anew_on_every_connection_is_right) {
    for (const char* one : {"chl/summary", "kex/summary", "psk/summary"}) {
        spdm::Device* measured = nullptr;
        const Tweak remember = [&](lab::ReferenceOptions&, spdm::Device& device) { measured = &device; };
        const Change count = [&](ByteView request, Answer&) {
            if (wire::code_of(request) == code::get_version) ++measured->measurements.front().raw.front();
        };
        expect_passes(run_device(Version::v1_2, one, count, remember), one);
    }
}

// Answers RequestResynch to what others call unexpected, and from then on to everything but GET_VERSION.
Change asks_for_a_new_connection() {
    return [lost = false](ByteView request, Answer& answer) mutable {
        if (wire::code_of(request) == code::get_version) lost = false;
        lost |= is_error(answer) &&
                wire::param1(*answer) == static_cast<uint8_t>(wire::ErrorCode::unexpected_request);
        if (lost && answer)
            answer = Bytes{wire::version_byte(*answer), byte(code::error),
                           static_cast<uint8_t>(wire::ErrorCode::request_resynch), 0};
    };
}

// SPDM-19 of OCP's Datacenter NVMe SSD Specification.
BOOST_AUTO_TEST_CASE(a_device_of_the_ocp_profile_passes_with_it_and_never_fails) {
    const engine::Profile ocp = engine::Profile::parse(*engine::Profile::built_in("ocp")).value();
    auto run = [](const engine::Profile& profile) {
        return run_device(Version::v1_2, "*", asks_for_a_new_connection(), {}, profile).results;
    };
    size_t loose = 0;
    for (const engine::CaseResult& result : run({})) {
        BOOST_TEST(!engine::is_failure(result.verdict), text(result));
        loose += result.verdict == Verdict::loose_pass;
    }
    for (const engine::CaseResult& result : run(ocp)) {
        loose -= result.verdict == Verdict::loose_pass;
        BOOST_TEST((!engine::is_failure(result.verdict) && result.verdict != Verdict::warning &&
                    result.verdict != Verdict::blocked),
                   text(result));
    }
    BOOST_TEST(loose > 10U);
}

BOOST_AUTO_TEST_CASE(a_device_that_leaves_opaque_data_out_of_the_transcript_of_finish_is_judged_on_the_rest) {
    const Tweak header_only = [](lab::ReferenceOptions&, spdm::Device& device) {
        device.finish_transcript = spdm::FinishTranscript::header;
    };
    const auto results = run_device(Version::v1_4, "*", {}, header_only).results;
    BOOST_REQUIRE(results.size() > 500U);
    BOOST_TEST((results.front().verdict == Verdict::warning), text(results.front()));
    BOOST_TEST(text(results.front()).find("DISPUTE-FINISH-OPAQUE") != std::string::npos);
    for (const engine::CaseResult& result : results) {
        BOOST_TEST((!engine::is_failure(result.verdict) && result.verdict != Verdict::blocked), text(result));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
