#include "stack/base/writer.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

#include "stack/base/reader.h"

namespace assay {

BOOST_AUTO_TEST_SUITE(writer)

BOOST_AUTO_TEST_CASE(what_is_written_stands_in_order) {
    Writer writer;
    writer.u8(0x01).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f);
    writer.uint_be(0x101112, 3).bytes(as_bytes("hi")).zeros(2);
    BOOST_TEST(to_hex(writer.view()) ==
               "01"
               "0302"
               "07060504"
               "0f0e0d0c0b0a0908"
               "101112"
               "6869"
               "0000");
    BOOST_TEST(writer.size() == writer.view().size());
    const size_t size = writer.size();
    BOOST_TEST(std::move(writer).take().size() == size);
}

BOOST_AUTO_TEST_CASE(bits_above_the_width_are_dropped) {
    BOOST_TEST(to_hex(Writer().uint_le(0x123456, 2).view()) == "5634");
    BOOST_TEST(to_hex(Writer().uint_be(0x123456, 2).view()) == "3456");
}

BOOST_AUTO_TEST_CASE(a_patch_changes_its_bytes_and_no_others) {
    Writer writer;
    writer.bytes(Bytes(6, 0xff));
    writer.patch_le(1, 0x0102, 2);
    BOOST_TEST(to_hex(writer.view()) == "ff0201ffffff");
}

BOOST_AUTO_TEST_CASE(a_patch_beyond_what_was_written_is_an_error_of_the_caller) {
    Writer writer;
    writer.zeros(3);
    BOOST_CHECK_THROW(writer.patch_le(2, 0, 2), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(a_reader_gets_back_what_a_writer_put) {
    for (size_t width = 1; width <= 8; ++width) {
        const uint64_t value = 0xf1e2d3c4b5a69788U >> (64 - 8 * width);
        BOOST_TEST(Reader(Writer().uint_le(value, width).view()).uint_le(width, "f").value() == value);
        BOOST_TEST(Reader(Writer().uint_be(value, width).view()).uint_be(width, "f").value() == value);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
