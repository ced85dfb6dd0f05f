#include "conformance/bench/transfer.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

namespace assay::bench {

BOOST_AUTO_TEST_SUITE(bench_transfer_suite)

BOOST_AUTO_TEST_CASE(every_way_of_copying_is_timed_and_the_memory_is_bounded_by_the_pool) {
    const TransferBench bench = measure_transfers(1, 1 << 20, 64 << 20);
    for (const char* series :
         {"memcpy", "AES-GCM seal", "off to the device", "apm from the device", "cc to the device",
          "AES-GCM seal, open, 2 threads", "cc, 2 threads from the device"}) {
        BOOST_TEST((std::ranges::find(bench.timings, series, &CopyTiming::series) != bench.timings.end()),
                   series);
    }
    BOOST_REQUIRE(bench.memory.size() == 2U);
    BOOST_TEST(bench.memory[1].pool == bench.memory[0].pool);
    BOOST_TEST(bench.memory[1].size == uint64_t{64} << 20);
    std::ostringstream text;
    print(bench, text);
    BOOST_TEST(text.str().contains("memory of a copy of 64 MiB"), text.str());
}

BOOST_AUTO_TEST_CASE(a_benchmark_is_data_and_a_picture) {
    const TransferBench bench{.timings = {{"memcpy", 4096, 1e-6, 4.096e9}, {"memcpy", 16384, 2e-6, 8.192e9}},
                              .memory = {{.size = 1 << 20, .pool = 4096}}};
    const auto json = nlohmann::json::parse(to_json(bench));
    BOOST_TEST(json["timings"][1]["size"] == 16384);
    BOOST_TEST(json["memory"][0]["growth"].is_null());
    const std::string svg = to_svg(bench);
    BOOST_TEST(svg.starts_with("<svg"));
    BOOST_TEST(svg.contains("<polyline"));
    BOOST_TEST(svg.contains("16 KiB"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::bench
