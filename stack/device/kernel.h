// What a tenant runs: a program of two-byte instructions, applied to each byte of its input.
#pragma once

#include <functional>
#include <vector>

#include "stack/device/check.h"
#include "stack/transfer/work_submission.h"

namespace assay::device {

// Operation, operand.
enum class Op : uint8_t {
    end = 0,
    exclusive_or = 'x',
    add = '+',
    look_up = 'l',    // touches the cache line that the value's low four bits name; the operand is ignored
    work_if = 'w',    // is busy for a while if that bit (0 to 7) of the value is set
    interrupt = '!',  // raises one
    store_out =
        'd',  // the value goes to the machine's memory, that many times 16 bytes behind what is shared
};

// What a program does to the machine around it.
struct Surroundings {
    std::function<void(uint8_t line)> touch;
    std::function<void()> busy;
    std::function<Checked<>()> interrupt;
    std::function<Checked<>(uint8_t operand, uint8_t value)> store_out;
};

// The output, as long as the input. Refuses as the surroundings do; what is no instruction does nothing.
Checked<Bytes> run_kernel(ByteView code, ByteView input, const Surroundings& around);

// A launch: what the guest wants to run.
struct Launch {
    uint64_t code = 0;  // addresses on the device, sizes in bytes
    uint32_t code_size = 0;
    uint64_t input = 0;
    uint64_t output = 0;
    uint32_t size = 0;
    bool operator==(const Launch&) const = default;
};

// The address range of the compute engine's methods; all other methods are for other engines.
inline constexpr uint32_t kLaunchMethods = 0x0800;
std::vector<transfer::Method> to_methods(const Launch& launch);
// Empty when they are not a launch's methods, all and in order.
std::optional<Launch> launch_of(std::span<const transfer::Method> methods);

}  // namespace assay::device
