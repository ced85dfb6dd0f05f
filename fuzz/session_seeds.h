// Inputs for the targets that know sessions.
#pragma once

#include <functional>
#include <string>

#include "stack/base/bytes.h"

namespace assay::fuzz {

using WriteSeed = std::function<void(std::string_view target, const std::string& name, ByteView bytes)>;
void write_session_seeds(const WriteSeed& write);

}  // namespace assay::fuzz
