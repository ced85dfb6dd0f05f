// One end of the encrypted path, as far as both ends are alike: keys, channels, readiness, and the streams
// that do not go through staging.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "stack/transfer/copy_command.h"
#include "stack/transfer/fault_packet.h"
#include "stack/transfer/latch.h"
#include "stack/transfer/rotation.h"
#include "stack/transfer/rpc.h"
#include "stack/transfer/semaphore.h"
#include "stack/transfer/staging.h"

namespace assay::transfer {

enum class Mode : uint8_t {
    off,  // nothing is protected
    apm,  // tenant data is encrypted without integrity; code and commands are in the clear
    cc,   // everything is encrypted and authenticated, commands are signed
};
Protection protection_of_data(Mode mode);
Protection protection_of_commands(Mode mode);  // and of code, RPC, faults, completions

enum class Side : uint8_t { guest, gpu };
enum class FaultKind : uint8_t { replayable, non_replayable };

// Both ends must have the same.
struct EndpointConfig {
    const crypto::Provider* provider = &crypto::openssl_provider();
    Mode mode = Mode::cc;
    Checker checker{};
    size_t channels = 1;  // for data, each on a copy engine of its own: 1 to kCopyEngines
    Iv mask{};            // of the copy engines, supplied by the GPU
    uint64_t message_limit = UINT64_MAX;
    Thresholds thresholds{.lower = 23'296'003'999, .upper = 24'296'003'999};  // for 2^-60
    StagingLayout staging{};
    size_t depth = 4;  // transfers that a whole copy has in flight, at most
};

// Both directions of a data channel.
struct DataChannel {
    std::shared_ptr<KeyRing> to_gpu_keys, to_cpu_keys;
    Channel to_gpu, to_cpu;
    Rotation rotation;
};

// The shared memory that is handed in, aligned to 4 bytes, begins with the semaphore of completions; the
// staging buffers follow.
inline constexpr size_t kStagingAt = 64;

class Endpoint {
   public:
    virtual ~Endpoint() = default;

    // Refuses by latched: a path that failed, or was made not ready, stays so.
    Checked<> set_ready();
    bool ready() const { return latch_.ready(); }
    // What closed the path, if anything did.
    const std::optional<Refusal>& failure() const { return latch_.failure(); }
    // Makes a ready path not ready, which closes it.
    void drop_ready();
    // Closes the path for a cause of the caller's, say a lost heartbeat: every key is wiped.
    void close(const Refusal& cause);

    // That a key's work is limited for an attacker's advantage of 2^-n. Refuses by policy_late once the path
    // was ready, and by policy_range.
    Checked<> set_policy(unsigned advantage);
    // Once a second: rotations become due, or fail.
    void tick();

    // RPC messages to the other end and from it; as RpcQueue. Refuses by latched.
    Checked<Bytes> send_rpc(ByteView message);
    Checked<std::optional<Bytes>> receive_rpc(ByteView element);

    // A fault entry, written by the GPU and read or passed over by the guest; as FaultBuffer. Refuses by
    // latched.
    Checked<> write_fault(FaultKind kind, ByteView packet, std::span<uint8_t> entry);
    Checked<Bytes> read_fault(FaultKind kind, std::span<uint8_t> entry);
    Checked<> skip_fault(FaultKind kind, std::span<uint8_t> entry);

    // Work from the guest to the GPU; as WorkQueue. Refuses by latched and not_ready.
    Checked<Bytes> submit(std::span<const Method> methods);
    Checked<std::vector<Method>> accept(ByteView submission);

    const EndpointConfig& config() const { return parts_.config; }
    const StagingArea& staging() const { return parts_.staging; }
    size_t channels() const { return parts_.data.size(); }
    // `index` is below channels().
    DataChannel& data_channel(size_t index) { return parts_.data.at(index); }
    const DataChannel& data_channel(size_t index) const { return parts_.data.at(index); }
    // For checks from outside: the queues to the other end, and from it.
    RpcQueue& rpc_out() { return parts_.rpc_out; }
    RpcQueue& rpc_in() { return parts_.rpc_in; }
    WorkQueue& work() { return parts_.work; }
    bool keys_are_gone() const;

   protected:
    struct Parts {
        EndpointConfig config;
        std::span<uint8_t> semaphore;
        StagingArea staging;
        std::vector<std::shared_ptr<KeyRing>> rings;  // all that there are
        std::vector<DataChannel> data;
        Channel code;
        RpcQueue rpc_out, rpc_in;
        FaultBuffer replayable, non_replayable;
        WorkQueue work;
        std::shared_ptr<KeyRing> completion_keys;
    };

    explicit Endpoint(Parts parts) : parts_(std::move(parts)), latch_(parts_.config.checker) {}
    Endpoint(Endpoint&&) noexcept = default;
    Endpoint& operator=(Endpoint&&) noexcept = default;

    // Everything that both ends have, from the export secret, which is then wiped. Refuses by secret_size,
    // staging_layout, copy_channel.
    static Checked<Parts> make_parts(Side side, SecretBytes export_secret, std::span<uint8_t> shared,
                                     const EndpointConfig& config);
    // Of completions, which the GPU writes and the guest reads.
    static Checked<Channel> completion_channel(const Parts& parts);

    const Checker& checker() const { return parts_.config.checker; }
    // Passes a result on; a refusal that is fatal closes the path.
    template <class T>
    Checked<T> settled(Checked<T> result) {
        if (!result && result.error().fatal()) close(result.error());
        return result;
    }
    // Lets go of what an end has besides.
    virtual void forget() = 0;

    Parts parts_;
    Latch latch_;

   private:
    FaultBuffer& faults(FaultKind kind) {
        return kind == FaultKind::replayable ? parts_.replayable : parts_.non_replayable;
    }
    bool was_ready_ = false;
};

}  // namespace assay::transfer
