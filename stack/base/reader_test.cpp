#include "stack/base/reader.h"

#include <boost/test/unit_test.hpp>

namespace assay {

namespace {

const Bytes kBytes = {1, 2, 3, 4, 5, 6, 7, 8, 9};

}  // namespace

BOOST_AUTO_TEST_SUITE(reader)

BOOST_AUTO_TEST_CASE(integers_are_little_endian_unless_the_name_says_otherwise) {
    BOOST_TEST(Reader(kBytes).u8("f").value() == 0x01U);
    BOOST_TEST(Reader(kBytes).u16("f").value() == 0x0201U);
    BOOST_TEST(Reader(kBytes).u32("f").value() == 0x04030201U);
    BOOST_TEST(Reader(kBytes).u64("f").value() == 0x0807060504030201U);
    BOOST_TEST(Reader(kBytes).uint_le(3, "f").value() == 0x030201U);
    BOOST_TEST(Reader(kBytes).uint_be(3, "f").value() == 0x010203U);
    BOOST_TEST(Reader(kBytes).uint_be(8, "f").value() == 0x0102030405060708U);
}

BOOST_AUTO_TEST_CASE(the_cursor_moves_by_what_was_read) {
    Reader reader(kBytes);
    BOOST_TEST(reader.u16("first").value() == 0x0201U);
    BOOST_TEST(reader.offset() == 2U);
    BOOST_TEST(reader.remaining() == 7U);
    BOOST_TEST(to_hex(reader.take(3, "middle").value()) == "030405");
    BOOST_TEST(to_hex(reader.rest()) == "06070809");
    BOOST_TEST(reader.empty());
    BOOST_TEST(reader.rest().empty());
}

BOOST_AUTO_TEST_CASE(a_read_that_does_not_fit_names_its_field_and_leaves_the_cursor) {
    Reader reader(kBytes);
    BOOST_REQUIRE(reader.u64("head"));
    for (size_t width = 2; width <= 8; ++width) {
        for (const auto& read : {reader.uint_le(width, "Length"), reader.uint_be(width, "Length")}) {
            BOOST_REQUIRE(!read);
            BOOST_TEST((read.error().code == Errc::truncated));
            BOOST_TEST(read.error().field == "Length");
            BOOST_TEST(read.error().offset == 8U);
        }
    }
    BOOST_TEST(reader.u8("last").value() == 9U);
}

BOOST_AUTO_TEST_CASE(a_size_near_the_top_of_its_type_is_only_too_long) {
    Reader reader(kBytes);
    BOOST_REQUIRE(reader.u8("head"));
    for (size_t size : {SIZE_MAX, SIZE_MAX - 1, size_t{9}}) {
        auto taken = reader.take(size, "data");
        BOOST_REQUIRE(!taken);
        BOOST_TEST((taken.error().code == Errc::truncated));
    }
    BOOST_TEST(reader.offset() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_can_be_read_from_nothing_except_nothing) {
    Reader reader(ByteView{});
    BOOST_TEST(reader.empty());
    BOOST_TEST(!reader.u8("f").has_value());
    BOOST_TEST(reader.take(0, "f").value().empty());
    BOOST_TEST(reader.finish("empty").has_value());
}

BOOST_AUTO_TEST_CASE(finish_refuses_bytes_that_are_left_and_says_where) {
    Reader reader(kBytes);
    BOOST_REQUIRE(reader.take(5, "f"));
    auto finished = reader.finish("GET_VERSION");
    BOOST_REQUIRE(!finished);
    BOOST_TEST((finished.error().code == Errc::trailing));
    BOOST_TEST(finished.error().field == "GET_VERSION");
    BOOST_TEST(finished.error().offset == 5U);
    reader.rest();
    BOOST_TEST(reader.finish("GET_VERSION").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
