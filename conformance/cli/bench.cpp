// assay bench
#include <algorithm>
#include <ostream>

#include "conformance/bench/programs.h"
#include "conformance/bench/run.h"
#include "conformance/bench/sessions.h"
#include "conformance/bench/transfer.h"
#include "conformance/bench/verifier.h"
#include "conformance/cli/commands.h"
#include "conformance/report/write.h"
#include "stack/base/ranges.h"

namespace assay::cli {

int bench(const BenchCommand& command, Streams& streams) {
    unsigned runs = std::max(1U, command.runs);
    auto wanted = [&](std::string_view part) {
        return command.parts.empty() || contains(command.parts, std::string(part));
    };
    if (!command.json.empty() && wanted("transfer") && wanted("verifier"))
        return misuse(streams, "--json is for one part, transfer or verifier: give --part");
    std::vector<std::pair<std::string, std::string>> files;  // what is written where
    // Its children are to have no threads of ours and little of our memory.
    if (wanted("verifier")) {
        const auto verifier = bench::measure_verifier(runs);
        if (!verifier) return complain(streams, exit_code_of(verifier.error()), verifier.error().detail);
        print(*verifier, streams.out);
        files.emplace_back(command.json, to_json(*verifier));
    }
    if (wanted("run")) bench::bench_run(runs, streams.out);
    if (wanted("handshakes")) bench::bench_handshakes(runs, streams.out);
    if (wanted("records")) bench::bench_records(runs, streams.out);
    if (wanted("messages")) bench::bench_messages(runs, streams.out);
    if (wanted("programs")) bench::bench_programs(command.seeds, streams.out);
    if (wanted("transfer")) {
        const bench::TransferBench transfers = bench::measure_transfers(runs);
        print(transfers, streams.out);
        files.emplace_back(command.json, to_json(transfers));
        files.emplace_back(command.svg, to_svg(transfers));
    }
    for (const auto& [path, text] : files) {
        if (path.empty()) continue;
        if (auto written = report::write_file(path, as_bytes(text)); !written) {
            return complain(streams, status::usage, written.error().detail);
        }
    }
    return status::ok;
}

}  // namespace assay::cli
