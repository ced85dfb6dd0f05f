#include "conformance/lab/lab.h"

#include <boost/test/unit_test.hpp>

#include "conformance/lab/reference.h"
#include "stack/crypto/provider.h"
#include "stack/wire/messages/digests.h"

namespace assay::lab {

namespace {

struct Bench {
    SeededRandom random{7};
    ReferenceDut dut;
    Lab lab;
    explicit Bench(const ReferenceOptions& options = {})
        : dut(make_reference_device(options), crypto::openssl_provider(), options),
          lab(dut, random, crypto::openssl_provider()) {}
};

bool good(const Result<Exchange>& exchange) {
    return exchange && exchange->signature && exchange->signature->result == SignatureCheck::Result::good;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lab_suite)

BOOST_AUTO_TEST_CASE(signatures_of_the_reference_verify_over_what_was_on_the_wire) {
    Bench bench;
    for (wire::Version version : wire::kVersions) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            BOOST_REQUIRE(bench.lab.negotiated(version));
            BOOST_TEST(bench.lab.send(wire::GetDigests{})->answered());
            BOOST_REQUIRE(bench.lab.read_chain(1, 100));
            BOOST_TEST(good(bench.lab.send(bench.lab.challenge(1, wire::summary::all))));
            BOOST_TEST(bench.lab.send(bench.lab.get_measurements(0, false))->answered());
            BOOST_TEST(bench.lab.send(bench.lab.get_measurements(1, false))->answered());
            BOOST_TEST(good(bench.lab.send(bench.lab.get_measurements(
                           0xff, true, version > wire::Version::v1_0))) == (version > wire::Version::v1_0));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_signature_over_another_request_is_seen_to_be_bad) {
    Bench bench;
    BOOST_REQUIRE(bench.lab.negotiated(wire::Version::v1_2));
    BOOST_REQUIRE(bench.lab.ensure_chain(0));
    Observer observer(crypto::openssl_provider());
    for (const Exchange& seen : bench.lab.exchanges()) {
        observer.request(seen.request);
        observer.response(*seen.response);
    }
    Bytes request = *bench.lab.encode(bench.lab.challenge());
    auto exchange = bench.lab.send(request);
    BOOST_TEST(good(exchange));
    request[10] ^= 1;
    observer.request(request);
    observer.response(*exchange->response);
    BOOST_REQUIRE(observer.last_signature().has_value());
    BOOST_TEST((observer.last_signature()->result == SignatureCheck::Result::bad));
}

BOOST_AUTO_TEST_CASE(a_deferred_exchange_enters_the_transcript_once) {
    ReferenceOptions options;
    options.deferrals[wire::code::challenge] = {.busy = 1, .not_ready = 1};
    Bench bench(options);
    BOOST_REQUIRE(bench.lab.negotiated(wire::Version::v1_1));
    BOOST_REQUIRE(bench.lab.ensure_chain(0));
    Bytes request = *bench.lab.encode(bench.lab.challenge());
    BOOST_TEST((bench.lab.send_once(request)->error() == wire::ErrorCode::busy));
    BOOST_TEST((bench.lab.send_once(request)->error() == wire::ErrorCode::response_not_ready));
    // The deferred CHALLENGE is dropped by another one, which is not put off any more.
    BOOST_TEST(good(bench.lab.send(bench.lab.challenge())));
    BOOST_REQUIRE(bench.lab.negotiated(wire::Version::v1_1));
    size_t before = bench.lab.exchanges().size();
    BOOST_TEST(good(bench.lab.send(bench.lab.challenge())));
    BOOST_TEST(bench.lab.exchanges().size() == before + 3);
}

BOOST_AUTO_TEST_CASE(an_error_instead_of_the_step_is_named) {
    ReferenceOptions options;
    options.versions = {wire::Version::v1_1};
    Bench bench(options);
    Result<> reached = bench.lab.negotiated(wire::Version::v1_2);
    BOOST_REQUIRE(!reached);
    BOOST_TEST(reached.error().detail == "GET_CAPABILITIES was answered with ERROR VersionMismatch");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
