// Files that the user names.
#pragma once

#include <string>
#include <vector>

#include "stack/crypto/x509.h"

namespace assay::cli {

// The whole file. Errors: Errc::bad_text naming the file and the reason.
Result<Bytes> read_file(const std::string& path);
// Certificates of PEM and DER files. Errors: as above.
Result<std::vector<crypto::Certificate>> read_roots(const std::vector<std::string>& paths);

}  // namespace assay::cli
