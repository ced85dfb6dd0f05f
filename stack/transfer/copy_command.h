// The guest's commands to a copy engine, as methods of a work submission.
#pragma once

#include <vector>

#include "stack/transfer/work_submission.h"

namespace assay::transfer {

enum class CopyOp : uint32_t {
    write = 1,      // from staging to the device
    read = 2,       // from the device to staging
    rotate = 3,     // the next version of the channel's keys
    rotate_iv = 4,  // the next channel counter
};

// What is copied: what a mode protects it by depends on it.
enum class Traffic : uint32_t { data = 0, code = 1 };

struct CopyCommand {
    CopyOp op = CopyOp::write;
    Traffic traffic = Traffic::data;
    uint32_t channel = 0;
    uint32_t buffer = 0;   // of staging
    uint32_t size = 0;     // bytes; of a rotation, the messages sealed for the device under the old key
    uint64_t address = 0;  // on the device
    uint32_t version = 0;  // of the key; of a rotation, the new one
    uint32_t message = 0;  // of the first page: heeded only where nothing is authenticated
    bool operator==(const CopyCommand&) const = default;
};

// The address range of a copy engine's methods; all other methods are for other engines.
inline constexpr uint32_t kCopyMethods = 0x0400;
inline constexpr size_t kCopyMethodCount = 9;

bool is_copy(std::span<const Method> methods);
std::vector<Method> to_methods(const CopyCommand& command);
// Refuses by copy_form: all methods must be there, in their order, with known values.
Checked<CopyCommand> copy_command(std::span<const Method> methods);

}  // namespace assay::transfer
