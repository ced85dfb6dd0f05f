#include "stack/device/ports.h"

#include <algorithm>

namespace assay::device {

namespace {

Checked<std::span<uint8_t>> raw(Gpu& gpu, uint64_t address, size_t size) {
    const auto found = gpu.inside().memory.raw(address, size);
    if (found.size() != size) return cannot("address", "there is no memory");
    return found;
}

}  // namespace

Checked<std::span<uint8_t>> BarPort::window(Check check, uint64_t address, size_t size) {
    const bool is_protected = gpu_.protects() && gpu_.inside().memory.touches_protected(address);
    TRY(gpu_.inside().checker.demand(check, !is_protected));
    return raw(gpu_, address, size);
}

Checked<Bytes> BarPort::read(uint64_t address, size_t size) {
    return to_bytes(TRY(window(Check::remap_protected, address, size)));
}

Checked<> BarPort::write(uint64_t address, ByteView bytes) {
    std::ranges::copy(bytes, TRY(window(Check::remap_protected, address, bytes.size())).begin());
    return {};
}

Checked<Bytes> BarPort::peer_read(uint64_t address, size_t size) {
    return to_bytes(TRY(window(Check::peer_protected, address, size)));
}

Checked<Bytes> ManagementPort::read(uint64_t address, size_t size) {
    TRY(gpu_.inside().checker.demand(Check::management_read, gpu_.mode() != Mode::cc));
    return to_bytes(TRY(raw(gpu_, address, size)));
}

Checked<> ManagementPort::write(uint64_t address, ByteView bytes) {
    TRY(gpu_.inside().checker.demand(Check::management_write, gpu_.mode() != Mode::cc));
    std::ranges::copy(bytes, TRY(raw(gpu_, address, bytes.size())).begin());
    return {};
}

Checked<uint64_t> ManagementPort::load() {
    TRY(gpu_.inside().checker.demand(Check::telemetry, gpu_.mode() != Mode::cc));
    return std::exchange(gpu_.inside().activity.busy, 0);
}

Checked<> ManagementPort::replace(const Component& component) {
    TRY(gpu_.inside().checker.demand(Check::firmware_live, gpu_.mode() != Mode::cc));
    auto& running = gpu_.inside().running;
    const auto found = std::ranges::find(running, component.name, &Component::name);
    if (found == running.end()) return cannot("component", "there is none of that name");
    *found = component;
    return {};
}

Checked<Activity> CounterPort::read() {
    TRY(gpu_.inside().checker.demand(Check::counters, !gpu_.protects()));
    return std::exchange(gpu_.inside().activity, {});
}

Checked<TenantPort> TenantPort::attach(Gpu& gpu, TenantId id) {
    TRY(gpu.inside().checker.demand(Check::tenant_single, gpu.mode() != Mode::apm));
    return TenantPort(gpu, id);
}

void TenantPort::prime() { gpu_->inside().cache.prime(id_); }

// Where lines are parted nothing of its own was evicted: the partition leaves nothing to see.
Checked<std::vector<uint8_t>> TenantPort::probe() {
    const bool parted = gpu_->mode() == Mode::cc;
    TRY(gpu_->inside().checker.demand(Check::cache_partition, !parted));
    return gpu_->inside().cache.evicted(id_);
}

Checked<Bytes> TenantPort::read(uint64_t address, size_t size) {
    TRY(gpu_->inside().checker.demand(Check::tenant_memory, false));
    return to_bytes(TRY(raw(*gpu_, address, size)));
}

void TenantPort::flood(uint64_t units) { gpu_->inside().backlog[id_] += units; }

Bytes MemoryInterposer::read(uint64_t address, size_t size) {
    return to_bytes(gpu_.inside().memory.raw(address, size));
}

void MemoryInterposer::write(uint64_t address, ByteView bytes) {
    const auto to = gpu_.inside().memory.raw(address, bytes.size());
    if (to.size() == bytes.size()) std::ranges::copy(bytes, to.begin());
}

Bytes SideChannelPort::device_key_trace() {
    Bytes trace = gpu_.inside().fuses;
    const bool masks = gpu_.mode() == Mode::cc;
    if (gpu_.inside().checker.demand(Check::key_masking, !masks)) return trace;
    const Bytes mask = random_.bytes(trace.size());
    for (size_t i = 0; i < trace.size(); ++i) trace[i] ^= mask[i];
    return trace;
}

Bytes SideChannelPort::session_key_trace() { return to_bytes(gpu_.session_secret()); }

}  // namespace assay::device
