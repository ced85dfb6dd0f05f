// The files of vectors/requirements, compiled in.
#pragma once

#include <span>

#include "stack/base/embedded.h"

namespace assay {

std::span<const EmbeddedFile> requirement_files();

}  // namespace assay
