#include "stack/attest/xml_document.h"

#include <boost/test/unit_test.hpp>

namespace assay::attest {

namespace {

constexpr std::string_view kDeclared = "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>";

Bytes utf8(std::string_view text) { return to_bytes(as_bytes(text)); }

// The same characters with so many zeros before or behind each.
Bytes wide(std::string_view text, Bytes mark, size_t before, size_t behind) {
    for (const char character : text) {
        mark.insert(mark.end(), before, 0);
        mark.push_back(static_cast<uint8_t>(character));
        mark.insert(mark.end(), behind, 0);
    }
    return mark;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(xml_document)

BOOST_AUTO_TEST_CASE(a_document_type_is_seen) {
    BOOST_TEST(declares_document_type(utf8(kDeclared)));
    BOOST_TEST(declares_document_type(concat({Bytes{0xEF, 0xBB, 0xBF}, as_bytes(kDeclared)})));
    BOOST_TEST(
        declares_document_type(utf8("<?xml version='1.0'?><!-- a --><!DOCTYPE a SYSTEM 'file:///'><a/>")));
    BOOST_TEST(declares_document_type(
        concat({as_bytes("<?xml version='1.0' encoding='UTF-16'?>"), as_bytes(kDeclared)})));
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_one_is_none) {
    BOOST_TEST(!declares_document_type(utf8("<a/>")));
    BOOST_TEST(!declares_document_type(utf8("<!-- <!DOCTYPE a> --><a/>")));
    BOOST_TEST(!declares_document_type(utf8("<a><![CDATA[<!DOCTYPE a>]]></a>")));
    BOOST_TEST(!parse_xml(utf8("<a/><!DOCTYPE a>")));
}

// A declaration in another encoding is not seen, which is right only as long as none is read.
BOOST_AUTO_TEST_CASE(nothing_but_utf_8_is_read) {
    BOOST_TEST(parse_xml(utf8("<a/>")).has_value());
    for (const std::string_view text : {std::string_view("<a/>"), kDeclared}) {
        BOOST_TEST(!parse_xml(wide(text, {0xFF, 0xFE}, 0, 1)));
        BOOST_TEST(!parse_xml(wide(text, {0xFE, 0xFF}, 1, 0)));
        BOOST_TEST(!parse_xml(wide(text, {}, 0, 1)));
        BOOST_TEST(!parse_xml(wide(text, {}, 1, 0)));
        BOOST_TEST(!parse_xml(wide(text, {}, 3, 0)));
        BOOST_TEST(!parse_xml(wide(text, {}, 0, 3)));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
