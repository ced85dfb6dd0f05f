#include "fuzz/dut/search.h"

#include <algorithm>

#include "fuzz/spdm/message_seeds.h"
#include "fuzz/spdm/session_seeds.h"

namespace assay::fuzz {

namespace {

constexpr size_t kMostBytes = 4096;  // of a program

// Without knowledge of its form: a bit, a byte or the size.
size_t change_bytes(uint8_t* data, size_t size, size_t max_size) {
    if (size == 0) return 0;
    SeededRandom random(data[0] + 256U * size);
    switch (random.below(3)) {
        case 0: data[random.below(size)] ^= static_cast<uint8_t>(1U << random.below(8)); return size;
        case 1: data[random.below(size)] = static_cast<uint8_t>(random.next_u64()); return size;
        default: return 1 + random.below(std::min(size + 8, max_size));
    }
}

class Search {
   public:
    Search(DeviceUnderTest& device, const SearchOptions& options)
        : device_(device),
          options_(options),
          random_(options.seed),
          twin_(options.compare ? device.twin() : nullptr) {}

    SearchResult all(std::vector<Bytes> seeds) {
        // There are thousands of seeds, and a device may be slow: each second program is one that is changed.
        for (size_t seed = 0; !is_over() && (seed < seeds.size() || !corpus_.empty());) {
            if (seed < seeds.size()) run(seeds[seed++]);
            if (!corpus_.empty() && !is_over()) run(next());
        }
        return std::move(result_);
    }

   private:
    bool is_over() const {
        return result_.device_lost || (options_.runs != 0 && result_.progress.runs >= options_.runs) ||
               (options_.stop && options_.stop());
    }

    // Every other program is one that was kept, without one of its steps; then those are changed at random.
    Bytes next() {
        while (shortened_ < corpus_.size() && random_.below(2) == 0) {
            const Bytes& kept = corpus_[shortened_];
            if (without_ < step_count(kept)) return without_steps(kept, without_++, 1);
            ++shortened_;
            without_ = 0;
        }
        return changed();
    }

    Bytes changed() {
        // What came last led somewhere new last.
        const size_t recent = corpus_.size() / 4 + 1;
        const Bytes& one = random_.below(2) == 0 ? corpus_[random_.below(corpus_.size())]
                                                 : corpus_[corpus_.size() - 1 - random_.below(recent)];
        Bytes bytes(kMostBytes);
        const auto seed = static_cast<unsigned>(random_.next_u64());
        size_t size = 0;
        if (random_.below(8) == 0) {
            const Bytes& other = corpus_[random_.below(corpus_.size())];
            size = kDeviceProgramMutator.cross(one, other, bytes, seed);
        }
        if (size == 0) {
            size = std::min(one.size(), bytes.size());
            std::copy_n(one.begin(), size, bytes.begin());
            size = kDeviceProgramMutator.mutate(bytes.data(), size, bytes.size(), seed, change_bytes);
        }
        bytes.resize(size);
        return bytes;
    }

    void run(const Bytes& input) {
        if (options_.begins) options_.begins(input);
        DeviceTrace trace;
        const auto finding = try_program(device_, twin_.get(), input, &trace);
        ++result_.progress.runs;
        result_.progress.exchanges += trace.exchanges.size();
        const size_t before = features_.size();
        features_.insert(trace.features.begin(), trace.features.end());
        if (trace.gone) revive();
        if (finding && !result_.findings.contains(finding->key)) keep(*finding, input);
        if (features_.size() > before && !trace.gone) {
            corpus_.push_back(input);
            if (options_.keeps) options_.keeps(input);
        }
        result_.progress.features = features_.size();
        result_.progress.corpus = corpus_.size();
        result_.progress.findings = result_.findings.size();
        if (options_.progress) options_.progress(result_.progress);
    }

    void revive() {
        if (options_.revive && options_.revive()) return;
        result_.device_lost = true;
    }

    void keep(const DeviceFinding& finding, const Bytes& input) {
        Bytes shortest = input;
        DeviceFinding last = finding;
        // A device that a program sends away is not sent away again and again.
        if (finding.kind != FindingKind::gone) shorten(shortest, last);
        result_.findings.emplace(last.key, last);
        if (options_.finds) options_.finds(last, shortest);
    }

    // Leaves out steps, in halves and then one by one, as long as the same is found.
    void shorten(Bytes& input, DeviceFinding& finding) {
        for (size_t part = std::max<size_t>(1, step_count(input) / 2);; part /= 2) {
            for (size_t at = step_count(input); at-- > 0;) {
                if (result_.device_lost || (options_.stop && options_.stop())) return;
                Bytes less = without_steps(input, at, part);
                DeviceTrace trace;
                const auto again = try_program(device_, twin_.get(), less, &trace);
                if (trace.gone) revive();
                if (!again || again->key != finding.key) continue;
                input = std::move(less);
                finding = *again;
                at = std::min(at, step_count(input));
            }
            if (part == 1) return;
        }
    }

    DeviceUnderTest& device_;
    const SearchOptions& options_;
    SeededRandom random_;
    std::unique_ptr<lab::ReferenceDut> twin_;
    std::vector<Bytes> corpus_;
    size_t shortened_ = 0,
           without_ = 0;  // the first program that was not yet tried without each step, and the step
    std::set<uint64_t> features_;
    SearchResult result_;
};

}  // namespace

std::optional<DeviceFinding> try_program(DeviceUnderTest& device, lab::ReferenceDut* twin, ByteView input,
                                         DeviceTrace* trace) {
    DeviceTrace on_device = run_on_device(device, device.dut(), input);
    std::optional<DeviceFinding> finding = judge(on_device);
    if (!finding && twin != nullptr) finding = compare(on_device, run_on_device(device, *twin, input, twin));
    if (trace != nullptr) *trace = std::move(on_device);
    return finding;
}

Result<std::vector<Bytes>> device_seeds(const DeviceUnderTest& device) {
    const bool sessions = device.has_sessions();
    std::vector<Bytes> seeds;
    const auto write = [&](std::string_view target, const std::string&, ByteView bytes) {
        if (bytes.empty() || (target != "responder_program" && target != "session_program")) return;
        seeds.push_back(to_bytes(bytes));
        seeds.back()[0] = target == "responder_program" ? kMessages : kSessions;
    };
    TRY(write_message_seeds(write));
    if (sessions) write_session_seeds(write);
    std::ranges::sort(seeds);
    const auto same = std::ranges::unique(seeds);
    seeds.erase(same.begin(), same.end());
    // Neighbours are alike.
    SeededRandom random(1);
    for (size_t i = seeds.size(); i > 1; --i) std::swap(seeds[i - 1], seeds[random.below(i)]);
    return seeds;
}

SearchResult search(DeviceUnderTest& device, std::vector<Bytes> seeds, const SearchOptions& options) {
    return Search(device, options).all(std::move(seeds));
}

}  // namespace assay::fuzz
