#include "fuzz/device/seeds.h"

#include <fmt/format.h>

#include "fuzz/device/steps.h"

namespace assay::fuzz {

namespace {

using enum DeviceKind;
using Steps = std::vector<DeviceStep>;

Steps joined(std::initializer_list<Steps> parts) {
    Steps all;
    for (const Steps& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

// Up to CUDA being enabled, in the mode that the GPU has.
Steps boot(uint8_t wanted = 0) { return {{power_on}, {attach, wanted}, {attest}}; }
const Steps kWork = {{put, 0, 0, 20}, {load_code, 32, 0, 4}, {launch, 32, 64, 16}, {get, 0, 0, 20},
                     {rotate},        {get, 0, 8, 19}};
const Steps kPorts = {{bar, 0, 0},     {bar, 1, 0},     {bar, 2, 0}, {management, 0, 0}, {management, 1, 1},
                      {management, 2}, {management, 3}, {counters},  {tenant, 0, 0},     {tenant, 1}};

}  // namespace

void write_device_seeds(const WriteSeed& write) {
    const std::pair<const char*, Steps> programs[] = {
        {"work", joined({boot(), kWork, {{beat}, {beat}, {shut_down}, {put, 0, 0, 4}}})},
        {"ports", joined({boot(), kWork, kPorts, {{get, 0, 0, 20}}})},
        {"early",
         {{attest},
          {put, 0, 0, 4},
          {power_on},
          {get, 0, 0, 4},
          {attach},
          {put, 0, 0, 4},
          {rotate},
          {launch},
          {beat},
          {attest},
          {get, 0, 0, 4}}},
        {"reset", joined({boot(), kWork, {{reset}, {get, 0, 0, 4}, {attach}, {attest}, {get, 0, 0, 20}}})},
        {"mode", joined({boot(),
                         kWork,
                         {{convert, 0}, {request_mode, 2}, {reset}, {attach, 1}, {attest}},
                         kWork,
                         kPorts,
                         {{request_mode, 3}, {reset}, {attach, 0}, {attest}, {get, 0, 0, 20}}})},
        {"no_heartbeat", joined({boot(), {{beat}, {pass_time, 3}, {pass_time, 9}, {put, 0, 0, 4}, {beat}}})},
        {"stalled",
         joined({boot(), {{stall, 1}, {put, 0, 0, 4}, {stall, 0}, {attach}, {attest}, {stall, 1}, {beat}}})},
        {"tampered", joined({boot(), {{tamper, 0, 80, 1}, {put, 0, 0, 20}, {get, 0, 0, 4}}})},
        {"tampered_read",
         joined({boot(), kWork, {{tamper, 0, 70, 1}, {get, 0, 0, 4}, {edit_message, 9, 1}, {beat}}})},
        {"replayed", joined({boot(), kWork, {{resubmit, 0}, {get, 0, 0, 4}}})},
        {"edited",
         {{power_on},
          {edit_message, 3, 1},
          {attach},
          {attach},
          {edit_message, 40, 1},
          {attest},
          {attach},
          {attest},
          {put, 0, 0, 8}}},
        {"judged",
         {{power_on},
          {attach},
          {judge},
          {attest},
          {attach},
          {attest},
          {attest},
          {put, 0, 0, 8},
          {judge},
          {attest},
          {get, 0, 0, 8}}},
        {"lied_to",
         {{power_on},
          {registers, 7},
          {attach},
          {attest},
          {registers, 8},
          {attach, 1},
          {registers, 16},
          {attach},
          {attest},
          {put, 0, 0, 8},
          {get, 0, 0, 8}}},
        {"wrong_mode", {{power_on}, {attach, 1}, {attest}, {attach, 0}, {attest}, {put, 0, 0, 9}}},
        {"much", joined({boot(),
                         {{put, 0, 0, 255},
                          {put, 64, 0, 255},
                          {beat},
                          {put, 0, 0, 255},
                          {beat},
                          {beat},
                          {beat},
                          {beat},
                          {get, 0, 0, 255}}})},
        {"beyond",
         joined({boot(), {{put, 255, 255, 255}, {get, 255, 255, 255}, {attach}, {attest}, {put, 0, 0, 0}}})},
    };
    for (uint8_t choice = 0; choice < 8; ++choice) {
        for (const auto& [name, steps] : programs) {
            write("device_program", fmt::format("{}_{:x}", name, choice),
                  concat({Bytes{choice}, to_input(steps)}));
        }
    }
}

}  // namespace assay::fuzz
