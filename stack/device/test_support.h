// What the tests of this module share. Never included by anything else.
#pragma once

#include "stack/device/bus.h"
#include "stack/device/ports.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/session_walk.h"

namespace assay::device {

inline constexpr std::string_view kVendor = "Assay test vendor";

// "done", or the name of the check that refused.
template <class T>
std::string_view outcome(const Checked<T>& result) {
    return result ? "done" : result.error().name();
}

inline FaultConfig waiving(Check check) {
    FaultConfig faults;
    faults.waive(check);
    return faults;
}

inline GpuConfig test_gpu(Mode mode = Mode::cc, FaultConfig faults = {}) {
    const crypto::PrivateKey vendor = vendor_key(kVendor);
    const Bytes fuses(48, 7);
    return {.mode = mode,
            .identity = make_identity(kVendor, fuses),
            .vendor = vendor.public_key(),
            .firmware = make_firmware(vendor),
            .fuses = fuses,
            .faults = faults};
}

// A GPU that runs, on a bus, and a requester that may make a session with it.
struct Powered {
    explicit Powered(GpuConfig config = test_gpu())
        : root(config.identity.root), gpu(std::move(config), clock), bus(gpu, 8192) {
        on = outcome(bus.power_on());
    }

    // Whether there is a session, and a path with it.
    bool establish() {
        requester_config.roots = {root};
        requester_config.time = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
        requester_config.flags = wire::cap::encrypt | wire::cap::mac | wire::cap::key_ex | wire::cap::hbeat;
        requester_config.dhe = 0x10;
        requester_config.aead = 0x02;
        requester_config.key_schedule = 1;
        requester = std::make_unique<spdm::Requester>(requester_config, crypto::openssl_provider(), random);
        spdm::SessionWalk walk(*requester, {.heartbeats = 0,
                                            .key_updates = 0,
                                            .all_key_updates = 0,
                                            .digests = false,
                                            .measurements = false,
                                            .end = false});
        while (auto send = walk.next()) {
            bool secured = send->secured;
            const auto answer = bus.exchange(send->message, secured);
            if (!answer || !walk.receive(*answer, secured)) return false;
        }
        if (!walk.complete() || walk.sessions().empty()) return false;
        path = transfer::GuestEndpoint::make(
                   requester->session(walk.sessions()[0])->schedule().export_master().clone(), bus.shared(),
                   gpu.path_config())
                   .value();
        return true;
    }
    bool make_ready() {
        if (!establish()) return false;
        bus.control(path->send_rpc(as_bytes("ready")).value());
        return path->set_ready().has_value() && gpu.path()->ready();
    }
    bool write(uint64_t address, ByteView bytes, transfer::Traffic traffic = transfer::Traffic::data) {
        return path->copy_to_gpu(bus, 0, traffic, address, bytes).has_value();
    }
    bool launch(const Launch& launch) {
        const std::string before = gpu.last_refusal();
        bus.ring(path->submit(to_methods(launch)).value());
        return gpu.last_refusal() == before;
    }

    crypto::Certificate root;
    ManualClock clock;
    SeededRandom random{3};
    Gpu gpu;
    Bus bus;
    std::string_view on;
    spdm::RequesterConfig requester_config;
    std::unique_ptr<spdm::Requester> requester;
    std::unique_ptr<transfer::GuestEndpoint> path;
};

}  // namespace assay::device
