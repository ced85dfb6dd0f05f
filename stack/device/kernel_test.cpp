#include "stack/device/kernel.h"

#include <boost/test/unit_test.hpp>

namespace assay::device {

BOOST_AUTO_TEST_SUITE(kernel)

BOOST_AUTO_TEST_CASE(each_instruction_does_what_it_says) {
    std::vector<uint8_t> lines;
    int busy = 0, interrupts = 0;
    std::pair<int, int> stored;
    const Surroundings around{.touch = [&](uint8_t line) { lines.push_back(line); },
                              .busy = [&] { ++busy; },
                              .interrupt = [&]() -> Checked<> {
                                  ++interrupts;
                                  return {};
                              },
                              .store_out = [&](uint8_t operand, uint8_t value) -> Checked<> {
                                  stored = {operand, value};
                                  return {};
                              }};
    const Bytes code = {'x', 0x0f, '+', 2, 'l', 0, 'w', 1, 'w', 2, '!', 0, 'd', 5, '?', 1, 0, 0, '+', 1};
    BOOST_TEST((run_kernel(code, Bytes{0x30}, around).value() == Bytes{0x41}));
    BOOST_TEST((lines == std::vector<uint8_t>{1}));
    BOOST_TEST(busy == 0);
    BOOST_TEST(interrupts == 1);
    BOOST_TEST((stored == std::pair(5, 0x41)));
    BOOST_TEST(run_kernel(Bytes{'w', 0}, Bytes{1, 0, 3}, around).has_value());
    BOOST_TEST(busy == 2);
    BOOST_TEST((run_kernel(Bytes{'+'}, Bytes{1}, around).value() == Bytes{1}));
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_surroundings_stops_the_program) {
    const Surroundings around{.touch = [](uint8_t) {},
                              .busy = [] {},
                              .interrupt = []() -> Checked<> { return cannot("interrupt", "none"); },
                              .store_out = [](uint8_t, uint8_t) -> Checked<> { return {}; }};
    BOOST_TEST(!run_kernel(Bytes{'!', 0}, Bytes{1}, around).has_value());
    BOOST_TEST(run_kernel(Bytes{'!', 0}, {}, around).has_value());
}

BOOST_AUTO_TEST_CASE(a_launch_is_its_methods_all_of_them_in_order) {
    const Launch launch{
        .code = 0x1'0000'0002, .code_size = 3, .input = 0x2'0000'0004, .output = 0x3'0000'0005, .size = 6};
    auto methods = to_methods(launch);
    BOOST_TEST((launch_of(methods) == launch));
    std::swap(methods[0], methods[1]);
    BOOST_TEST(!launch_of(methods).has_value());
    methods.pop_back();
    BOOST_TEST(!launch_of(methods).has_value());
    BOOST_TEST(!launch_of({}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::device
