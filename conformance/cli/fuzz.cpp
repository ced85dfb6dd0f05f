// assay fuzz
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <ostream>

#include "conformance/cli/interrupt.h"
#include "conformance/cli/reference_options.h"
#include "conformance/cli/target.h"
#include "conformance/lab/command.h"
#include "conformance/report/write.h"
#include "fuzz/dut/search.h"
#include "fuzz/inputs.h"
#include "stack/base/file.h"
#include "stack/transport/uri.h"

namespace assay::cli {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr size_t kMostProgram = size_t{1} << 16;

// What the search leaves in the folder of --out: OUT/corpus and OUT/findings, and OUT/running while a program
// runs, which is left there when the program's device takes this process with it.
class Folder {
   public:
    static Result<Folder> open(const std::string& path) {
        Folder folder;
        if (path.empty()) return folder;
        folder.path_ = path;
        std::error_code error;
        for (const char* inside : {"corpus", "findings"}) {
            fs::create_directories(folder.path_ / inside, error);
            if (error)
                return fail(Errc::io, "--out", Error::npos, fmt::format("{}: {}", path, error.message()));
        }
        if (auto last = read_file(folder.running().string(), kMostProgram)) folder.unfinished_ = *last;
        TRY(report::write_file(folder.running(), {}));
        return folder;
    }

    bool exists() const { return !path_.empty(); }
    std::vector<Bytes> corpus() const {
        return exists() ? fuzz::read_inputs(path_ / "corpus") : std::vector<Bytes>();
    }
    // The program during which the last search in this folder ended, if it did.
    const Bytes& unfinished() const { return unfinished_; }

    void begins(ByteView input) { write(running(), input); }
    void keeps(ByteView input) { write(path_ / "corpus" / stem(input), input); }
    // The path of the program, empty without a folder.
    std::string finds(const fuzz::DeviceFinding& finding, ByteView input) {
        if (!exists()) return {};
        const fs::path program = path_ / "findings" / (std::string(name(finding.kind)) + "-" + stem(input));
        write(fs::path(program) += ".txt",
              as_bytes(fmt::format("{}: {}\n{}\nstep {} of the program\n{}\n", name(finding.kind),
                                   finding.title, finding.requirement, finding.step, finding.detail)));
        write(program, input);
        return program.string();
    }
    void ends() {
        std::error_code ignored;
        if (exists()) fs::remove(running(), ignored);
    }
    // The first file that could not be written.
    const Result<>& written() const { return written_; }

   private:
    fs::path running() const { return path_ / "running"; }
    static std::string stem(ByteView input) {
        const auto digest = crypto::openssl_provider().digest(crypto::HashAlgo::sha256, input);
        return to_hex(digest.view().first(8));
    }
    // Under another name first, so that what is there is whole.
    void write(const fs::path& path, ByteView bytes) {
        if (!exists() || !written_) return;
        const fs::path beside = fs::path(path) += ".new";
        written_ = report::write_file(beside, bytes);
        std::error_code error;
        if (written_) fs::rename(beside, path, error);
        if (error) written_ = fail(Errc::io, "--out", Error::npos, path.string() + ": " + error.message());
    }

    fs::path path_;
    Bytes unfinished_;
    Result<> written_;
};

// A line a second on a terminal, and one in ten elsewhere.
class Status {
   public:
    explicit Status(Streams& streams) : streams_(streams) {}
    ~Status() {
        if (streams_.terminal && shown_) streams_.err << "\r\x1b[K";
    }
    void show(const fuzz::SearchProgress& now) {
        const auto time = Clock::now();
        const auto due = std::chrono::seconds(streams_.terminal ? 1 : 10);
        if (time - last_ < due) return;
        last_ = time;
        shown_ = true;
        const double seconds = std::chrono::duration<double>(time - begin_).count();
        streams_.err
            << (streams_.terminal ? "\r\x1b[K" : "")
            << fmt::format(
                   "{:.0f} s: {} programs, {:.1f}/s, {} exchanges, {} features, {} kept, {} findings{}",
                   seconds, now.runs, static_cast<double>(now.runs) / seconds, now.exchanges, now.features,
                   now.corpus, now.findings, streams_.terminal ? "" : "\n");
        streams_.err.flush();
    }

   private:
    Streams& streams_;
    Clock::time_point begin_ = Clock::now(), last_ = begin_;
    bool shown_ = false;
};

void print(const fuzz::DeviceFinding& finding, const std::string& path, const std::string& target,
           Streams& streams) {
    streams.out << fmt::format("{:8} {}{}\n", name(finding.kind), finding.title,
                               finding.requirement.empty() ? "" : " (" + finding.requirement + ")");
    if (path.empty()) return;
    streams.out << fmt::format("         {}\n         again: assay fuzz --target '{}' --input {}\n", path,
                               target, path);
    streams.out.flush();
}

bool is_failure(const fuzz::DeviceFinding& finding) { return finding.kind != fuzz::FindingKind::differs; }

// One program, message by message.
int run_again(const FuzzCommand& command, fuzz::DeviceUnderTest& device, Streams& streams) {
    const auto input = read_file(command.input, kMostProgram);
    if (!input) return complain(streams, status::usage, input.error().text());
    const auto twin = device.twin();
    fuzz::DeviceTrace trace;
    const auto finding = fuzz::try_program(device, command.compare ? twin.get() : nullptr, *input, &trace);
    for (const fuzz::ExchangeOutcome& one : trace.exchanges) {
        streams.out << fmt::format("step {:2}  > {}\n         < {}: {}\n", one.step,
                                   to_hex(one.exchange.request), lab::describe(one.exchange),
                                   one.exchange.response ? to_hex(*one.exchange.response) : "");
    }
    if (!finding) {
        streams.out << "nothing is found with this program\n";
        return status::ok;
    }
    print(*finding, {}, command.target, streams);
    streams.out << finding->detail << '\n';
    return is_failure(*finding) ? status::failures : status::ok;
}

int summary(const fuzz::SearchResult& result, const FuzzCommand& command, Streams& streams) {
    size_t failures = 0;
    for (const auto& [key, finding] : result.findings) failures += is_failure(finding);
    const fuzz::SearchProgress& all = result.progress;
    streams.out << fmt::format(
        "\n{} programs, {} exchanges, {} features, {} kept, {} findings, {} differences to be looked at\n",
        all.runs, all.exchanges, all.features, all.corpus, failures, result.findings.size() - failures);
    streams.out << fmt::format("to repeat: assay fuzz --target '{}' --seed {} --runs {}\n", command.target,
                               command.seed, all.runs);
    if (result.device_lost)
        return complain(streams, status::unreachable, command.target + " does not come back");
    return failures == 0 ? status::ok : status::failures;
}

Result<std::unique_ptr<lab::Dut>> open_device(const FuzzCommand& command) {
    const transport::Target target = TRY(transport::parse_target(command.target));
    const bool built_in = target.scheme == transport::Scheme::reference;
    if (!built_in && !(command.fault_options.waive.empty() && command.fault_options.defects.empty())) {
        return fail(Errc::bad_text, "--waive", Error::npos,
                    "--waive and --defect are for the reference in this process; 'assay serve' has them too");
    }
    lab::ReferenceOptions reference;
    TRY(fault_options(command.fault_options, reference));
    return open_target(command, reference);
}

}  // namespace

int fuzz(const FuzzCommand& command, Streams& streams) {
    const auto dut = open_device(command);
    if (!dut) return complain(streams, exit_code_of(dut.error()), dut.error());
    auto device = fuzz::DeviceUnderTest::learn(**dut, crypto::openssl_provider());
    if (!device) return complain(streams, status::unreachable, device.error().detail);
    for (const std::string& failure : device->sane_failures())
        streams.err << "assay: the sane exchange fails, see 'assay run': " << failure << '\n';
    if (!command.input.empty()) return run_again(command, *device, streams);
    auto folder = Folder::open(command.out);
    if (!folder) return complain(streams, status::usage, folder.error());
    auto seeds = fuzz::device_seeds(*device);
    if (!seeds) return complain(streams, status::internal, seeds.error().text());
    const std::vector<Bytes> kept = folder->corpus();
    seeds->insert(seeds->begin(), kept.begin(), kept.end());
    if (!folder->unfinished().empty()) {
        streams.err << "assay: the last search in " << command.out
                    << " ended within a program, which is tried first\n";
        seeds->insert(seeds->begin(), folder->unfinished());
    }
    const Interrupt interrupt;
    const auto end = Clock::now() + std::chrono::seconds(command.time_s);
    Status status_line(streams);
    fuzz::SearchOptions options;
    options.seed = command.seed;
    options.runs = command.runs;
    options.compare = command.compare;
    options.stop = [&] {
        return Interrupt::came() || !folder->written() || (command.time_s != 0 && Clock::now() >= end);
    };
    options.begins = [&](ByteView input) { folder->begins(input); };
    options.keeps = [&](ByteView input) { folder->keeps(input); };
    options.finds = [&](const fuzz::DeviceFinding& finding, ByteView input) {
        print(finding, folder->finds(finding, input), command.target, streams);
    };
    options.progress = [&](const fuzz::SearchProgress& progress) { status_line.show(progress); };
    SystemRandom random;
    lab::Lab lab = device->lab(**dut, random);
    options.revive = [&] { return revive(lab, command); };
    const fuzz::SearchResult result = fuzz::search(*device, std::move(*seeds), options);
    folder->ends();
    if (!folder->written()) return complain(streams, status::usage, folder->written().error().detail);
    return summary(result, command, streams);
}

}  // namespace assay::cli
