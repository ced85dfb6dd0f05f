#include "stack/evidence/opaque_fields.h"

#include <boost/test/unit_test.hpp>

#include "stack/wire/encode.h"

namespace assay::evidence {

BOOST_AUTO_TEST_SUITE(opaque_fields_suite)

BOOST_AUTO_TEST_CASE(a_field_is_its_type_its_length_and_its_value) {
    const NvidiaField field{opaque::driver_version, {0xaa, 0xbb, 0xcc}};
    BOOST_TEST(to_hex(wire::encode(field, {}).value()) == "03000300aabbcc");
}

BOOST_AUTO_TEST_CASE(fields_are_found_where_they_were_put) {
    const Bytes fields = {1, 2, 3, 4, 5};
    BOOST_TEST((nvidia_opaque_data(wire::Version::v1_1, fields) == fields));
    const Bytes general = nvidia_opaque_data(wire::Version::v1_2, fields);
    BOOST_TEST(to_hex(general) ==
               "01000000"
               "0302de10"
               "0500"
               "0102030405"
               "00");
    const FieldsPlace plain = find_nvidia_fields(wire::Version::v1_1, fields).value();
    BOOST_TEST((plain.offset == 0 && plain.size == 5));
    const FieldsPlace inside = find_nvidia_fields(wire::Version::v1_2, general).value();
    BOOST_TEST((inside.offset == 10 && inside.size == 5));
}

BOOST_AUTO_TEST_CASE(what_is_not_one_element_of_nvidias_has_no_fields) {
    for (const char* hex : {"0100000003020000"
                            "0500"
                            "0102030405"
                            "00",
                            "01000000"
                            "0402de10"
                            "0000"
                            "0000",
                            "02000000"
                            "0302de10"
                            "0000"
                            "0000"
                            "0302de10"
                            "0000"
                            "0000",
                            "01000000"})
        BOOST_TEST(!find_nvidia_fields(wire::Version::v1_2, from_hex(hex).value()), hex);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::evidence
