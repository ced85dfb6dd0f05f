#include "conformance/bench/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>

#include "conformance/bench/cipher.h"
#include "conformance/bench/timed_provider.h"
#include "stack/transfer/doorbell.h"

namespace assay::bench {

namespace {

using namespace transfer;

constexpr size_t kBuffers = 8, kPiece = size_t{256} << 10;  // bytes of a page, and of a bare operation
constexpr uint64_t kThreadedFrom = uint64_t{1} << 20, kRepeated = uint64_t{16} << 20;
constexpr uint64_t kLeastWork = uint64_t{8} << 20;  // bytes that are copied for one timing, at least

// The device's memory: as much as there is, again and again.
class RepeatedMemory final : public DeviceMemory {
   public:
    explicit RepeatedMemory(size_t size) : bytes_(size) {}
    std::span<uint8_t> range(uint64_t address, size_t size) override {
        const uint64_t at = address % bytes_.size();
        if (size > bytes_.size() - at) return {};
        return std::span(bytes_).subspan(at, size);
    }

   private:
    Bytes bytes_;
};

struct Ends {
    Ends(Mode mode, DeviceMemory& memory, Executor& executor)
        : config{.mode = mode, .staging = {.initial = 2, .most = kBuffers}},
          shared(kStagingAt + kBuffers * (config.staging.buffer_size + 4096)) {
        const Bytes secret = SeededRandom(1).bytes(kExportSecretSize);
        guest = GuestEndpoint::make(SecretBytes(secret), shared, config).value();
        gpu = GpuEndpoint::make(SecretBytes(secret), shared, config, memory, executor).value();
        std::ignore = guest->set_ready();
        std::ignore = gpu->set_ready();
    }
    EndpointConfig config;
    Bytes shared;
    std::unique_ptr<GuestEndpoint> guest;
    std::unique_ptr<GpuEndpoint> gpu;
};

// In pieces as large as a page.
void bare_copy(BareCipher& cipher, ByteView in, std::span<uint8_t> between, std::span<uint8_t> out,
               bool opens) {
    std::array<uint8_t, 16> tag{};
    for (size_t at = 0; at < in.size(); at += kPiece) {
        const ByteView piece = in.subspan(at, std::min(kPiece, in.size() - at));
        cipher.seal({}, piece, between.data(), tag.data());
        if (opens) cipher.open({}, between.first(piece.size()), out.data() + at, tag.data());
    }
}

std::string_view name_of(Mode mode) { return mode == Mode::off ? "off" : mode == Mode::apm ? "apm" : "cc"; }

// Everything that is timed, so that one round can take it in turn.
class Bench {
   public:
    explicit Bench(uint64_t largest)
        : memory_(largest),
          source_(SeededRandom(2).bytes(largest)),
          target_(largest),
          between_(kPiece),
          other_between_(kPiece) {
        for (Mode mode : {Mode::off, Mode::apm, Mode::cc}) {
            single_.emplace_back(mode, std::make_unique<Ends>(mode, memory_, inline_executor()));
        }
        double_ = std::make_unique<Ends>(Mode::cc, memory_, gpu_threads_);
    }

    void round(uint64_t size) {
        const ByteView in = ByteView(source_).first(size);
        const std::span<uint8_t> out = std::span(target_).first(size);
        time("memcpy", size, [&] { std::memcpy(out.data(), in.data(), size); });
        time("AES-GCM seal", size, [&] { bare_copy(bare_, in, between_, out, false); });
        time("AES-GCM seal, open", size, [&] { bare_copy(bare_, in, between_, out, true); });
        for (auto& [mode, ends] : single_)
            copies(std::string(name_of(mode)), *ends, in, out, inline_executor());
        if (size < kThreadedFrom) return;
        time("AES-GCM seal, open, 2 threads", size, [&] { bare_halves(in, out); });
        copies("cc, 2 threads", *double_, in, out, guest_threads_);
    }

    std::vector<CopyTiming> timings() {
        std::vector<CopyTiming> all;
        for (auto& [what, seconds] : seconds_) {
            const double one = median(seconds);
            all.push_back({what.second, what.first, one, static_cast<double>(what.first) / one});
        }
        return all;
    }

   private:
    template <class Work>
    void time(const std::string& series, uint64_t size, Work work) {
        const uint64_t times = std::max<uint64_t>(1, kLeastWork / size);
        const SteadyClock::time_point begun = SteadyClock::now();
        for (uint64_t i = 0; i < times; ++i) work();
        seconds_[{size, series}].push_back(Seconds(SteadyClock::now() - begun).count() /
                                           static_cast<double>(times));
    }
    void bare_halves(ByteView in, std::span<uint8_t> out) {
        const size_t half = in.size() / 2;
        guest_threads_.run(2, [&](size_t task, size_t /*lane*/) {
            BareCipher& cipher = task == 0 ? bare_ : other_bare_;
            bare_copy(cipher, in.subspan(task * half, half), task == 0 ? between_ : other_between_,
                      out.subspan(task * half, half), true);
        });
    }
    void copies(const std::string& name, Ends& ends, ByteView in, std::span<uint8_t> out,
                Executor& executor) {
        InlineDoorbell bell(*ends.gpu);
        time(name + " to the device", in.size(),
             [&] { std::ignore = ends.guest->copy_to_gpu(bell, 0, Traffic::data, 0, in, executor); });
        time(name + " from the device", in.size(),
             [&] { std::ignore = ends.guest->copy_to_cpu(bell, 0, 0, out, executor); });
    }

    RepeatedMemory memory_;
    Bytes source_, target_, between_, other_between_;
    BareCipher bare_, other_bare_;
    ThreadExecutor guest_threads_{2}, gpu_threads_{2};
    std::vector<std::pair<Mode, std::unique_ptr<Ends>>> single_;
    std::unique_ptr<Ends> double_;
    std::map<std::pair<uint64_t, std::string>, std::vector<double>> seconds_;
};

// Anonymous memory that is resident now, in bytes.
std::optional<uint64_t> resident() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
    }
    return std::nullopt;
}

// Executes at once, and looks at the memory meanwhile.
class WatchingBell final : public Doorbell {
   public:
    WatchingBell(GpuEndpoint& gpu, GuestEndpoint& guest) : bell_(gpu), guest_(guest) {}
    void ring(ByteView submission) override {
        bell_.ring(submission);
        most_ = std::max(most_, resident().value_or(0));
        buffers_ = std::max(buffers_, guest_.pool().size());
    }
    bool wait() override { return false; }
    uint64_t most() const { return most_; }
    size_t buffers() const { return buffers_; }
    bool refused() const { return bell_.refusal().has_value(); }

   private:
    InlineDoorbell bell_;
    GuestEndpoint& guest_;
    uint64_t most_ = 0;
    size_t buffers_ = 0;
};

// The source is there once, whatever the size: a copy is made of copies of it, each behind the other on the
// device. Source and destination are resident before.
CopyMemory memory_of(uint64_t size) {
    const Bytes source = SeededRandom(3).bytes(kRepeated);
    RepeatedMemory memory(kRepeated);
    std::ranges::fill(memory.range(0, kRepeated), uint8_t{1});
    const auto before = resident();
    Ends ends(Mode::cc, memory, inline_executor());
    WatchingBell bell(*ends.gpu, *ends.guest);
    for (uint64_t at = 0; at < size; at += kRepeated) {
        std::ignore = ends.guest->copy_to_gpu(bell, 0, Traffic::data, at, source);
    }
    CopyMemory result{.size = size, .pool = bell.buffers() * ends.config.staging.buffer_size};
    if (before) result.growth = bell.most() - std::min(bell.most(), *before);
    return result;
}

}  // namespace

TransferBench measure_transfers(unsigned runs, uint64_t largest, uint64_t largest_for_memory) {
    TransferBench result;
    // Before the large buffers of the timings make the process large.
    for (uint64_t size : {kRepeated, largest_for_memory}) result.memory.push_back(memory_of(size));
    Bench bench(largest);
    for (unsigned i = 0; i < runs; ++i) {
        for (uint64_t size = 4096; size <= largest; size *= 4) bench.round(size);
    }
    result.timings = bench.timings();
    return result;
}

}  // namespace assay::bench
