// The files of vectors/requirements, vectors/profiles and vectors/kill_matrix, and vectors/disputes.json,
// compiled in.
#pragma once

#include <span>

#include "stack/base/embedded.h"

namespace assay {

std::span<const EmbeddedFile> requirement_files();
std::span<const EmbeddedFile> dispute_files();
std::span<const EmbeddedFile> profile_files();
std::span<const EmbeddedFile> kill_matrix_files();

}  // namespace assay
