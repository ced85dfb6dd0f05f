// The benchmark of the encrypted path as text, data and a picture.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "conformance/bench/transfer.h"

namespace assay::bench {

namespace {

constexpr double kMega = 1 << 20;
constexpr std::string_view kBare = "AES-GCM seal, open";

std::vector<std::string> series_of(const TransferBench& bench) {
    std::vector<std::string> names;
    for (const CopyTiming& one : bench.timings) {
        if (std::ranges::find(names, one.series) == names.end()) names.push_back(one.series);
    }
    return names;
}

const CopyTiming* find(const TransferBench& bench, std::string_view series, uint64_t size) {
    const auto found = std::ranges::find_if(
        bench.timings, [&](const CopyTiming& one) { return one.series == series && one.size == size; });
    return found == bench.timings.end() ? nullptr : &*found;
}

std::string size_text(uint64_t size) {
    return size < (1U << 20) ? fmt::format("{} KiB", size >> 10) : fmt::format("{} MiB", size >> 20);
}

}  // namespace

void print(const TransferBench& bench, std::ostream& out) {
    out << fmt::format("{:30} {:>8} {:>9} {:>14} {:>10}\n", "copies", "size", "MiB/s", "microseconds",
                       "of AES-GCM seal, open");
    for (const CopyTiming& one : bench.timings) {
        const CopyTiming* bare = find(bench, kBare, one.size);
        out << fmt::format("{:30} {:>8} {:9.0f} {:14.1f} {:10.2f}\n", one.series, size_text(one.size),
                           one.throughput / kMega, one.seconds * 1e6,
                           bare == nullptr ? 0 : one.throughput / bare->throughput);
    }
    out << "Both ends are in this process: a copy seals and opens each byte.\n";
    for (const CopyMemory& one : bench.memory) {
        out << fmt::format("memory of a copy of {}: {} of staging buffers, {} became resident\n",
                           size_text(one.size), size_text(one.pool),
                           one.growth ? size_text(*one.growth) : "unknown");
    }
}

std::string to_json(const TransferBench& bench) {
    nlohmann::ordered_json json{{"tool", "assay"}, {"format", 1}, {"part", "transfer"}};
    for (const CopyTiming& one : bench.timings) {
        json["timings"].push_back({{"series", one.series},
                                   {"size", one.size},
                                   {"seconds", one.seconds},
                                   {"throughput", one.throughput}});
    }
    for (const CopyMemory& one : bench.memory) {
        nlohmann::ordered_json row{{"size", one.size}, {"pool", one.pool}, {"growth", nullptr}};
        if (one.growth) row["growth"] = *one.growth;
        json["memory"].push_back(row);
    }
    return json.dump(1) + "\n";
}

std::string to_svg(const TransferBench& bench) {
    constexpr double kWide = 900, kHigh = 520, kLeft = 70, kTop = 20, kPlotWide = 560, kPlotHigh = 440;
    constexpr std::string_view kColours[] = {"#000000", "#7f7f7f", "#1f77b4", "#2ca02c",
                                             "#98df8a", "#ff7f0e", "#ffbb78", "#d62728",
                                             "#ff9896", "#9467bd", "#c5b0d5", "#8c564b"};
    double most = 1, least_size = 12, most_size = 13;
    for (const CopyTiming& one : bench.timings) {
        most = std::max(most, one.throughput / kMega);
        most_size = std::max(most_size, std::log2(static_cast<double>(one.size)));
    }
    const auto x = [&](uint64_t size) {
        return kLeft +
               kPlotWide * (std::log2(static_cast<double>(size)) - least_size) / (most_size - least_size);
    };
    // Throughputs differ by orders of magnitude.
    const auto y = [&](double mega) {
        return kTop + kPlotHigh * (1 - std::log10(std::max(mega, 1.0)) / std::log10(most * 1.2));
    };
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
        kWide, kHigh);
    for (double mark = 1; mark <= most * 1.2; mark *= 10) {
        svg += fmt::format(
            "<path d=\"M{} {:.1f}h{}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{:.1f}\" "
            "text-anchor=\"end\">{}</text>\n",
            kLeft, y(mark), kPlotWide, kLeft - 6, y(mark) + 4, mark);
    }
    for (uint64_t size = 4096; std::log2(static_cast<double>(size)) <= most_size; size *= 4) {
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x(size),
                           kTop + kPlotHigh + 18, size_text(size));
    }
    svg += fmt::format("<text x=\"{}\" y=\"{}\">MiB/s over the size of a copy</text>\n", kLeft,
                       kTop + kPlotHigh + 40);
    size_t number = 0;
    for (const std::string& series : series_of(bench)) {
        std::string points;
        for (const CopyTiming& one : bench.timings) {
            if (one.series == series)
                points += fmt::format("{:.1f},{:.1f} ", x(one.size), y(one.throughput / kMega));
        }
        const std::string_view colour = kColours[number % std::size(kColours)];
        const double line = kTop + 14 + 20 * static_cast<double>(number++);
        svg += fmt::format(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n"
            "<path d=\"M{} {}h24\" stroke=\"{}\" stroke-width=\"2\"/><text x=\"{}\" y=\"{}\">{}</text>\n",
            points, colour, kLeft + kPlotWide + 20, line - 4, colour, kLeft + kPlotWide + 50, line, series);
    }
    return svg + "</svg>\n";
}

}  // namespace assay::bench
