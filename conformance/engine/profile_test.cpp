#include "conformance/engine/profile.h"

#include <array>
#include <boost/test/unit_test.hpp>

namespace assay::engine {

namespace {

using wire::ErrorCode;
using wire::Version;

constexpr std::array kUnexpected = {ErrorCode::unexpected_request};
constexpr std::array kInvalid = {ErrorCode::invalid_request};

Profile parsed(std::string_view json) { return Profile::parse(json).value(); }

void expect_refused(std::string_view json, std::string_view what) {
    auto profile = Profile::parse(json);
    BOOST_REQUIRE(!profile);
    BOOST_TEST(profile.error().detail.find(what) != std::string::npos, profile.error().detail);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(profile_suite)

BOOST_AUTO_TEST_CASE(an_answer_is_allowed_only_for_its_requirements_versions_and_code) {
    const Profile profile = parsed(R"({"answers": [{"requirement": "SPDM-DIG-*", "versions": ["1.2"],
        "instead_of": "UnexpectedRequest", "answer": "RequestResynch", "source": "a document, 4.2"}]})");
    auto allows = [&](std::string_view rule, Version version, ErrorCode code, auto& allowed) {
        return profile.other_answer(rule, version, code, allowed) != nullptr;
    };
    BOOST_TEST(allows("SPDM-DIG-001", Version::v1_2, ErrorCode::request_resynch, kUnexpected));
    BOOST_TEST(!allows("SPDM-CRT-001", Version::v1_2, ErrorCode::request_resynch, kUnexpected));
    BOOST_TEST(!allows("SPDM-DIG-001", Version::v1_3, ErrorCode::request_resynch, kUnexpected));
    BOOST_TEST(!allows("SPDM-DIG-001", Version::v1_2, ErrorCode::busy, kUnexpected));
    BOOST_TEST(!allows("SPDM-DIG-001", Version::v1_2, ErrorCode::request_resynch, kInvalid));
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_source_or_with_an_unknown_code_is_refused) {
    expect_refused(R"({"answers": [{"requirement": "*", "instead_of": "UnexpectedRequest",
        "answer": "RequestResynch"}]})",
                   "\"source\" is missing");
    expect_refused(R"({"answers": [{"requirement": "*", "instead_of": "UnexpectedRequest",
        "answer": "Resync", "source": "a document"}]})",
                   "\"Resync\" is no error code");
    expect_refused(R"({"answers": {}})", "\"answers\" must be a list");
}

BOOST_AUTO_TEST_CASE(the_built_in_profiles_can_be_read_and_name_their_source) {
    BOOST_TEST(!Profile::built_in("nobody"));
    auto text = Profile::built_in("ocp");
    BOOST_REQUIRE(text.has_value());
    const Profile ocp = parsed(*text);
    BOOST_TEST(ocp.name == "ocp");
    const OtherAnswer* row =
        ocp.other_answer("SPDM-DIG-001", Version::v1_2, ErrorCode::request_resynch, kUnexpected);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST(row->source.find("SPDM-19") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
