#include "stack/base/result.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>

namespace assay {

namespace {

Result<int> half(int value) {
    if (value % 2 != 0) return fail(Errc::out_of_range, "value", 3, "is odd");
    return value / 2;
}

Result<int> quarter(int value) { return TRY(half(TRY(half(value)))); }

Result<> check(int value) {
    TRY(half(value));
    return {};
}

Result<std::unique_ptr<int>> boxed(int value) { return std::make_unique<int>(TRY(half(value))); }

Result<int> unboxed(int value) { return *TRY(boxed(value)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(result)

BOOST_AUTO_TEST_CASE(try_gives_the_value_or_returns_the_error_unchanged) {
    BOOST_TEST(quarter(8).value() == 2);
    for (int value : {1, 6}) {
        auto refused = quarter(value);
        BOOST_REQUIRE(!refused);
        BOOST_TEST((refused.error().code == Errc::out_of_range));
        BOOST_TEST(refused.error().field == "value");
        BOOST_TEST(refused.error().offset == 3U);
        BOOST_TEST(refused.error().detail == "is odd");
    }
    BOOST_TEST(check(4).has_value());
    BOOST_TEST(!check(5).has_value());
}

BOOST_AUTO_TEST_CASE(try_moves_what_cannot_be_copied) {
    BOOST_TEST(unboxed(4).value() == 2);
    BOOST_TEST(!unboxed(5).has_value());
}

BOOST_AUTO_TEST_CASE(an_error_reads_as_one_line_without_its_absent_parts) {
    BOOST_TEST((Error{Errc::truncated, {}, Error::npos, {}}.text()) == "truncated");
    BOOST_TEST((Error{Errc::truncated, {}, 7, {}}.text()) == "truncated (at offset 7)");
    BOOST_TEST((Error{Errc::truncated, "Length", Error::npos, {}}.text()) == "truncated (Length)");
    BOOST_TEST((Error{Errc::truncated, "Length", 7, {}}.text()) == "truncated (Length at offset 7)");
    BOOST_TEST((Error{Errc::io, "a.bin", Error::npos, "no such file"}.text()) == "no such file (a.bin)");
    BOOST_TEST((Error{Errc::bad_code, "Code", 1, "0x7f"}.text()) == "0x7f (Code at offset 1)");
}

BOOST_AUTO_TEST_CASE(every_class_of_failure_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) {
        names.insert(name(static_cast<Errc>(code)));
    }
    BOOST_TEST(names.size() == static_cast<size_t>(Errc::internal) + 1);
    BOOST_TEST(!names.contains("unknown"));
    BOOST_TEST(name(static_cast<Errc>(200)) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay
