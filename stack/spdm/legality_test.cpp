#include "stack/spdm/legality.h"

#include <boost/test/unit_test.hpp>
#include <set>

namespace assay::spdm {

BOOST_AUTO_TEST_SUITE(legality_rows)

BOOST_AUTO_TEST_CASE(each_row_is_a_request_that_stands_once) {
    std::set<uint8_t> codes;
    for (const Legality& row : legality_table()) {
        BOOST_TEST(wire::is_request(row.code), row.name);
        BOOST_TEST(codes.insert(row.code).second, row.name << " stands twice");
        BOOST_TEST(row.places != 0, row.name << " is legal nowhere");
        BOOST_TEST((row.from <= row.until), row.name);
        BOOST_TEST((spdm::legality(row.code) == &row));
    }
    BOOST_TEST((spdm::legality(wire::code::error) == nullptr));
    BOOST_TEST((spdm::legality(0x80) == nullptr));
}

BOOST_AUTO_TEST_CASE(only_vca_comes_before_negotiation) {
    for (const Legality& row : legality_table()) {
        bool vca = row.code == wire::code::get_version || row.code == wire::code::get_capabilities ||
                   row.code == wire::code::negotiate_algorithms;
        bool chunk = row.code == wire::code::chunk_send || row.code == wire::code::chunk_get;
        BOOST_TEST((row.from == ConnectionState::negotiated) == !(vca || chunk), row.name);
        if (vca) BOOST_TEST(row.places == static_cast<uint8_t>(SessionScope::outside), row.name);
    }
}

// A flag that a version does not have cannot make its request legal there.
BOOST_AUTO_TEST_CASE(needed_flags_exist_where_the_request_does) {
    for (const Legality& row : legality_table()) {
        BOOST_TEST((row.responder_flags & ~wire::known_responder_flags(row.since)) == 0U, row.name);
        BOOST_TEST((row.requester_flags & ~wire::known_requester_flags(row.since)) == 0U, row.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
