// How the modules hand over the seeds of their targets.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "stack/base/bytes.h"

namespace assay::fuzz {

using WriteSeed = std::function<void(std::string_view target, const std::string& name, ByteView bytes)>;

}  // namespace assay::fuzz
