#include "stack/attest/policy.h"

#include <boost/test/unit_test.hpp>

#include "stack/attest/bundle.h"
#include "stack/attest/json_object.h"
#include "stack/attest/policy_checks.h"
#include "stack/attest/verify.h"

namespace assay::attest {

namespace {

bool has(const Appraisal& appraisal, Check check) {
    for (const CheckRecord* step : appraisal.refusals())
        if (step->check == check) return true;
    return false;
}

std::vector<Check> refused(const Appraisal& appraisal) {
    std::vector<Check> checks;
    for (const CheckRecord* step : appraisal.refusals()) checks.push_back(step->check);
    return checks;
}

// A device of which only what the policy asks for is known.
GpuFacts facts() {
    GpuFacts gpu;
    gpu.subject = "gpu-0";
    gpu.version = wire::Version::v1_1;
    gpu.opaque.set(opaque::driver_version, {.value = to_bytes(as_bytes("550.90.07"))});
    gpu.opaque.set(opaque::vbios_version, {.value = from_hex("009f009601000000").value()});
    gpu.fwid = FirmwareId{Bytes(48, 1), 3};
    gpu.mode = GpuMode::spt;
    return gpu;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_suite)

BOOST_AUTO_TEST_CASE(nothing_is_trusted_that_nothing_is_asked_of_and_nothing_that_is_not_there) {
    const Appraisal appraisal = verify({}, {});
    BOOST_TEST((appraisal.verdict() == Verdict::refused));
    for (const Check check : {Check::policy_empty, Check::evidence_present, Check::nonce_expected})
        BOOST_TEST(has(appraisal, check), info(check).name);
    Context context;
    context.nonce = wire::Nonce{};
    context.policy.require = {EvidenceKind::gpu};
    BOOST_TEST(
        (refused(verify({}, context)) == std::vector{Check::evidence_present, Check::evidence_required}));
}

BOOST_AUTO_TEST_CASE(each_rule_is_broken_alone) {
    struct Row {
        std::string_view policy;
        std::vector<Check> refused;
    };
    const Row rows[] = {
        {R"({})", {}},
        {R"({"floors": {"spdm_version": "1.1", "driver_version": "550.90.07", "vbios_version": "96.00.9F.00.01",
            "svn": 3}, "modes": ["spt"], "denied": {"driver": ["535.86.09"]}})",
         {}},
        {R"({"floors": {"spdm_version": "1.2"}})", {Check::policy_spdm_version}},
        {R"({"floors": {"driver_version": "550.127.05"}})", {Check::policy_driver_version}},
        {R"({"floors": {"vbios_version": "96.00.A0"}})", {Check::policy_vbios_version}},
        {R"({"floors": {"rim_revision": "r2"}})", {Check::policy_rim_revision}},
        {R"({"floors": {"svn": 4}})", {Check::policy_svn}},
        {R"({"modes": ["ppcie", "mpt"]})", {Check::policy_mode}},
        {R"({"denied": {"vbios": ["96.00.9f.00.01"]}})", {Check::policy_denied}},
        {R"({"denied": {"rim": ["TAG"]}})", {Check::policy_denied}},
    };
    Rim rim;
    rim.revision = "r1";
    rim.tag_id = "tag";
    for (const Row& row : rows) {
        Appraisal appraisal;
        appraise_policy(appraisal, Policy::parse(row.policy).value(), facts(), {&rim});
        BOOST_TEST((refused(appraisal) == row.refused), row.policy);
    }
    GpuFacts gpu = facts();
    gpu.mode = GpuMode::devtools;
    Appraisal appraisal;
    appraise_policy(appraisal, {}, gpu, {});
    BOOST_TEST((refused(appraisal) == std::vector{Check::policy_mode}),
               "devtools is refused unless asked for");
}

BOOST_AUTO_TEST_CASE(a_claim_must_be_there_and_one_of_those_that_are_allowed) {
    const Policy policy =
        Policy::parse(R"({"claims": {"hwmodel": ["GH100 A01 GSP BROM", "x"], "secboot": true}})").value();
    Appraisal appraisal;
    appraisal.claims()["gpu-0"] = {{"hwmodel", "x"}, {"secboot", false}};
    appraise_claims(appraisal, policy, {"gpu-0", "gpu-1"});
    BOOST_TEST(appraisal.refusals().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_policy_says_what_is_wrong_with_it) {
    struct Row {
        std::string_view text, says;
    };
    const Row rows[] = {
        {"", "no JSON"},
        {"[]", "this is no object"},
        {R"({"requires": ["gpu"]})", "requires is not known"},
        {R"({"require": ["gpus"]})", "holds \"gpus\""},
        {R"({"require": "gpu"})", "require is no list"},
        {R"({"composite": 1})", "composite is neither true nor false"},
        {R"({"composite": true, "composite": false})", "stands twice"},
        {R"({"floors": {"driver_version": "new"}})", "floors.driver_version is no version"},
        {R"({"floors": {"svn": -1}})", "floors.svn is no whole number"},
        {R"({"floors": {"newest": 1}})", "floors.newest is not known"},
        {R"({"ocsp": {"nonce": "maybe"}})", "ocsp.nonce is none of"},
        {R"({"ocsp": {"max_age": 316224001}})", "ocsp.max_age is more than ten years"},
        {R"({"claims": [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]})", "nested too deep"},
    };
    for (const Row& row : rows) {
        const auto policy = Policy::parse(row.text);
        BOOST_REQUIRE(!policy.has_value());
        BOOST_TEST(policy.error().detail.find(row.says) != std::string::npos, policy.error().detail);
    }
}

BOOST_AUTO_TEST_CASE(versions_are_compared_number_by_number) {
    BOOST_TEST((compare_versions("550.90.07", "550.90.7", 10) == 0));
    BOOST_TEST((compare_versions("550.90", "550.127.05", 10) == -1));
    BOOST_TEST((compare_versions("96.00.9F.00.01", "96.00.9E.FF.FF", 16) == 1));
    BOOST_TEST((compare_versions("r2", "r10", 10) == -1));
    BOOST_TEST((compare_versions("", "1", 10) == std::nullopt));
    BOOST_TEST((compare_versions("99999999999999999999999", "1", 10) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(the_list_of_evidence_is_read_strictly) {
    struct Row {
        std::string text;
        Check check;
    };
    const std::string head = R"({"format": "assay-evidence/1", )";
    const Row rows[] = {
        {"{}", Check::evidence_form},
        {R"({"format": "assay-evidence/2"})", Check::evidence_form},
        {head + R"("gpu": []})", Check::evidence_form},
        {head + R"("rims": ["../a"]})", Check::evidence_file},
        {head + R"("rims": ["/etc/passwd"]})", Check::evidence_file},
        {head + R"("rims": ["a/./b"]})", Check::evidence_file},
        {head + R"("rims": ["absent"]})", Check::evidence_file},
        {head + R"("gpus": [{"model": "GH100"}]})", Check::evidence_form},
        {head + R"("snp": {"report": "r"}})", Check::evidence_form},
        {std::string("\xff\xfe", 2), Check::evidence_form},
    };
    for (const Row& row : rows) {
        Appraisal appraisal;
        read_evidence(appraisal, {{"evidence.json", to_bytes(as_bytes(row.text))}});
        BOOST_TEST((refused(appraisal) == std::vector{row.check}), row.text);
        BOOST_TEST((appraisal.verdict() == Verdict::malformed), row.text);
    }
    Appraisal absent;
    read_evidence(absent, {});
    BOOST_TEST((refused(absent) == std::vector{Check::evidence_file}));
    Appraisal large;
    read_evidence(large, {{"evidence.json", to_bytes(as_bytes(head + R"("rims": ["a"]})"))},
                          {"a", Bytes(kMaxFile + 1)}});
    BOOST_TEST((refused(large) == std::vector{Check::evidence_file}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
