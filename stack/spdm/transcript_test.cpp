#include "stack/spdm/transcript.h"

#include <boost/test/unit_test.hpp>

#include "stack/spdm/test_support.h"

namespace assay::spdm {

namespace {

using wire::Version;
namespace code = wire::code;

crypto::Digest sha256(std::string_view text) {
    return real().digest(crypto::HashAlgo::sha256, as_bytes(text));
}

Transcript negotiated(Version version) {
    Transcript transcript(real());
    transcript.add_vca(as_bytes("VCA"));
    transcript.begin(crypto::HashAlgo::sha256, version);
    return transcript;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transcript)

BOOST_AUTO_TEST_CASE(m1_begins_with_vca_at_every_version_and_l1_from_1_2_on) {
    for (Version version : wire::kVersions) {
        BOOST_TEST_CONTEXT(wire::name(version)) {
            Transcript t = negotiated(version);
            t.add_m1(as_bytes("B"));
            t.add_m1(as_bytes("C"));
            t.add_l1(as_bytes("L"));
            BOOST_TEST((t.m1() == sha256("VCABC")));
            BOOST_TEST((t.l1() == sha256(version >= Version::v1_2 ? "VCAL" : "L")));
            t.reset_m1();
            t.reset_l1();
            BOOST_TEST((t.m1() == sha256("VCA")));
            BOOST_TEST((t.l1() == sha256(version >= Version::v1_2 ? "VCA" : "")));
        }
    }
}

BOOST_AUTO_TEST_CASE(before_algorithms_and_after_get_version_there_is_nothing_to_sign) {
    Transcript t(real());
    t.add_m1(as_bytes("B"));
    BOOST_TEST(t.m1().size() == 0U);
    t = negotiated(Version::v1_2);
    t.clear();
    BOOST_TEST(t.vca().empty());
    BOOST_TEST(t.m1().size() == 0U);
    BOOST_TEST(t.l1().size() == 0U);
}

BOOST_AUTO_TEST_CASE(requests_reset_what_the_specification_says) {
    struct Row {
        wire::Code code;
        bool authenticated;
        bool keeps_m1;
        bool keeps_l1;
    };
    const Row rows[] = {
        {code::get_digests, false, true, false},
        {code::get_certificate, false, true, false},
        {code::challenge, false, true, false},
        {code::vendor_defined_request, false, true, false},
        {code::respond_if_ready, false, true, true},
        {code::get_measurements, false, false, true},
        {code::get_measurements, true, true, true},
        {code::key_exchange, false, false, false},
        {code::key_exchange, true, true, false},
        {code::end_session, false, false, false},
        {code::get_measurement_extension_log, false, false, false},
        {code::get_encapsulated_request, true, true, false},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT("request " << row.code << (row.authenticated ? ", authenticated" : "")) {
            Transcript t = negotiated(Version::v1_1);
            t.add_m1(as_bytes("B"));
            t.add_l1(as_bytes("L"));
            t.on_request(row.code, row.authenticated);
            BOOST_TEST((t.m1() == sha256(row.keeps_m1 ? "VCAB" : "VCA")));
            BOOST_TEST((t.l1() == sha256(row.keeps_l1 ? "L" : "")));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
