#include "stack/wire/requests.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "stack/base/bytes.h"

namespace assay::wire {

BOOST_AUTO_TEST_SUITE(requests_suite)

BOOST_AUTO_TEST_CASE(each_row_is_a_request_that_stands_once) {
    std::set<Code> codes;
    for (const RequestInfo& row : requests()) {
        BOOST_TEST(is_request(row.code), row.name);
        BOOST_TEST(codes.insert(row.code).second, row.name << " stands twice");
        BOOST_TEST(row.legal.scopes != 0, row.name << " is legal nowhere");
        BOOST_TEST((row.legal.from <= row.legal.until), row.name);
        BOOST_TEST((request_info(row.code) == &row));
    }
    BOOST_TEST((request_info(code::error) == nullptr));
    BOOST_TEST((request_info(Code{0x80}) == nullptr));
}

BOOST_AUTO_TEST_CASE(only_vca_comes_before_negotiation) {
    for (const RequestInfo& row : requests()) {
        bool vca = row.code == code::get_version || row.code == code::get_capabilities ||
                   row.code == code::negotiate_algorithms;
        bool chunk = row.code == code::chunk_send || row.code == code::chunk_get;
        BOOST_TEST((row.legal.from == ConnectionState::negotiated) == !(vca || chunk), row.name);
        if (vca) BOOST_TEST(row.legal.scopes == static_cast<uint8_t>(SessionScope::outside), row.name);
    }
}

BOOST_AUTO_TEST_CASE(the_response_of_a_request_has_its_code_less_80) {
    for (const RequestInfo& row : requests()) {
        if (row.make_response == nullptr) {
            BOOST_TEST(row.code == code::respond_if_ready, row.name);
        } else {
            BOOST_TEST(row.response_code == response_to(row.code), row.name);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_a_request_asks_for_decides_the_layout_of_its_response) {
    Context connection;
    connection.version = Version::v1_2;
    auto summary = [&](const char* request) {
        return response_context(connection, from_hex(request).value()).measurement_summary;
    };
    BOOST_TEST(summary("128300ff"));
    BOOST_TEST(!summary("12830000"));
    BOOST_TEST(summary("12e4ff00"));
    BOOST_TEST(summary("12e6ff00"));
    BOOST_TEST(!summary("12e0ff00"));
    connection.measures = false;
    BOOST_TEST(!summary("128300ff"));
    auto is_signed = [&](const char* request) {
        return response_context(connection, from_hex(request).value()).signed_response;
    };
    BOOST_TEST(is_signed("12e00100"));
    BOOST_TEST(!is_signed("12e00200"));
    BOOST_TEST(is_signed("138701000100000000"));
    BOOST_TEST(!is_signed("13870100"));
    BOOST_TEST(!is_signed("12e0"));
}

BOOST_AUTO_TEST_CASE(the_first_two_requests_have_versions_of_their_own) {
    Context connection;
    connection.version = Version::v1_3;
    BOOST_TEST((request_context(connection, from_hex("13840000").value()).version == Version::v1_0));
    BOOST_TEST((request_context(connection, from_hex("12e10000").value()).version == Version::v1_2));
    BOOST_TEST((request_context(connection, from_hex("13810000").value()).version == Version::v1_3));
}

// A flag that a version does not have cannot make its request legal there.
BOOST_AUTO_TEST_CASE(needed_flags_exist_where_the_request_does) {
    for (const RequestInfo& row : requests()) {
        BOOST_TEST((row.legal.responder_flags & ~known_responder_flags(row.since)) == 0U, row.name);
        BOOST_TEST((row.legal.requester_flags & ~known_requester_flags(row.since)) == 0U, row.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire
