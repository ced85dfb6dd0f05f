#include "conformance/bench/verifier.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "conformance/bench/manifests.h"
#include "stack/attest/xml_document.h"

namespace assay::bench {

namespace {

constexpr size_t kHostile = size_t{1} << 20;

const VerifierBench& measured() {
    static const VerifierBench kBench = measure_verifier(1, 1, kHostile).value();
    return kBench;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bench_verifier_suite)

BOOST_AUTO_TEST_CASE(a_genuine_bundle_is_judged_beside_the_signatures_that_are_in_it) {
    const VerifierTiming& timing = measured().timing;
    BOOST_TEST(timing.trusted);
    BOOST_TEST(timing.measurements == 64U);
    BOOST_TEST(timing.certificates == 5U);
    BOOST_TEST(timing.manifests == 2U);
    BOOST_TEST((timing.done == timing.bare), "the verifier makes " << timing.done.signatures());
    BOOST_TEST(timing.bare.signatures() == 18U);
    BOOST_TEST(timing.bare.ocsp == timing.ocsp);
    BOOST_TEST(timing.whole > 0);
    BOOST_TEST(timing.openssl > 0);
}

BOOST_AUTO_TEST_CASE(every_kind_of_hostile_manifest_is_refused_in_a_child_whose_memory_is_known) {
    const auto& manifests = measured().manifests;
    BOOST_REQUIRE(manifests.size() == 2 * std::size(kHostileKinds));
    for (const HostileManifest& one : manifests) {
        BOOST_TEST_CONTEXT(one.kind << " of " << one.size << " bytes") {
            BOOST_TEST(one.refused_by.starts_with("rim_"), one.refused_by);
            BOOST_TEST(one.verdict != "trusted");
            BOOST_TEST(one.verdict != "died");
            BOOST_TEST(one.growth.has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_hostile_manifest_has_the_size_that_is_asked_for) {
    const std::string genuine =
        "<SoftwareIdentity><ns0:Payload></ns0:Payload><ds:SignatureValue>"
        "</ds:SignatureValue></SoftwareIdentity>";
    for (const std::string_view kind : kHostileKinds) {
        const size_t size = hostile_manifest(kind, genuine, kHostile).size();
        BOOST_TEST((size <= kHostile && size + 64 > kHostile), kind << " has " << size);
    }
    BOOST_TEST(hostile_manifest("another", genuine, kHostile).empty());
}

BOOST_AUTO_TEST_CASE(the_benchmark_of_the_verifier_is_text_and_data) {
    std::ostringstream text;
    print(measured(), text);
    for (const char* part : {"a report of 64 measurements, 5 certificates", "18 signatures of ECDSA P-384",
                             "whole / OpenSSL", "entity bomb", "rim_entity"})
        BOOST_TEST(text.str().contains(part), part << "\n" << text.str());
    const auto json = nlohmann::json::parse(to_json(measured()));
    BOOST_TEST(json["part"] == "verifier");
    BOOST_TEST(json["verified"] == json["openssl_verified"]);
    BOOST_TEST(json["hostile"].size() == measured().manifests.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::bench
