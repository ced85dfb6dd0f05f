#include "stack/attest/topology.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

namespace assay::attest {

namespace {

// A device whose opaque fields are these.
GpuFacts device(DeviceKind kind, std::initializer_list<std::pair<uint16_t, Bytes>> fields) {
    GpuFacts facts;
    facts.kind = kind;
    facts.subject = kind == DeviceKind::gpu ? "gpu" : "switch";
    for (const auto& [type, value] : fields) facts.opaque.set(type, {.value = value});
    return facts;
}

// As a real H100 and the switches of its machine write them: the PDIs of two of the four.
const Bytes kFirst = from_hex("3a53b743d811e977").value();
const Bytes kFirstOfGpu = from_hex("77e911d843b7533a").value();

std::vector<GpuFacts> machine() {
    std::vector<GpuFacts> all;
    Bytes links = concat({kFirstOfGpu, kFirstOfGpu, Bytes(8)});
    for (uint8_t i = 1; i < kProtectedSwitches; ++i) append(links, Bytes{i, 0, 0, 0, 0, 0, 0, 9});
    for (size_t i = 0; i < kProtectedGpus; ++i) {
        all.push_back(device(DeviceKind::gpu, {{opaque::pdi, links}}));
        all.back().mode = GpuMode::ppcie;
        all.back().protected_pcie = true;
    }
    for (uint8_t i = 0; i < kProtectedSwitches; ++i) {
        Bytes gpus;
        for (uint8_t gpu = 0; gpu < kProtectedGpus; ++gpu)
            append(gpus, Bytes{static_cast<uint8_t>((gpu + i) % kProtectedGpus), 1, 1, 1, 1, 1, 1, 1});
        append(gpus, Bytes(64, i));
        const Bytes own = i == 0 ? kFirst : Bytes{9, 0, 0, 0, 0, 0, 0, i};
        all.push_back(device(DeviceKind::nvswitch, {{opaque::pdi, own}, {opaque::switch_gpu_pdis, gpus}}));
    }
    return all;
}

std::vector<Check> refused(const std::vector<GpuFacts>& devices, const Policy& policy = {}) {
    Appraisal appraisal;
    appraise_topology(appraisal, policy, devices);
    std::vector<Check> checks;
    for (const CheckRecord* step : appraisal.refusals()) checks.push_back(step->check);
    return checks;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(topology_suite)

BOOST_AUTO_TEST_CASE(devices_that_name_each_other_hold_whatever_their_order) {
    std::vector<GpuFacts> devices = machine();
    BOOST_TEST(refused(devices).empty());
    std::ranges::reverse(devices);
    BOOST_TEST(refused(devices).empty());
}

BOOST_AUTO_TEST_CASE(what_stands_behind_the_eight_gpus_of_a_switch_names_no_gpu) {
    std::vector<GpuFacts> devices = machine();
    Bytes gpus = devices.back().opaque.find(opaque::switch_gpu_pdis)->value;
    std::fill(gpus.begin() + 64, gpus.end(), 0x42);
    devices.back().opaque.set(opaque::switch_gpu_pdis, {.value = gpus});
    BOOST_TEST(refused(devices).empty());
}

BOOST_AUTO_TEST_CASE(each_rule_is_refused_by_a_check_of_its_own) {
    using enum Check;
    std::vector<GpuFacts> devices = machine();
    devices.erase(devices.begin());
    BOOST_TEST((refused(devices) == std::vector{ppcie_devices}));
    devices = machine();
    devices[3].opaque.set(opaque::pdi, {.value = kFirstOfGpu});
    BOOST_TEST((refused(devices) == std::vector{ppcie_switches}));
    devices = machine();
    devices.back().opaque.set(opaque::pdi, {.value = kFirst});
    BOOST_TEST((refused(devices) == std::vector{ppcie_switch_pdi}));
    devices = machine();
    devices.back().opaque.set(opaque::switch_gpu_pdis, {.value = Bytes(128, 3)});
    BOOST_TEST((refused(devices) == std::vector{ppcie_gpus}));
    devices = machine();
    devices[1].mode = GpuMode::spt;
    BOOST_TEST((refused(devices) == std::vector{gpu_modes}));
}

BOOST_AUTO_TEST_CASE(a_gpu_stands_alone_when_it_is_not_protected_or_the_policy_lets_it) {
    std::vector<GpuFacts> alone = {machine().front()};
    BOOST_TEST(!refused(alone).empty());
    Policy policy;
    policy.ppcie_topology = false;
    BOOST_TEST(refused(alone, policy).empty());
    alone.front().protected_pcie = false;
    BOOST_TEST(refused(alone).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
