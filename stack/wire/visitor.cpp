#include "stack/wire/visitor.h"

#include <algorithm>

namespace assay::wire {

uint64_t reserved_bits(const Field& field, size_t width, Version version) {
    uint64_t all = width >= 8 ? UINT64_MAX : (uint64_t{1} << (8 * width)) - 1;
    if (field.kind == FieldKind::reserved) return all;
    if (field.bits.empty()) return 0;
    for (const Bits& run : field.bits) {
        if (version < run.since || version > run.until) continue;
        all &= ~run.mask();
    }
    return all;
}

void Visitor::header(Code code, uint8_t& spdm_version, const Field& param1_field, uint8_t& param1,
                     const Field& param2_field, uint8_t& param2) {
    Field version_field{.name = "SPDMVersion", .kind = FieldKind::version};
    // GET_VERSION and VERSION carry 1.0 whatever was negotiated.
    if (response_to(code) == Code::version) version_field.min = version_field.max = byte(Version::v1_0);
    u8(version_field, spdm_version);
    uint8_t seen = byte(code);
    u8({.name = "RequestResponseCode", .kind = FieldKind::code}, seen);
    if (!failed() && decoding() && seen != byte(code) && !lenient()) {
        refuse(Errc::bad_code, "RequestResponseCode", "another message than the one asked for");
    }
    u8(param1_field, param1);
    u8(param2_field, param2);
}

void Visitor::sized(const Field& field, Bytes& value, size_t size) {
    if (failed()) return;
    if (decoding()) {
        if (size > remaining() && !lenient()) return refuse(Errc::truncated, field.name);
        value.assign(size, 0);
    } else if (value.size() != size && !lenient()) {
        return refuse(Errc::inconsistent, field.name, "not of the negotiated size");
    }
    on_bytes(field, value);
}

void Visitor::blob(const Field& field, Bytes& value) {
    if (!failed()) on_bytes(field, value);
}

void Visitor::rest(const Field& field, Bytes& value) {
    if (failed()) return;
    if (decoding()) value.assign(rest_size(field), 0);
    on_bytes(field, value);
}

void Visitor::nested_blob(const Field& field, Bytes& value, Nested structure) {
    if (!failed()) on_nested(field, value, structure);
}

void Visitor::nested_rest(const Field& field, Bytes& value, Nested structure) {
    if (failed()) return;
    if (decoding()) value.assign(rest_size(field), 0);
    on_nested(field, value, structure);
}

void Visitor::length(const Field& field, size_t width, Bytes& target, size_t extra) {
    uint64_t value = target.size() + extra;
    Field as_length = field;
    as_length.kind = FieldKind::length;
    raw_number(as_length, value, width);
    if (failed() || !decoding()) return;
    if (value < extra) {
        if (!lenient()) return refuse(Errc::inconsistent, field.name, "smaller than what it must count");
        value = extra;
    }
    uint64_t size = value - extra;
    if (size > remaining()) {
        if (!lenient()) return refuse(Errc::truncated, field.name, "counts more bytes than there are");
        size = remaining();
    }
    target.assign(static_cast<size_t>(size), 0);
}

void Visitor::total_length(const Field& field, size_t width) {
    if (failed()) return;
    Field as_total = field;
    as_total.kind = FieldKind::total;
    on_total_length(as_total, width);
}

void Visitor::padding(const Field& field, Bytes& value, size_t start, size_t alignment) {
    if (failed()) return;
    size_t size = (alignment - (position() - start) % alignment) % alignment;
    if (decoding()) {
        if (size > remaining() && !lenient()) return refuse(Errc::truncated, field.name);
        value.assign(size, 0);
    } else if (value.size() != size) {
        value.resize(size, 0);
    }
    if (size > 0) on_bytes(field, value);
}

size_t Visitor::bounded_count(const Field& field, uint64_t value, size_t item_size) {
    size_t most = item_size == 0 ? remaining() : remaining() / item_size;
    if (value <= most) return static_cast<size_t>(value);
    if (!lenient()) refuse(Errc::truncated, field.name, "counts more elements than there is room for");
    return lenient() ? most : 0;
}

void Visitor::refuse(Errc code, std::string_view field, std::string detail) {
    if (!lenient()) set_error({code, field, position(), std::move(detail)});
}

}  // namespace assay::wire
