// Edits of bytes (edit.h): flip, put, fill, cut, end and append.
#pragma once

#include "stack/evidence/place.h"

namespace assay::evidence {

bool edits_bytes(std::string_view op);

// Errors: Errc::bad_text for an operation that is none of these, a place that is not in the bytes, a
// field that they do not have, or a value that is none.
Result<> edit_bytes(Bytes& bytes, const Json& step);

}  // namespace assay::evidence
