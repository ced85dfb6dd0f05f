#include "conformance/engine/located_json.h"

#include <boost/test/unit_test.hpp>

namespace assay::engine {

namespace {

std::string text(Place place) { return std::to_string(place.line) + ":" + std::to_string(place.column); }

std::string fault(std::string_view json) {
    const auto parsed = parse_located(json);
    return parsed ? "none" : text(parsed.error().place) + " " + parsed.error().what;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(located_json_suite)

BOOST_AUTO_TEST_CASE(each_key_and_value_has_its_place) {
    const auto parsed =
        parse_located("{\"a\": [1, 22 ,\n  {\"b\" : \"\xc3\xa9\", \"c\": null}], \"d\":-1.5e3\n}");
    BOOST_REQUIRE(parsed.has_value());
    const std::pair<const char*, const char*> values[] = {
        {"", "1:1"},     {"/a", "1:7"},      {"/a/0", "1:8"},    {"/a/1", "1:11"},
        {"/a/2", "2:3"}, {"/a/2/b", "2:10"}, {"/a/2/c", "2:20"}, {"/d", "2:32"}};
    for (const auto& [pointer, place] : values) {
        BOOST_REQUIRE(parsed->values.contains(pointer));
        BOOST_TEST(text(parsed->values.at(pointer)) == place, pointer);
    }
    BOOST_TEST(text(parsed->at("/a/2/c")) == "2:15", "a member is where its key is");
    BOOST_TEST(text(parsed->at("/a/1")) == "1:11");
    BOOST_TEST(text(parsed->at("/nothing")) == "1:1");
    BOOST_TEST(text(parse_located("\xef\xbb\xbf [1]")->at("/0")) == "1:4");
}

BOOST_AUTO_TEST_CASE(a_key_that_occurs_twice_is_said_where_it_does_again) {
    const auto parsed = parse_located("{\"a\": 1, \"b\": {\"a\": 2},\n \"a\": 3}");
    BOOST_REQUIRE(parsed.has_value());
    BOOST_REQUIRE(parsed->repeated.size() == 1U);
    BOOST_TEST(text(parsed->repeated[0].place) == "2:2");
    BOOST_TEST(parsed->repeated[0].what == "the key \"a\" is there twice");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_said_where_it_begins) {
    BOOST_TEST(fault("{\"a\": 1,\n  x}").starts_with("2:3 is no JSON: syntax error"),
               fault("{\"a\": 1,\n  x}"));
    BOOST_TEST(fault("").starts_with("1:1 is no JSON"), fault(""));
    BOOST_TEST(fault("[1e999]").contains("number overflow"), fault("[1e999]"));
    BOOST_TEST(fault(std::string(100000, '[')) == "1:17 lists and objects are nested deeper than 16");
    BOOST_TEST(fault(std::string("[\"\0\"]", 5)).contains("is no JSON"));
}

BOOST_AUTO_TEST_CASE(a_text_that_is_cut_or_changed_anywhere_gives_a_value_or_a_fault) {
    const std::string whole =
        R"({"waivers": [{"case": "a/*", "n": -1.5e3, "u": "\u00e9", "t": [true, null]}]})";
    BOOST_REQUIRE(parse_located(whole).has_value());
    for (size_t size = 0; size < whole.size(); ++size) {
        const std::string cut = whole.substr(0, size);
        BOOST_TEST(!parse_located(cut), cut);
        for (const char byte : {'\0', '"', '{', ']', '\\', '\xff'}) {
            std::string changed = whole;
            changed[size] = byte;
            const auto parsed = parse_located(changed);
            if (!parsed) BOOST_TEST(parsed.error().what.contains("is no JSON"), changed);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::engine
