// Evidence on a disk.
#pragma once

#include "stack/attest/evidence.h"
#include "stack/evidence/files.h"

namespace assay::cli {

// One file that the user names, not larger than evidence may be. Errors: Errc::bad_text naming it and the
// reason.
Result<attest::File> read_evidence_file(const std::string& path);

// The list of a folder, and the files that the list names as far as they lie in the folder, links resolved; a
// file that is too large is cut behind its limit, so that the reader of evidence sees that. Errors: as above,
// for the folder itself.
Result<evidence::Files> read_bundle(const std::string& folder);

}  // namespace assay::cli
