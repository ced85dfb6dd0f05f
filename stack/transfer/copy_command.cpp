#include "stack/transfer/copy_command.h"

#include <array>

namespace assay::transfer {

namespace {

// In the order of their addresses.
enum Field : uint8_t { op, traffic, channel, buffer, size, address_low, address_high, version, message };

}  // namespace

bool is_copy(std::span<const Method> methods) {
    return !methods.empty() && methods.front().address == kCopyMethods;
}

std::vector<Method> to_methods(const CopyCommand& command) {
    std::array<uint32_t, kCopyMethodCount> values{};
    values[op] = static_cast<uint32_t>(command.op);
    values[traffic] = static_cast<uint32_t>(command.traffic);
    values[channel] = command.channel;
    values[buffer] = command.buffer;
    values[size] = command.size;
    values[address_low] = static_cast<uint32_t>(command.address);
    values[address_high] = static_cast<uint32_t>(command.address >> 32);
    values[version] = command.version;
    values[message] = command.message;
    std::vector<Method> methods;
    methods.reserve(values.size());
    for (uint32_t i = 0; i < values.size(); ++i) methods.push_back({kCopyMethods + 4 * i, values[i]});
    return methods;
}

Checked<CopyCommand> copy_command(std::span<const Method> methods) {
    // Not to be waived: what is missing has no value.
    if (methods.size() != kCopyMethodCount) return std::unexpected(Refusal{Check::copy_form, {}});
    for (uint32_t i = 0; i < kCopyMethodCount; ++i) {
        if (methods[i].address != kCopyMethods + 4 * i) return std::unexpected(Refusal{Check::copy_form, {}});
    }
    const uint32_t op_value = methods[op].data, traffic_value = methods[traffic].data;
    const bool known = op_value >= static_cast<uint32_t>(CopyOp::write) &&
                       op_value <= static_cast<uint32_t>(CopyOp::rotate_iv) &&
                       traffic_value <= static_cast<uint32_t>(Traffic::code);
    if (!known) return std::unexpected(Refusal{Check::copy_form, {}});
    return CopyCommand{.op = static_cast<CopyOp>(op_value),
                       .traffic = static_cast<Traffic>(traffic_value),
                       .channel = methods[channel].data,
                       .buffer = methods[buffer].data,
                       .size = methods[size].data,
                       .address = methods[address_low].data | uint64_t{methods[address_high].data} << 32,
                       .version = methods[version].data,
                       .message = methods[message].data};
}

}  // namespace assay::transfer
