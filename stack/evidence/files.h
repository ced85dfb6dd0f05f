// The files of evidence, before anybody reads them.
#pragma once

#include <map>
#include <string>

#include "stack/base/bytes.h"

namespace assay::evidence {

// A folder of files by path ("gpu-0/report.bin"), read before anything is looked at.
using Files = std::map<std::string, Bytes>;

}  // namespace assay::evidence
