// Spoofed firmware and devices, and keys that leak from the chip.
#include <algorithm>
#include <array>

#include "conformance/suites/threats/attack.h"
#include "stack/spdm/signing.h"

namespace assay::cases::threats {

namespace {

using device::Mode;
using guest::MachineFaultConfig;

constexpr size_t kTraces = 64;

// Where a component that leaks leaves what tenants copy.
device::Checked<Bytes> leaked(device::Gpu& gpu) {
    return device::BarPort(gpu).read(gpu.inside().memory.size() - device::kLeakSize, device::kLeakSize);
}

using Change = std::function<void(device::GpuConfig&)>;

// A component that was manipulated before the guest saw it: the guest or the GPU refuses, or the tenant's
// data leaks.
void try_manipulated(Attack& all, Mode mode, const MachineFaultConfig& faults, std::string what,
                     Change change, device::Tap* tap = nullptr) {
    Attack attack(mode, faults, std::move(change));
    attack.bus().set_tap(tap);
    if (const auto refusal = attack.machine().boot()) {
        all.add({.what = std::move(what), .check = std::string(refusal->check)});
        return;
    }
    if (!attack.put_data()) {
        all.add({.what = std::move(what), .check = std::string(guest::info(guest::Check::path).name)});
        return;
    }
    auto got = leaked(attack.gpu());
    if (!got || !holds_part(*got, tenant_data())) {
        got = device::BarPort(attack.gpu()).read(kDataAt, tenant_data().size());
    }
    all.read(std::move(what), got, tenant_data());
}

// Signed, and known to leak.
void make_vulnerable(device::GpuConfig& gpu) {
    gpu.firmware = device::make_firmware(device::vendor_key(guest::kVendor), 1);
    gpu.firmware[2].leaks = true;
}

// Made by the attacker: it claims to be the genuine one.
void make_spoofed(device::GpuConfig& gpu) {
    device::Component& component = gpu.firmware[2];
    component.claims = component.image;
    component.image = to_bytes(as_bytes("an image of the attacker's"));
    component.leaks = true;
}

struct FalseRegisters final : device::Tap {
    explicit FalseRegisters(Mode mode) : said(mode) {}
    void on_registers(device::Registers& registers) override {
        registers.mode = said;
        registers.capable = true;
    }
    Mode said;
};

Observation firmware_spoofing(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot()) return attack.conclude();
    // What runs was measured; what runs later was not.
    device::Component component = attack.gpu().inside().running[2];
    component.leaks = true;
    const auto replaced = device::ManagementPort(attack.gpu()).replace(component);
    if (!attack.put_data()) return attack.conclude();
    if (replaced) {
        attack.read("a component was replaced after it was measured", leaked(attack.gpu()), tenant_data());
    } else {
        attack.add({.what = "a component was to be replaced after it was measured",
                    .check = std::string(replaced.error().name())});
    }
    const auto attempt = [&](std::string what, const Change& change, device::Tap* tap = nullptr) {
        try_manipulated(attack, mode, faults, std::move(what), change, tap);
    };
    attempt("firmware known to be vulnerable was booted", make_vulnerable);
    attempt("firmware that is not the vendor's was booted", make_spoofed);
    attempt("an imitation without the vendor's certificate stood in for the GPU", [](auto& gpu) {
        gpu.identity = device::make_identity("Assay model imitator", gpu.fuses);
        gpu.firmware[2].leaks = true;
    });
    attempt("a GPU without a confidential mode stood in", [](auto& gpu) {
        gpu.capable = false;
        gpu.mode = Mode::devtools;
    });
    attempt("a GPU that is open for debugging stood in", [](auto& gpu) { gpu.mode = Mode::devtools; });
    FalseRegisters registers(mode);
    attempt(
        "a GPU that is open for debugging stood in, and its registers were made to lie",
        [](auto& gpu) { gpu.mode = Mode::devtools; }, &registers);
    return attack.conclude();
}

// For each byte the value that most traces have.
Bytes majority(const std::vector<Bytes>& traces) {
    Bytes key(traces.front().size());
    for (size_t i = 0; i < key.size(); ++i) {
        std::array<size_t, 256> count{};
        for (const Bytes& trace : traces) ++count.at(trace.at(i));
        key[i] = static_cast<uint8_t>(std::ranges::max_element(count) - count.begin());
    }
    return key;
}

// Whether an attacker with this key is accepted as the device.
bool can_impersonate(ByteView certificates, ByteView fuses) {
    constexpr spdm::Suite kSuite{.sign = crypto::SignAlgo::ecdsa_p384,
                                 .hash = crypto::HashAlgo::sha384,
                                 .version = wire::Version::v1_2};
    auto hash = crypto::openssl_provider().new_hash(kSuite.hash);
    hash->update(as_bytes("measurements of the attacker's liking"));
    const crypto::Digest forged = hash->digest();
    const auto chain = crypto::parse_certificates(certificates);
    const auto signature = spdm::sign_transcript(
        crypto::openssl_provider(), kSuite, device::device_key(fuses), spdm::kMeasurementsContext, forged);
    return chain && signature &&
           spdm::verify_transcript(crypto::openssl_provider(), kSuite, chain->back().public_key(),
                                   spdm::kMeasurementsContext, forged, *signature);
}

Observation device_key_extraction(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    if (!attack.boot()) return attack.conclude();
    SeededRandom noise(5);
    device::SideChannelPort antenna(attack.gpu(), noise);
    std::vector<Bytes> traces;
    traces.reserve(kTraces);
    for (size_t i = 0; i < kTraces; ++i) traces.push_back(antenna.device_key_trace());
    const Bytes key = majority(traces);
    const bool success = can_impersonate(attack.guest().evidence().certificates, key);
    // A mask refuses nothing; it makes the recorded traces useless.
    attack.add({.what = "traces of the device's key were recorded, and evidence signed with what they gave",
                .success = success,
                .check = success ? std::string() : std::string(info(device::Check::key_masking).name),
                .bytes = key});
    return attack.conclude();
}

// The plaintext of a recorded transfer under the keys of a secret; empty: it cannot be read.
Bytes opened(const transfer::EndpointConfig& config, Bytes shared, ByteView secret, size_t size) {
    const auto staging = transfer::StagingArea::make(std::span(shared).subspan(transfer::kStagingAt),
                                                     config.staging, transfer::Checker());
    auto ring =
        transfer::KeyRing::expand(crypto::openssl_provider(), secret,
                                  transfer::copy_engine_key(0, transfer::Flow::to_gpu, transfer::Role::user));
    if (!staging || !ring) return {};
    auto channel = transfer::Channel::make(
        std::make_shared<transfer::KeyRing>(std::move(*ring)),
        {.mask = config.mask, .protection = transfer::protection_of_data(config.mode)});
    Bytes text(size);
    if (!channel || !channel->open(0, {}, {staging->page(0, 0, size), text, staging->tag(0, 0)})) return {};
    return text;
}

Observation session_key_extraction(Mode mode, const MachineFaultConfig& faults) {
    Attack attack(mode, faults);
    Recorder recorder;
    if (!attack.boot()) return attack.conclude();
    attack.bus().set_tap(&recorder);
    if (!attack.put_data()) return attack.conclude();
    SeededRandom noise(6);
    const Bytes secret = device::SideChannelPort(attack.gpu(), noise).session_key_trace();
    attack.read(
        "a trace of the session's secret opened a recorded transfer",
        opened(attack.gpu().path_config(), recorder.work.front().shared, secret, tenant_data().size()),
        tenant_data());
    return attack.conclude();
}

constexpr Scenario kScenarios[] = {
    {"firmware-spoofing", firmware_spoofing},
    {"device-key-extraction", device_key_extraction},
    {"session-key-extraction", session_key_extraction},
};

}  // namespace

std::span<const Scenario> general_scenarios() { return kScenarios; }

}  // namespace assay::cases::threats
