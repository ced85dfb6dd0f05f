#include "stack/device/kernel.h"

namespace assay::device {

namespace {

constexpr size_t kMethods = 8;
constexpr uint8_t kLines = 16;

uint32_t low(uint64_t value) { return static_cast<uint32_t>(value); }
uint32_t high(uint64_t value) { return static_cast<uint32_t>(value >> 32); }

Checked<uint8_t> run_byte(ByteView code, uint8_t value, const Surroundings& around) {
    for (size_t at = 0; at + 1 < code.size(); at += 2) {
        const uint8_t operand = code[at + 1];
        switch (static_cast<Op>(code[at])) {
            case Op::end: return value;
            case Op::exclusive_or: value ^= operand; break;
            case Op::add: value = static_cast<uint8_t>(value + operand); break;
            case Op::look_up: around.touch(value % kLines); break;
            case Op::work_if:
                if ((value >> (operand & 7) & 1) != 0) around.busy();
                break;
            case Op::interrupt: TRY(around.interrupt()); break;
            case Op::store_out: TRY(around.store_out(operand, value)); break;
        }
    }
    return value;
}

}  // namespace

Checked<Bytes> run_kernel(ByteView code, ByteView input, const Surroundings& around) {
    Bytes output;
    output.reserve(input.size());
    for (uint8_t value : input) output.push_back(TRY(run_byte(code, value, around)));
    return output;
}

std::vector<transfer::Method> to_methods(const Launch& launch) {
    const uint32_t words[kMethods] = {low(launch.code),    high(launch.code),  launch.code_size,
                                      low(launch.input),   high(launch.input), low(launch.output),
                                      high(launch.output), launch.size};
    std::vector<transfer::Method> methods;
    methods.reserve(kMethods);
    for (uint32_t i = 0; i < kMethods; ++i) methods.push_back({kLaunchMethods + 4 * i, words[i]});
    return methods;
}

std::optional<Launch> launch_of(std::span<const transfer::Method> methods) {
    if (methods.size() != kMethods) return std::nullopt;
    for (uint32_t i = 0; i < kMethods; ++i) {
        if (methods[i].address != kLaunchMethods + 4 * i) return std::nullopt;
    }
    const auto wide = [&](size_t at) { return uint64_t{methods[at + 1].data} << 32 | methods[at].data; };
    return Launch{.code = wide(0),
                  .code_size = methods[2].data,
                  .input = wide(3),
                  .output = wide(5),
                  .size = methods[7].data};
}

}  // namespace assay::device
