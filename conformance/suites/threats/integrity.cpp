// What an attacker changes of the tenant's data and programs.
#include <algorithm>

#include "conformance/suites/threats/attack.h"

namespace assay::cases::threats {

namespace {

using device::Mode;
using guest::MachineFaultConfig;

// Changes what the guest staged, once, before the GPU fetches it.
struct Editor final : device::Tap {
    explicit Editor(std::function<void(std::span<uint8_t> staged)> what) : edit(std::move(what)) {}
    void on_submission(Bytes& /*submission*/, std::span<uint8_t> shared) override {
        if (edit) edit(shared.subspan(transfer::kStagingAt));
        edit = nullptr;
    }
    std::function<void(std::span<uint8_t>)> edit;
};

// What the attacker adds to the ciphertext: the words "benign" become others.
constexpr size_t kWordAt = 55;
constexpr std::string_view kWas = "benign", kBecomes = "cancer";

Bytes changed_data() {
    Bytes data = tenant_data();
    std::ranges::copy(kBecomes, data.begin() + kWordAt);
    return data;
}

Observation link_modify_data(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot()) return attack.conclude();
    Editor editor([](std::span<uint8_t> staged) {
        for (size_t i = 0; i < kWas.size(); ++i) {
            staged[kWordAt + i] ^= static_cast<uint8_t>(kWas[i] ^ kBecomes[i]);
        }
    });
    attack.bus().set_tap(&editor);
    std::ignore = attack.put_data();
    const Bytes there = attack.truth(kDataAt, tenant_data().size());
    const bool changed = there == changed_data();
    attack.add({.what = "bits of the data were flipped on the bus",
                .success = changed,
                .check = changed ? std::string() : attack.gpu_check(),
                .bytes = to_bytes(ByteView(there).subspan(kWordAt, kWas.size()))});
    return attack.conclude();
}

// The attacker's program gives the input back as it is.
const Bytes& foreign_code() {
    static const Bytes kCode(tenant_code().size(), 0);
    return kCode;
}

Observation link_modify_code(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    Editor editor([](std::span<uint8_t> staged) { std::ranges::copy(foreign_code(), staged.begin()); });
    attack.bus().set_tap(&editor);
    const bool loaded = attack.put_code();
    attack.bus().set_tap(nullptr);
    if (loaded) std::ignore = attack.launch();
    const Bytes output = attack.truth(kOutputAt, tenant_data().size());
    const bool changed = output == run_of(foreign_code(), tenant_data());
    attack.add({.what = "another program was put in place of the tenant's on the bus",
                .success = changed,
                .check = changed ? std::string() : attack.gpu_check(),
                .bytes = output});

    Attack second(mode, faults);
    if (!second.boot() || !second.put_data() || !second.put_code()) return second.conclude();
    // The launch is changed to take its input from elsewhere.
    struct Diverter final : device::Tap {
        void on_submission(Bytes& submission, std::span<uint8_t> /*shared*/) override {
            constexpr size_t kInputLow = 4 + transfer::kMethodSize * 3 + 4;
            submission[kInputLow + 1] ^= 0x40;
        }
    } diverter;
    second.bus().set_tap(&diverter);
    std::ignore = second.launch();
    const Bytes diverted = second.truth(kOutputAt, tenant_data().size());
    const bool went = diverted == run_of(tenant_code(), Bytes(tenant_data().size()));
    attack.add({.what = "a launch was sent to other data on the bus",
                .success = went,
                .check = went ? std::string() : second.gpu_check(),
                .bytes = diverted});
    return attack.conclude();
}

Observation out_of_band_modify(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    const auto taken = device::ManagementPort(attack.gpu()).write(kDataAt + kWordAt, as_bytes(kBecomes));
    const auto got = attack.guest().copy_to_cpu(kDataAt, tenant_data().size());
    attack.write("the management controller wrote to the memory, and the tenant read it back", taken,
                 got && *got == changed_data(), as_bytes(kBecomes));
    const auto window = device::BarPort(attack.gpu()).write(kDataAt + kWordAt, as_bytes(kBecomes));
    attack.write("the window was laid on the tenant's memory and written to", window,
                 attack.truth(kDataAt, tenant_data().size()) == changed_data(), as_bytes(kBecomes));
    return attack.conclude();
}

Bytes newer_data() { return Bytes(tenant_data().size(), 'n'); }

// Old data in place of new; and a program that works in place, run twice.
Observation replay(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    Recorder recorder;
    if (!attack.boot()) return attack.conclude();
    attack.bus().set_tap(&recorder);
    if (!attack.put_data() || !attack.put_data(newer_data())) return attack.conclude();
    attack.bus().set_tap(nullptr);
    const Recorder::Work& old = recorder.work.front();
    std::ranges::copy(old.shared, attack.bus().shared().begin());
    std::ignore = attack.bus().inject(old.submission);
    const Bytes there = attack.truth(kDataAt, tenant_data().size());
    const bool back = there == tenant_data();
    attack.add({.what = "a recorded transfer was sent again",
                .success = back,
                .check = back ? std::string() : attack.gpu_check(),
                .bytes = there});

    Attack second(mode, faults);
    Recorder launches;
    if (!second.boot() || !second.put_data() || !second.put_code()) return second.conclude();
    second.bus().set_tap(&launches);
    device::Launch in_place = tenant_launch();
    in_place.output = in_place.input;
    if (!second.guest().launch(in_place)) return second.conclude();
    std::ignore = second.bus().inject(launches.work.front().submission);
    const Bytes once = run_of(tenant_code(), tenant_data());
    const Bytes after = second.truth(kDataAt, tenant_data().size());
    const bool twice = after == run_of(tenant_code(), once);
    attack.add({.what = "a recorded launch was sent again",
                .success = twice,
                .check = twice ? std::string() : second.gpu_check(),
                .bytes = after});
    return attack.conclude();
}

Observation physical_modify(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot() || !attack.put_data()) return attack.conclude();
    device::MemoryInterposer(attack.gpu()).write(kDataAt + kWordAt, as_bytes(kBecomes));
    const auto got = attack.guest().copy_to_cpu(kDataAt, tenant_data().size());
    attack.write("an interposer wrote to the memory chips, and the tenant read it back", {},
                 got && *got == changed_data(), as_bytes(kBecomes));
    return attack.conclude();
}

constexpr Scenario kScenarios[] = {
    {"link-modify-data", link_modify_data},     {"link-modify-code", link_modify_code},
    {"out-of-band-modify", out_of_band_modify}, {"replay", replay},
    {"physical-modify", physical_modify},
};

}  // namespace

std::span<const Scenario> integrity_scenarios() { return kScenarios; }

}  // namespace assay::cases::threats
