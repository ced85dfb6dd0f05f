// The interface of an encrypted path under test: its keys and channels one by one, as a driver's cryptography
// library has them, and its two ends over a shared memory. A target implements what it has.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stack/transfer/endpoint.h"
#include "stack/transfer/guest_endpoint.h"

namespace assay::lab {

// Why an operation was not done: the status that a driver returns to its caller. Nothing when the target has
// no such operation.
struct PathRefusal {
    std::optional<transfer::Status> status{};
    std::string gone{};  // why the target cannot be asked any more; empty: it can
};
template <class T = void>
using PathResult = std::expected<T, PathRefusal>;

inline std::unexpected<PathRefusal> not_there() { return std::unexpected(PathRefusal{}); }

// What both ends of a path have to agree on. The staging buffers and `mask` as in stack/transfer.
struct PathConfig {
    transfer::Mode mode = transfer::Mode::cc;
    size_t channels = 2;  // for data
    transfer::Iv mask{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    uint64_t message_limit = UINT64_MAX;                                                // of a data channel
    transfer::Thresholds thresholds{.lower = 23'296'003'999, .upper = 24'296'003'999};  // of a key's work
    transfer::StagingLayout staging{.buffer_size = 256, .page_size = 64, .initial = 2, .most = 4};
};

// A sealed message as it travels.
struct PathBlock {
    uint32_t version = 0;  // of the key
    Bytes text;
    Bytes tag;  // 16 bytes
};

// One direction of one engine under one key, at one end.
class PathChannel {
   public:
    virtual ~PathChannel() = default;
    virtual PathResult<PathBlock> seal(ByteView aad, ByteView text) = 0;
    // Opens what is next into `out`, which has the size of the text.
    virtual PathResult<> open(ByteView aad, const PathBlock& block, std::span<uint8_t> out) = 0;
    // Passes over what is next.
    virtual PathResult<> skip() = 0;
    // Takes the IV of a message to come, by a number; and seals with it.
    virtual PathResult<size_t> take_iv() = 0;
    virtual PathResult<PathBlock> seal_with(size_t iv, ByteView aad, ByteView text) = 0;
    // A new channel counter, and messages counted from the start.
    virtual PathResult<> rotate_iv() = 0;
    // Tells a receiver how many messages its sender sealed under the version before the last rotation.
    virtual void ended(uint64_t sealed) = 0;
    // Whether the key may rotate without losing what is due under the version that would be dropped.
    virtual PathResult<> may_rotate() = 0;
    // Sets the message counter. False where the target has no such access.
    virtual bool set_counted(uint64_t messages) = 0;
};

// A key through its versions, and the channels under it.
class PathKey {
   public:
    virtual ~PathKey() = default;
    // The next channel, with the next channel counter. `mask` is not for keys of GSP.
    virtual PathResult<std::unique_ptr<PathChannel>> channel(const transfer::Iv& mask = {}) = 0;
    virtual PathResult<> rotate() = 0;
    virtual void close() = 0;
    virtual bool set_next_channel(uint64_t counter) = 0;
    virtual bool set_work_limit(uint64_t limit) = 0;
};

// What both ends of a path do.
class PathEnd {
   public:
    virtual ~PathEnd() = default;
    virtual PathResult<> set_ready() = 0;
    virtual void drop_ready() = 0;
    virtual bool ready() const = 0;
    virtual bool closed() const = 0;  // for good
    // That keys are limited for an attacker's advantage of 2^-n; gives the limits that follow.
    virtual PathResult<transfer::Thresholds> set_policy(unsigned advantage) = 0;
    // A second passed. Then what became of a channel's rotation.
    virtual void tick() = 0;
    virtual PathResult<transfer::RotationStatus> rotation(uint32_t channel) = 0;
    virtual PathResult<Bytes> send_rpc(ByteView message) = 0;
    virtual PathResult<std::optional<Bytes>> receive_rpc(ByteView element) = 0;
    // Makes `messages` the number of RPC elements sent, or of submissions signed or taken (the least
    // significant 64 bits first). False where the target has no such access.
    virtual bool set_rpcs_sent(uint64_t messages) = 0;
    // Whether every key was wiped; nothing where the target cannot tell.
    virtual std::optional<bool> keys_are_gone() const = 0;
    virtual bool set_work_counted(const std::array<uint64_t, 3>& counter) = 0;
};

class PathGuest : public PathEnd {
   public:
    virtual PathResult<transfer::Transfer> begin_write(uint32_t channel, transfer::Traffic traffic,
                                                       uint64_t address, ByteView data) = 0;
    virtual PathResult<transfer::Transfer> begin_read(uint32_t channel, uint64_t address, size_t size) = 0;
    virtual PathResult<transfer::Transfer> begin_rotation(uint32_t channel) = 0;
    virtual PathResult<transfer::Transfer> begin_iv_rotation(uint32_t channel) = 0;
    virtual PathResult<> finish(uint32_t id, std::span<uint8_t> out = {}) = 0;
    // Copies of any size; submissions go through `doorbell`.
    virtual PathResult<> copy_to_gpu(transfer::Doorbell& doorbell, uint32_t channel, uint64_t address,
                                     ByteView data) = 0;
    virtual PathResult<> copy_to_cpu(transfer::Doorbell& doorbell, uint32_t channel, uint64_t address,
                                     std::span<uint8_t> out) = 0;
    virtual PathResult<Bytes> submit(std::span<const transfer::Method> methods) = 0;
    virtual PathResult<Bytes> read_fault(transfer::FaultKind kind, std::span<uint8_t> entry) = 0;
    virtual PathResult<> skip_fault(transfer::FaultKind kind, std::span<uint8_t> entry) = 0;
};

class PathGpu : public PathEnd {
   public:
    // The methods, where they are none of a copy.
    virtual PathResult<std::optional<std::vector<transfer::Method>>> execute(ByteView submission) = 0;
    virtual PathResult<> write_fault(transfer::FaultKind kind, ByteView packet, std::span<uint8_t> entry) = 0;
    // The device's memory, from address 0.
    virtual std::span<uint8_t> memory() = 0;
};

inline constexpr size_t kPathMemorySize = 2048;  // bytes of the device's memory
inline constexpr size_t kPathSharedSize = transfer::kStagingAt + size_t{6} * (256 + 64);

// Makes all of these. An end that the target does not have is a null pointer.
class PathTarget {
   public:
    virtual ~PathTarget() = default;
    virtual std::string name() const = 0;
    virtual PathResult<std::unique_ptr<PathKey>> key(ByteView export_secret, transfer::KeyId id) const = 0;
    // `shared` outlives the end. It is aligned to 4 bytes.
    virtual PathResult<std::unique_ptr<PathGuest>> guest(ByteView export_secret, std::span<uint8_t> shared,
                                                         const PathConfig& config) const = 0;
    virtual PathResult<std::unique_ptr<PathGpu>> gpu(ByteView export_secret, std::span<uint8_t> shared,
                                                     const PathConfig& config) const = 0;
};

}  // namespace assay::lab
