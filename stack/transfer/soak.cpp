#include "stack/transfer/soak.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>

#include "stack/base/random.h"
#include "stack/base/writer.h"
#include "stack/transfer/gpu_endpoint.h"
#include "stack/transfer/guest_endpoint.h"
#include "stack/transfer/iv_watch.h"

namespace assay::transfer {

namespace {

constexpr size_t kPlaces = 64;  // places on the device, used in turn
constexpr size_t kFlying = 16;  // transfers, at most

class Places final : public DeviceMemory {
   public:
    explicit Places(size_t size) : bytes_(size * kPlaces) {}
    std::span<uint8_t> range(uint64_t address, size_t size) override {
        if (address > bytes_.size() || size > bytes_.size() - address) return {};
        return std::span(bytes_).subspan(address, size);
    }

   private:
    Bytes bytes_;
};

// What one transfer carries: its number, and bytes that follow from it.
Bytes content(uint64_t number, size_t size) {
    Writer out;
    out.u64(number).u64(~number);
    Bytes bytes = std::move(out).take();
    for (size_t i = bytes.size(); i < size; ++i) bytes.push_back(static_cast<uint8_t>(number * 31 + i));
    return bytes;
}

class Soak {
   public:
    explicit Soak(const SoakOptions& options)
        : options_(options),
          watch_(*options.provider),
          shared_(kStagingAt + 64 * (options.size + 4096)),
          memory_(options.size),
          random_(options.seed) {}

    SoakReport run() {
        if (!open()) return std::move(report_);
        while (report_.written < options_.transfers && !report_.failure) step();
        while (!flying_.empty() && !report_.failure) finish_one();
        report_.sealed = watch_.sealed();
        report_.memory = std::max(report_.memory, watch_.remembered());
        if (watch_.repeated()) report_.failure = *watch_.repeated();
        if (!report_.failure && (guest_->in_flight() != 0 || guest_->pool().in_use() != 0)) {
            report_.failure = "something is still in flight";
        }
        return std::move(report_);
    }

   private:
    struct Flying {
        uint32_t id;
        uint64_t number;
        bool read;
    };

    bool open() {
        const size_t page = (options_.size + kCopyAlignment - 1) / kCopyAlignment * kCopyAlignment;
        const EndpointConfig config{
            .provider = &watch_,
            .checker = options_.checker,
            .channels = options_.channels,
            .staging = {.buffer_size = page, .page_size = page, .initial = kFlying / 2, .most = kFlying}};
        const Bytes secret = random_.bytes(kExportSecretSize);
        auto guest = GuestEndpoint::make(SecretBytes(secret), shared_, config);
        auto gpu = GpuEndpoint::make(SecretBytes(secret), shared_, config, memory_);
        if (!settled(guest) || !settled(gpu)) return false;
        guest_ = std::move(*guest);
        gpu_ = std::move(*gpu);
        return settled(guest_->set_ready()) && settled(gpu_->set_ready());
    }

    void step() {
        const uint64_t number = report_.written;
        if (number % options_.rotate_every == options_.rotate_every - 1) rotate();
        if (number % options_.iv_rotate_every == options_.iv_rotate_every - 1) rotate_iv();
        if (report_.failure) return;
        while (flying_.size() >= kFlying - 2 && !report_.failure) finish_one();
        const uint64_t place = number % kPlaces * options_.size;
        const uint32_t channel = static_cast<uint32_t>(number % options_.channels);
        const Bytes bytes = content(number, options_.size);
        if (!begun(guest_->begin_write(channel, Traffic::data, place, bytes), number, false)) return;
        ++report_.written;
        // What was written a while ago is read back over another channel.
        const uint32_t back = static_cast<uint32_t>((number + 1) % options_.channels);
        if (begun(guest_->begin_read(back, place, options_.size), number, true)) ++report_.read;
        if (number % 4096 == 0) report_.memory = std::max(report_.memory, watch_.remembered());
        if (watch_.repeated()) report_.failure = *watch_.repeated();
    }

    bool begun(Checked<Transfer> transfer, uint64_t number, bool read) {
        if (!settled(transfer)) return false;
        if (!settled(gpu_->execute(transfer->submission))) return false;
        flying_.push_back({transfer->id, number, read});
        return true;
    }

    void finish_one() {
        const Flying one = flying_.front();
        flying_.pop_front();
        Bytes out(one.read ? options_.size : 0);
        if (!settled(guest_->finish(one.id, out))) return;
        if (one.read && out != content(one.number, options_.size)) {
            report_.failure = fmt::format("transfer {} came back as another", one.number);
        }
    }

    // With transfers in flight under the key before.
    void rotate() {
        const auto channel = static_cast<uint32_t>(random_.below(options_.channels));
        auto transfer = guest_->begin_rotation(channel);
        if (transfer) {
            ++report_.rotations;
            if (settled(gpu_->execute(transfer->submission))) settled(guest_->finish(transfer->id));
        } else if (info(transfer.error().check).effect != Effect::later) {
            settled(transfer);
        }
    }

    void rotate_iv() {
        while (!flying_.empty() && !report_.failure) finish_one();
        const auto channel = static_cast<uint32_t>(random_.below(options_.channels));
        auto transfer = guest_->begin_iv_rotation(channel);
        if (!settled(transfer)) return;
        ++report_.iv_rotations;
        if (settled(gpu_->execute(transfer->submission))) settled(guest_->finish(transfer->id));
    }

    template <class T>
    bool settled(const Checked<T>& result) {
        if (!result && !report_.failure) {
            report_.failure = fmt::format("transfer {}: {}", report_.written, result.error().text());
        }
        return result.has_value();
    }

    const SoakOptions& options_;
    IvWatch watch_;
    Bytes shared_;
    Places memory_;
    SeededRandom random_;
    std::unique_ptr<GuestEndpoint> guest_;
    std::unique_ptr<GpuEndpoint> gpu_;
    std::deque<Flying> flying_;
    SoakReport report_;
};

}  // namespace

SoakReport soak(const SoakOptions& options) { return Soak(options).run(); }

}  // namespace assay::transfer
