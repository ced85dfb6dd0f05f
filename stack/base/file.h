// Files that somebody else wrote, read into memory that has a limit.
#pragma once

#include <string>

#include "stack/base/bytes.h"

namespace assay {

// The whole of a plain file of at most `most` bytes. A folder, a device, a pipe or a socket is refused
// without reading from it or waiting for it. Errors: Errc::bad_text naming the file and the reason.
Result<Bytes> read_file(const std::string& path, size_t most);

// The first `most` bytes of a plain file, or all when it has fewer. Errors: as above.
Result<Bytes> read_file_start(const std::string& path, size_t most);

// What comes from a descriptor until its end, which is waited for: a pipe will do. `name` is what errors call
// it. Errors: as above, also for more than `most` bytes.
Result<Bytes> read_descriptor(int descriptor, const std::string& name, size_t most);

}  // namespace assay
