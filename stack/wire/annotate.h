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

// A message, or another structure, taken apart.
struct Annotation {
    const MessageInfo* info = nullptr;  // null: no message
    std::vector<Span> spans;            // in wire order, as far as the decoder came
    size_t used = 0;                    // bytes that the message takes; what follows is padding or garbage
    std::optional<Error> error;         // why the decoder stopped

    // The span with that path at depth 0; null when there is none.
    const Span* find(std::string_view path) const;
};

// Takes a message apart as far as it can be read. Never fails: an unknown message has no spans and an error.
Annotation annotate(ByteView bytes, const Context& context);

// Takes a structure that is no message apart, whose layout may depend on what `structure` holds already.
Annotation annotate_as(ByteView bytes, Described& structure, const Context& context = {});
template <class M>
Annotation annotate_as(ByteView bytes, M structure = {}, const Context& context = {}) {
    DescribedAs<M> described(std::move(structure));
    return annotate_as(bytes, static_cast<Described&>(described), context);
}

// Whether a reserved field, or bits that have no meaning at `version`, are not zero.
bool reserved_in_use(const Span& span, ByteView bytes, Version version);

// A field's meaning as text: the enumerator, the bits that are set, or the number; empty for byte strings and
// for plain zero.
std::string meaning(const Span& span, Version version);

// One line a field: offset, bytes, name, meaning. Long byte strings are cut to `max_bytes`, with their size.
std::string to_text(ByteView bytes, const Annotation& annotation, Version version, size_t max_bytes = 32);

}  // namespace assay::wire
