#include "stack/attest/base64.h"

#include <boost/test/unit_test.hpp>

namespace assay::attest {

BOOST_AUTO_TEST_SUITE(base64_suite)

BOOST_AUTO_TEST_CASE(the_vectors_of_the_standard_are_read) {
    const std::pair<const char*, std::string_view> vectors[] = {
        {"Zg==", "f"},        {"Zm8=", "fo"},        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"}, {"Zm9vYmE=", "fooba"}, {"Zm9vYmFy", "foobar"}};
    for (const auto& [text, bytes] : vectors) {
        BOOST_TEST((from_base64(text) == to_bytes(as_bytes(bytes))), text);
        const std::string_view all = text;
        BOOST_TEST((from_base64url(all.substr(0, all.find('='))) == to_bytes(as_bytes(bytes))), text);
    }
    BOOST_TEST((from_base64("+/+/") == Bytes{0xfb, 0xff, 0xbf}));
    BOOST_TEST((from_base64url("-_-_") == Bytes{0xfb, 0xff, 0xbf}));
}

BOOST_AUTO_TEST_CASE(what_has_another_form_is_refused) {
    for (const char* bad :
         {"", "Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v\n", "Zm9-", "Zg==Zg==", "Zh=="})
        BOOST_TEST(!from_base64(bad), bad);
    for (const char* bad : {"", "Z", "Zg==", "Zm9+", "Zh", "Zm9vY"}) BOOST_TEST(!from_base64url(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
