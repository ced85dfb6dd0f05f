// Messages as JSON: printed from what is on the wire, and read back into bytes.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "stack/wire/annotate.h"

namespace assay::wire {

// The fields in wire order: numbers as numbers, byte strings as hexadecimal, lists as arrays of objects. A
// byte string with a structure is {"bytes": hex, "structure": {...}}.
nlohmann::ordered_json fields_to_json(ByteView bytes, const Annotation& annotation);

// {"message": name, "version": "1.2", "fields": {...}} and, where they apply, "error" (why the rest cannot be
// read) and "trailing" (hexadecimal of the bytes after the message).
nlohmann::ordered_json to_json(ByteView bytes, const Context& context);

// The bytes of the message `name` with the fields given as fields_to_json() gives them; "structure" is not
// looked at. Errors: a field that is missing, unknown, of the wrong type or size, or that the strict encoder
// refuses; a raw encoding refuses no value.
Result<Bytes> from_json(std::string_view name, const nlohmann::ordered_json& fields, const Context& context,
                        bool raw = false);

}  // namespace assay::wire
