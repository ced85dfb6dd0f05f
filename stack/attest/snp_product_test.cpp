#include "stack/attest/snp_product.h"

#include <boost/test/unit_test.hpp>

namespace assay::attest {

BOOST_AUTO_TEST_SUITE(snp_product)

BOOST_AUTO_TEST_CASE(a_processor_is_of_the_line_of_its_family_and_model) {
    BOOST_TEST((product_of({0x19, 0x01, 1}) == SnpProduct::milan));
    BOOST_TEST((product_of({0x19, 0x11, 1}) == SnpProduct::genoa));
    BOOST_TEST((product_of({0x19, 0xa0, 2}) == SnpProduct::genoa));
    BOOST_TEST((product_of({0x1a, 0x02, 1}) == SnpProduct::turin));
    BOOST_TEST((product_of({0x1a, 0x11, 0}) == SnpProduct::turin));
    BOOST_TEST((product_of({0x1a, 0x50, 0}) == SnpProduct::venice));
}

BOOST_AUTO_TEST_CASE(a_processor_of_no_line_has_no_product) {
    BOOST_TEST(!product_of({}).has_value());
    BOOST_TEST(!product_of({0x17, 0x31, 0}).has_value());  // Rome, which has no SEV-SNP
    BOOST_TEST(!product_of({0x19, 0x21, 0}).has_value());
    BOOST_TEST(!product_of({0x1a, 0x12, 0}).has_value());
}

BOOST_AUTO_TEST_CASE(a_certificate_names_the_line_and_may_name_the_revision) {
    BOOST_TEST((product_from_name("Milan-B0") == SnpProduct::milan));
    BOOST_TEST((product_from_name("Milan") == SnpProduct::milan));
    BOOST_TEST((product_from_name("Genoa-B1") == SnpProduct::genoa));
    BOOST_TEST((product_from_name("Turin") == SnpProduct::turin));
    BOOST_TEST(!product_from_name("").has_value());
    BOOST_TEST(!product_from_name("milan-B0").has_value());
    BOOST_TEST(!product_from_name("Milano").has_value());
}

BOOST_AUTO_TEST_CASE(each_line_has_a_name_that_is_its_own_and_a_layout) {
    for (SnpProduct product : {SnpProduct::milan, SnpProduct::genoa, SnpProduct::turin, SnpProduct::venice})
        BOOST_TEST((product_from_name(name(product)) == product));
    BOOST_TEST((layout_of(SnpProduct::genoa) == TcbLayout::milan));
    BOOST_TEST((layout_of(SnpProduct::turin) == TcbLayout::turin));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
