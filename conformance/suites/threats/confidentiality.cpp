// What an attacker learns of the tenant's data and programs.
#include "conformance/suites/threats/attack.h"

namespace assay::cases::threats {

namespace {

using device::Mode;
using guest::MachineFaultConfig;

constexpr size_t kBytes = 16;  // of the data, where one after the other is learned

Observation link_read_data(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    Recorder recorder;
    attack.bus().set_tap(&recorder);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    // The tenant needs its data back, too.
    std::ignore = attack.guest().copy_to_cpu(kDataAt, tenant_data().size());
    const ByteView staged = ByteView(recorder.work.front().shared).subspan(transfer::kStagingAt);
    const bool holds = holds_part(recorder.seen, tenant_data());
    attack.add({.what = "everything on the bus was recorded",
                .success = holds,
                .why_without = "it is ciphertext throughout",
                .bytes = to_bytes(holds ? ByteView(tenant_data()) : staged.first(32))});
    // An application may be used to this.
    const auto registered = attack.guest().host_register(tenant_data());
    attack.add({.what = "the application registered its memory for the GPU",
                .success = holds_part(attack.bus().shared(), tenant_data()),
                .check = registered ? std::string() : std::string(info(registered.error().check).name)});
    attack.read("another device asked for the memory",
                device::BarPort(attack.gpu()).peer_read(kDataAt, tenant_data().size()), tenant_data());
    return attack.conclude();
}

Observation link_read_code(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    Recorder recorder;
    attack.bus().set_tap(&recorder);
    if (!attack.boot() || !attack.put_code()) return attack.conclude();
    const ByteView staged = ByteView(recorder.work.front().shared).subspan(transfer::kStagingAt);
    attack.add({.what = "everything on the bus was recorded",
                .success = holds_part(recorder.seen, tenant_code()),
                .why_without = "it is ciphertext throughout",
                .bytes = to_bytes(staged.first(32))});
    return attack.conclude();
}

Observation out_of_band_read(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    attack.read("the management controller read the memory",
                device::ManagementPort(attack.gpu()).read(kDataAt, tenant_data().size()), tenant_data());
    return attack.conclude();
}

Observation memory_remapping(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    device::BarPort window(attack.gpu());
    const auto look = [&] { return window.read(kDataAt, tenant_data().size()); };
    attack.read("the window was laid on the tenant's memory", look(), tenant_data());
    const auto converted = attack.gpu().convert(Mode::off);
    if (converted) {
        attack.read("the machine was converted and the window laid there", look(), tenant_data());
    } else {
        attack.add(
            {.what = "the machine was to be converted", .check = std::string(converted.error().name())});
    }
    std::ignore = attack.gpu().request_mode(Mode::off);
    std::ignore = attack.gpu().reset();
    attack.read("the GPU was reset into an open mode and the window laid there", look(), tenant_data(),
                "reset_scrub left zeros");
    return attack.conclude();
}

// The low four bits of each byte are what a table look-up gives away.
Observation cache_side_channel(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    auto spy = device::TenantPort::attach(attack.gpu(), 2);
    if (!spy) {
        attack.add(
            {.what = "a second tenant wanted to share the GPU", .check = std::string(spy.error().name())});
        return attack.conclude();
    }
    attack.read("a second tenant read the first one's memory", spy->read(kDataAt, tenant_data().size()),
                tenant_data());
    if (!attack.put_code(Bytes{static_cast<uint8_t>(device::Op::look_up), 0})) return attack.conclude();
    Bytes learned, due;
    for (size_t i = 0; i < kBytes; ++i) {
        device::Launch one = tenant_launch();
        one.code_size = 2;
        one.input += i;
        one.size = 1;
        spy->prime();
        if (!attack.guest().launch(one)) return attack.conclude();
        const auto lines = spy->probe();
        if (!lines) {
            attack.add({.what = "a second tenant looked for what the first one had evicted",
                        .check = std::string(lines.error().name())});
            return attack.conclude();
        }
        learned.push_back(lines->size() == 1 ? lines->front() : 0xff);
        due.push_back(tenant_data()[i] % 16);
    }
    attack.add({.what = "a second tenant saw which lines the first one used",
                .success = learned == due,
                .bytes = learned});
    return attack.conclude();
}

// The tenant's own program is a trojan: it works long for each bit that is set.
Observation covert_channel(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    Bytes programs;
    for (uint8_t bit = 0; bit < 8; ++bit) {
        programs.insert(programs.end(), {static_cast<uint8_t>(device::Op::work_if), bit});
    }
    if (!attack.put_code(programs)) return attack.conclude();
    device::ManagementPort management(attack.gpu());
    Bytes learned;
    for (size_t i = 0; i < kBytes; ++i) {
        learned.push_back(0);
        for (uint8_t bit = 0; bit < 8; ++bit) {
            std::ignore = management.load();
            device::Launch one = tenant_launch();
            one.code += uint64_t{2} * bit;
            one.code_size = 2;
            one.input += i;
            one.size = 1;
            if (!attack.guest().launch(one)) return attack.conclude();
            const auto load = management.load();
            if (!load) {
                attack.add({.what = "a listener asked how busy the GPU is",
                            .check = std::string(load.error().name())});
                return attack.conclude();
            }
            if (*load > 8) learned.back() |= static_cast<uint8_t>(1U << bit);
        }
    }
    attack.add({.what = "a program signalled the data by being busy",
                .success = holds_part(learned, tenant_data()),
                .bytes = learned});
    return attack.conclude();
}

Observation performance_counters(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data() || !attack.put_code() || !attack.launch()) {
        return attack.conclude();
    }
    const auto counted = device::CounterPort(attack.gpu()).read();
    Attempt attempt{.what = "the hypervisor read the counters to tell which work the tenant did"};
    if (counted) {
        attempt.success = counted->launches == 1 && counted->operations == tenant_data().size();
        attempt.bytes = {static_cast<uint8_t>(counted->launches), static_cast<uint8_t>(counted->operations)};
    } else {
        attempt.check = counted.error().name();
    }
    attack.add(std::move(attempt));
    return attack.conclude();
}

Observation physical_read(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    attack.read("an interposer read the memory chips",
                device::MemoryInterposer(attack.gpu()).read(kDataAt, tenant_data().size()), tenant_data());
    return attack.conclude();
}

constexpr Scenario kScenarios[] = {
    {"link-read-data", link_read_data},
    {"link-read-code", link_read_code},
    {"out-of-band-read", out_of_band_read},
    {"memory-remapping", memory_remapping},
    {"cache-side-channel", cache_side_channel},
    {"covert-channel", covert_channel},
    {"performance-counters", performance_counters},
    {"physical-read", physical_read},
};

}  // namespace

std::span<const Scenario> confidentiality_scenarios() { return kScenarios; }

}  // namespace assay::cases::threats
