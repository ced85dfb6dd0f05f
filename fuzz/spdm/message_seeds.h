// Seeds of the targets of single messages, of programs of messages and of framings, from real exchanges of
// the reference.
#pragma once

#include "fuzz/common/seeds.h"
#include "stack/base/result.h"

namespace assay::fuzz {

// Errors: what the reference refused, which it never does.
Result<> write_message_seeds(const WriteSeed& write);

}  // namespace assay::fuzz
