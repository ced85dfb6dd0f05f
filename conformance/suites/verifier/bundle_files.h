// vectors/evidence, compiled in.
#pragma once

#include <span>

#include "stack/base/embedded.h"

namespace assay {
std::span<const EmbeddedFile> evidence_bundle_files();
}  // namespace assay
