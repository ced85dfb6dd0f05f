// Files that somebody else wrote, read into memory that has a limit.
#pragma once

#include <string>

#include "stack/base/bytes.h"

namespace assay {

// The whole of a file of at most `most` bytes. Of a pipe or a device, what comes until its end, which is
// waited for; a pipe that nobody writes to is empty. A folder is refused. Errors: Errc::bad_text naming the
// file and the reason.
Result<Bytes> read_file(const std::string& path, size_t most);

// The first `most` bytes of a file, or all when it has fewer. Errors: as above.
Result<Bytes> read_file_start(const std::string& path, size_t most);

// What comes from a descriptor until its end, which is waited for. `name` is what errors call it. Errors: as
// above, also for more than `most` bytes.
Result<Bytes> read_descriptor(int descriptor, const std::string& name, size_t most);

}  // namespace assay
