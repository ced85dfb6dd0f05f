// Files that the user names.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "conformance/report/replay.h"
#include "stack/spdm/device.h"

namespace assay::cli {

// The most bytes that are read: of a profile, a key, certificates or secrets; and of a capture, a report or
// what was recorded in another way.
inline constexpr size_t kMostText = size_t{1} << 20, kMostRecorded = size_t{1} << 28;

// Certificates of PEM and DER files. Errors: those of read_file(), and Errc::bad_text naming the file.
Result<std::vector<crypto::Certificate>> read_roots(const std::vector<std::string>& paths);
// An identity in slot 0 for every algorithm that its key can be used with: a PEM file with the chain, root
// first, and one with the leaf's private key. Errors: as above, and when the two do not belong together.
Result<std::map<crypto::SignAlgo, spdm::Slots>> read_identity(const std::string& chain,
                                                              const std::string& key);

// A new file of secrets, for nobody but its owner, that lives as long as what writes to it. Errors: as above.
Result<spdm::KeyLog> open_keylog(const std::string& path);

// What a file of secrets holds. Errors: as above, with the line.
Result<report::Secrets> read_secrets(const std::string& path);

}  // namespace assay::cli
