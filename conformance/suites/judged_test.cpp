// What each case says that it judges, against what it does judge.
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "conformance/engine/runner.h"
#include "conformance/lab/transfer_reference.h"
#include "conformance/suites/cases.h"
#include "conformance/suites/responder/device_test.h"
#include "conformance/suites/responder/reference_kinds.h"
#include "conformance/suites/transfer/transfer.h"
#include "stack/wire/codes.h"

namespace assay::cases {

namespace {

using Ids = std::set<std::string, std::less<>>;
using JudgedBy = std::map<std::string, Ids, std::less<>>;  // by the case's id

// Looked at by every case that comes across it: the form of an ERROR, that a device is as it was after a
// refusal, that an answer to a request in a session comes inside it, that DecryptError ends that session.
const Ids kOnTheWay = {"SPDM-HDR-002", "SPDM-HDR-013", "SPDM-HDR-014", "SPDM-HDR-103",
                       "SPDM-SEC-025", "SPDM-SES-026", "SPDM-SES-038"};
// What opens a channel or a path.
const Ids kOpensPath = {"ASSAY-TRF-002", "ASSAY-TRF-016", "ASSAY-TRF-084"};

void collect(const engine::RunReport& report, JudgedBy& judged) {
    for (const engine::CaseResult& result : report.results)
        judged[result.id].insert(result.judged.begin(), result.judged.end());
}

bool judges_all(const engine::Case& one, const JudgedBy& judged) {
    const auto found = judged.find(one.id);
    return found != judged.end() && std::ranges::all_of(one.requirements, [&](const std::string& id) {
               return found->second.contains(id);
           });
}

// Besides: a device that claims nothing, for what is refused then; one that puts off what is signed; one with
// RSA keys.
std::vector<ReferenceKind> devices() {
    std::vector<ReferenceKind> list = reference_kinds();
    list.push_back({"no claims", {.flags = 0}});
    list.push_back({"signatures put off",
                    {.deferrals = {{wire::code::challenge, {.busy = 0, .not_ready = 1}},
                                   {wire::code::get_measurements, {.busy = 0, .not_ready = 1}}}}});
    list.push_back({"RSA", {.rsa = true}});
    return list;
}

// A message that has no field of that kind has no such variant, so that the case applies to no device.
bool is_without_variant(const engine::Case& one, const JudgedBy& judged) {
    const auto found = judged.find(one.id);
    return one.id.starts_with("malformed/") && found != judged.end() && found->second.empty();
}

// Every case on the reference as it is, and where that has not judged all, on its other kinds and on the
// devices with the faults that the case must find.
JudgedBy judged_by_responder_cases() {
    JudgedBy judged;
    for (const ReferenceKind& kind : devices()) {
        std::vector<engine::Case> left;
        for (const engine::Case& one : all_cases()) {
            if (!judges_all(one, judged)) left.push_back(one);
        }
        lab::ReferenceDut dut(lab::make_reference_device(kind.options), *kind.provider, kind.options);
        SeededRandom random(1);
        lab::Lab lab(dut, random, *kind.provider);
        collect(engine::run(lab, left, engine::Requirements::embedded(), {}), judged);
    }
    for (const engine::Case& one : all_cases()) {
        if (judges_all(one, judged)) continue;
        for (const engine::RunReport& report : on_faulty_devices(one.id)) collect(report, judged);
    }
    return judged;
}

template <class One>
void compare(const One& one, const JudgedBy& all, const Ids& on_the_way) {
    const auto found = all.find(one.id);
    const Ids judged = found == all.end() ? Ids() : found->second;
    for (const std::string& id : one.requirements)
        BOOST_TEST(judged.contains(id), one.id << " does not judge " << id);
    const Ids stated(one.requirements.begin(), one.requirements.end());
    for (const std::string& id : judged) {
        BOOST_TEST((stated.contains(id) || on_the_way.contains(id)),
                   one.id << " judges " << id << " and does not say so");
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(judged_suite)

BOOST_AUTO_TEST_CASE(responder_cases_judge_what_they_say_and_say_what_they_judge) {
    const JudgedBy judged = judged_by_responder_cases();
    for (const engine::Case& one : all_cases()) {
        if (!is_without_variant(one, judged)) compare(one, judged, kOnTheWay);
    }
}

BOOST_AUTO_TEST_CASE(transfer_cases_judge_what_they_say_and_say_what_they_judge) {
    JudgedBy judged;
    collect(path::run(*lab::reference_path(), engine::Requirements::embedded(), {}), judged);
    for (const path::PathCase& one : path::path_cases()) compare(one, judged, kOpensPath);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases
