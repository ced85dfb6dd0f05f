#include "stack/crypto/der.h"

#include <boost/test/unit_test.hpp>

#include "stack/crypto/test_support.h"

namespace assay::crypto {

BOOST_AUTO_TEST_SUITE(der)

BOOST_AUTO_TEST_CASE(lengths_are_read_in_all_their_widths) {
    for (size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
        Bytes head = size < 0x80    ? Bytes{0x30, static_cast<uint8_t>(size)}
                     : size < 0x100 ? Bytes{0x30, 0x81, static_cast<uint8_t>(size)}
                     : size < 0x10000
                         ? Bytes{0x30, 0x82, static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)}
                         : Bytes{0x30, 0x83, 1, 0, 0};
        const Bytes element = concat({head, Bytes(size)});
        auto read = der_sequence_size(concat({element, Bytes(3)}), Errc::bad_cert, "element");
        BOOST_REQUIRE(read);
        BOOST_TEST(*read == element.size());
        BOOST_TEST(
            !der_sequence_size(ByteView(element).first(element.size() - 1), Errc::bad_cert, "element"));
    }
}

BOOST_AUTO_TEST_CASE(what_ber_allows_and_der_forbids_is_refused) {
    for (std::string_view text : {"3080", "30800000", "30810100", "3081", "30820001ff", "3083000080",
                                  "30850000000000", "30ff", "3f8100", "31020500", ""}) {
        const Bytes bytes = concat({hex(text), Bytes(text.empty() ? 0 : 200)});
        auto read = der_sequence_size(bytes, Errc::bad_cert, "element");
        BOOST_REQUIRE(!read);
        BOOST_TEST((read.error().code == Errc::bad_cert), text);
    }
}

BOOST_AUTO_TEST_CASE(the_whole_tree_is_looked_at_but_not_endlessly) {
    BOOST_TEST(is_der(hex("3005300302010a")));
    BOOST_TEST(!is_der(hex("300630800201aa")));  // indefinite length inside
    BOOST_TEST(!is_der(hex("300430810101")));
    BOOST_TEST(!is_der(hex("30053004020102")));  // the inner SEQUENCE runs off the end of the outer
    Bytes deep;
    for (int i = 0; i < 60; ++i) deep = concat({{{0x30, static_cast<uint8_t>(deep.size())}}, deep});
    BOOST_TEST(!is_der(deep));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::crypto
