// What is known of one field on the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "stack/wire/version.h"

namespace assay::wire {

// What a field is for. Mutators, the generator of malformed variants and printers go by it.
enum class FieldKind : uint8_t {
    value,        // a number or byte string with a meaning of its own
    version,      // SPDMVersion
    code,         // RequestResponseCode
    reserved,     // sent as zero, ignored by the receiver
    length,       // counts the bytes of another field
    count,        // counts the elements of a list
    total,        // counts the bytes of the whole message
    enumeration,  // one of `names`
    flags,        // made of `bits`
    random,       // a nonce or other fresh bytes
    digest,
    signature,
    mac,
};

// An enumerator and its name in the specification.
struct ValueName {
    uint64_t value;
    std::string_view name;
    Version since = Version::v1_0;
};

// A run of bits in a number, with the versions in which it has a meaning. Bits in no run are reserved.
struct Bits {
    uint8_t low;
    uint8_t width;  // less than 64
    std::string_view name;
    Version since = Version::v1_0;
    Version until = Version::v1_4;

    constexpr uint64_t mask() const { return ((uint64_t{1} << width) - 1) << low; }
    // What stands in these bits of a number.
    constexpr uint64_t of(uint64_t number) const { return (number & mask()) >> low; }
    // The number with nothing else than this value in these bits.
    constexpr uint64_t with(uint64_t value) const { return value << low & mask(); }
};

// One field: the name the specification uses, its kind, its bounds and its relation to other fields.
struct Field {
    std::string_view name;
    FieldKind kind = FieldKind::value;
    uint64_t min = 0;
    uint64_t max = UINT64_MAX;
    std::span<const ValueName> names = {};
    std::span<const Bits> bits = {};
    std::string_view counts = {};  // for length and count: the name of the field that is counted
    bool big_endian = false;       // a number of a structure that is no message of SPDM's
};

constexpr Field reserved_field(std::string_view name = "Reserved") {
    return {.name = name, .kind = FieldKind::reserved};
}
constexpr Field enumeration(std::string_view name, std::span<const ValueName> names) {
    return {.name = name, .kind = FieldKind::enumeration, .names = names};
}
constexpr Field flags(std::string_view name, std::span<const Bits> bits) {
    return {.name = name, .kind = FieldKind::flags, .bits = bits};
}

// The bits of a `width`-byte field that mean nothing at `version`.
uint64_t reserved_bits(const Field& field, size_t width, Version version);

}  // namespace assay::wire
