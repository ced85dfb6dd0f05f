// The values of edits (edit.h): an object with one key that begins with "$" stands for what it leads to.
#pragma once

#include "stack/evidence/machine.h"
#include "stack/evidence/place.h"

namespace assay::evidence {

// What a value may ask for.
struct EditScope {
    Place& root;                   // paths begin here
    const Machine* machine;        // null when its evidence is being made
    std::string_view origin = {};  // the shape of the machine
};

// The value without anything that stands for something else, at any depth. A copy of what is there only later
// ("responses[1]") is left as it is while there is a machine. Errors: Errc::bad_text.
Result<Json> value_of(const Json& value, const EditScope& scope);

// Whether a path begins with what is there only when the evidence is made.
bool is_later(std::string_view path);

}  // namespace assay::evidence
