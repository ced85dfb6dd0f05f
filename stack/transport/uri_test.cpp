#include "stack/transport/uri.h"

#include <boost/test/unit_test.hpp>

namespace assay::transport {

BOOST_AUTO_TEST_SUITE(uri_suite)

BOOST_AUTO_TEST_CASE(targets_are_read_and_written) {
    const std::pair<const char*, const char*> rows[] = {
        {"reference", "reference"},
        {"reference?binding=none", "reference"},
        {"reference?binding=mctp", "reference?binding=mctp"},
        {"reference?binding=doe", "reference?binding=doe"},
        {"exec:./device --fast ?x", "exec:./device --fast ?x"},
        {"doe:0000:3b:00.0", "doe:0000:3b:00.0"},
        {"mctp://1/8", "mctp://1/8"},
        {"mctp://0/254", "mctp://0/254"},
        {"lib:./device.so", "lib:./device.so"},
        {"lib:/opt/device.so?slots=2&x?", "lib:/opt/device.so?slots=2&x?"},
        {"tcp://host", "tcp://host:4194"},
        {"tcp://[::1]:7", "tcp://[::1]:7"},
        {"emu://localhost", "emu://localhost:2323?binding=mctp"},
        {"emu://10.0.0.1:99?binding=doe", "emu://10.0.0.1:99?binding=doe"},
        {"emu://h?binding=none", "emu://h:2323?binding=none"},
    };
    for (auto [uri, text] : rows) {
        auto target = parse_target(uri);
        BOOST_REQUIRE(target.has_value());
        BOOST_TEST(to_text(*target) == text);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_target_is_refused_with_what_is_wrong) {
    const std::pair<const char*, const char*> rows[] = {
        {"", "no such kind of target"},
        {"udp://host:1", "no such kind of target"},
        {"tcp://", "the host is missing"},
        {"tcp://host:", "the port must be"},
        {"tcp://host:70000", "the port must be"},
        {"tcp://host:12x", "the port must be"},
        {"tcp://[::1", "']' is missing"},
        {"tcp://host?binding=mctp", "behind '?'"},
        {"tcp://host/path:1", "a host is"},
        {"tcp://me@host", "a host is"},
        {"reference?bind=doe", "behind '?'"},
        {"reference?binding=usb", "no such binding"},
        {"references", "no such kind of target"},
        {"exec:", "the command is missing"},
        {"lib:?x", "the path is missing"},
        {"mctp://1", "an MCTP endpoint is"},
        {"mctp://1/7", "an MCTP endpoint is"},
        {"mctp://1/255", "an MCTP endpoint is"},
        {"mctp://1/300", "an MCTP endpoint is"},
        {"mctp://1/9x", "an MCTP endpoint is"},
        {"mctp:///9", "an MCTP endpoint is"},
        {"doe:3b:00.0", "a PCI address is"},
        {"doe:0000:3B:00.0", "a PCI address is"},
        {"emu://host?bind=mctp", "behind '?'"},
        {"emu://host?binding=usb", "no such binding"},
    };
    for (auto [uri, what] : rows) {
        auto target = parse_target(uri);
        BOOST_REQUIRE(!target.has_value());
        BOOST_TEST(target.error().detail.find(what) != std::string::npos, target.error().detail);
        BOOST_TEST(target.error().detail.find(uri) != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
