// The files of vectors/requirements and vectors/profiles, and vectors/disputes.json, compiled in.
#pragma once

#include <span>

#include "stack/base/embedded.h"

namespace assay {

std::span<const EmbeddedFile> requirement_files();
std::span<const EmbeddedFile> dispute_files();
std::span<const EmbeddedFile> profile_files();

}  // namespace assay
