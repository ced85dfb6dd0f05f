// vectors/threat_model.json, compiled in.
#pragma once

#include <span>

#include "stack/base/embedded.h"

namespace assay {

std::span<const EmbeddedFile> threat_model_files();

}  // namespace assay
