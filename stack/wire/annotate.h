// Which bytes of a message are which field.
#pragma once

#include <string>
#include <vector>

#include "stack/wire/registry.h"

namespace assay::wire {

// A run of bytes that is one field.
struct Span {
    std::string path;  // e.g. "AlgStruct[1].AlgType"; the fields of a nested structure follow its own span
    Field field;
    size_t offset = 0;   // from the first byte of the message
    size_t size = 0;     // bytes; may be 0
    unsigned depth = 0;  // 0: a field of the message; more: inside that many nested structures
    bool number = false;
    uint64_t value = 0;  // of a number
    std::string note;    // why the structure inside could not be read, if it could not

    size_t end() const { return offset + size; }
};

// A message taken apart.
struct Annotation {
    const MessageInfo* info = nullptr;  // null: no such message
    std::vector<Span> spans;            // in wire order, as far as the decoder came
    size_t used = 0;                    // bytes that the message takes; what follows is padding or garbage
    std::optional<Error> error;         // why the decoder stopped

    // The span with that path at depth 0; null when there is none.
    const Span* find(std::string_view path) const;
};

// Takes a message apart as far as it can be read. Never fails: an unknown message has no spans and an error.
Annotation annotate(ByteView bytes, const Context& context);

// A field's meaning as text: the enumerator, the bits that are set, or the number; empty for byte strings and
// for plain zero.
std::string meaning(const Span& span, Version version);

// One line a field: offset, bytes, name, meaning. Long byte strings are cut to `max_bytes`, with their size.
std::string to_text(ByteView bytes, const Annotation& annotation, Version version, size_t max_bytes = 32);

}  // namespace assay::wire
