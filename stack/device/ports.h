// The interfaces of a GPU other than the driver's. Each method succeeds, or refuses by the check that is
// named.
#pragma once

#include "stack/device/gpu.h"

namespace assay::device {

// The window onto the GPU's memory that the hypervisor maps wherever it likes, and what other devices ask for
// over PCIe or NVLink.
class BarPort {
   public:
    explicit BarPort(Gpu& gpu) : gpu_(gpu) {}
    // remap_protected.
    Checked<Bytes> read(uint64_t address, size_t size);
    Checked<> write(uint64_t address, ByteView bytes);
    // peer_protected.
    Checked<Bytes> peer_read(uint64_t address, size_t size);

   private:
    Checked<std::span<uint8_t>> window(Check check, uint64_t address, size_t size);
    Gpu& gpu_;
};

// SMBus and JTAG.
class ManagementPort {
   public:
    explicit ManagementPort(Gpu& gpu) : gpu_(gpu) {}
    // management_read, management_write.
    Checked<Bytes> read(uint64_t address, size_t size);
    Checked<> write(uint64_t address, ByteView bytes);
    // How busy the GPU was since it was asked last. telemetry.
    Checked<uint64_t> load();
    // Puts a component in place of the running one of that name. firmware_live.
    Checked<> replace(const Component& component);

   private:
    Gpu& gpu_;
};

class CounterPort {
   public:
    explicit CounterPort(Gpu& gpu) : gpu_(gpu) {}
    // counters.
    Checked<Activity> read();

   private:
    Gpu& gpu_;
};

// Another tenant on the same GPU.
class TenantPort {
   public:
    // tenant_single.
    static Checked<TenantPort> attach(Gpu& gpu, TenantId id);
    // Fills the cache with lines of its own; afterwards, which ones are no longer there. cache_partition.
    void prime();
    Checked<std::vector<uint8_t>> probe();
    // tenant_memory.
    Checked<Bytes> read(uint64_t address, size_t size);
    // Queues work for so many units of time.
    void flood(uint64_t units);

   private:
    TenantPort(Gpu& gpu, TenantId id) : gpu_(&gpu), id_(id) {}
    Gpu* gpu_;
    TenantId id_;
};

// A probe between the GPU and its memory chips. No check refuses it.
class MemoryInterposer {
   public:
    explicit MemoryInterposer(Gpu& gpu) : gpu_(gpu) {}
    Bytes read(uint64_t address, size_t size);
    void write(uint64_t address, ByteView bytes);

   private:
    Gpu& gpu_;
};

// What an antenna near the chip records. A model of leakage: each trace gives the bytes of a key as they were
// used, which is the key itself, or the key behind a mask of that one use.
class SideChannelPort {
   public:
    SideChannelPort(Gpu& gpu, Random& random) : gpu_(gpu), random_(random) {}
    // Of the persistent key. key_masking.
    Bytes device_key_trace();
    // Of the session's secret, which no mode masks; empty without a session.
    Bytes session_key_trace();

   private:
    Gpu& gpu_;
    Random& random_;
};

}  // namespace assay::device
