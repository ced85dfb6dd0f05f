// Malformed variants of a good message, made from its description.
#pragma once

#include <string>
#include <vector>

#include "stack/wire/annotate.h"

namespace assay::wire {

enum class VariantKind : uint8_t {
    truncated,      // ends early, at or inside a field
    length_less,    // a length, count or total that is one less, or zero
    length_more,    // one more, or the largest that fits
    reserved,       // a reserved field or reserved bits set
    enumerator,     // a value that the enumeration does not have at this version
    out_of_bounds,  // a number just outside its bounds
    version,        // another SPDMVersion
    trailing,       // bytes after the message
};
std::string_view name(VariantKind kind);

struct Variant {
    VariantKind kind;
    std::string field;  // the path of the field that was changed
    std::string text;   // what was done, e.g. "Length 48 -> 49"
    Bytes bytes;
};

// Every variant of `message`, which is a complete, decodable message of `context`, in the order of its
// bytes. The code is never changed. Deterministic; at most a few hundred for the longest message.
std::vector<Variant> malformed_variants(ByteView message, const Context& context);
// The same of a structure that was taken apart.
std::vector<Variant> malformed_variants(ByteView structure, const Annotation& annotation,
                                        Version version = Version::v1_4);

// Writes a number into the field's bytes, in their order; bits that do not fit are dropped.
void set_number(std::span<uint8_t> message, const Span& field, uint64_t value);

}  // namespace assay::wire
