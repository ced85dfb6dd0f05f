#include "conformance/suites/transfer/case_context.h"

#include <boost/test/unit_test.hpp>

#include "conformance/lab/transfer_reference.h"

namespace assay::cases::path {

BOOST_AUTO_TEST_SUITE(path_case_context_suite)

BOOST_AUTO_TEST_CASE(bytes_that_differ_are_shown_whole_with_their_place) {
    const auto target = lab::reference_path();
    CaseContext test(*target);
    const Bytes due(100, 1);
    BOOST_TEST(test.same(due, due, "ASSAY-TRF-046", "an element").has_value());
    Bytes other = due;
    other[70] = 2;
    other[72] = 3;
    const CheckResult wrong = test.same(other, due, "ASSAY-TRF-046", "an element");
    BOOST_REQUIRE(!wrong.has_value());
    BOOST_TEST(wrong.error().expected == "an element of 100 bytes, from byte 70 on: 010101");
    BOOST_TEST(wrong.error().got == "100 bytes, from there on: 020103");
    const CheckResult shorter = test.same(ByteView(due).first(99), due, "ASSAY-TRF-046", "an element");
    BOOST_REQUIRE(!shorter.has_value());
    BOOST_TEST(shorter.error().expected == "an element of 100 bytes, from byte 99 on: 01");
    BOOST_TEST(shorter.error().got == "99 bytes, from there on: ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cases::path
