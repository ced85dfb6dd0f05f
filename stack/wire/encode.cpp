#include "stack/wire/encode.h"

#include <algorithm>

namespace assay::wire {

void Encoder::on_number(const Field& field, uint64_t& value, size_t width) {
    if (field.kind == FieldKind::version) value = field.min != 0 ? field.min : byte(version());
    if (field.kind == FieldKind::reserved && value != 0) {
        return refuse(Errc::out_of_range, field.name, "a reserved field is not zero");
    }
    bool fits = width >= 8 || value >> (8 * width) == 0;
    if (!fits || value < field.min || value > field.max) {
        return refuse(Errc::out_of_range, field.name, "outside its bounds");
    }
    write(field, value, width);
}

void Encoder::write(const Field& field, uint64_t value, size_t width) {
    field.big_endian ? out_.uint_be(value, width) : out_.uint_le(value, width);
}

void Encoder::on_bytes(const Field& field, std::span<uint8_t> bytes) {
    bool zero = std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
    if (field.kind == FieldKind::reserved && !zero) {
        return refuse(Errc::out_of_range, field.name, "a reserved field is not zero");
    }
    out_.bytes(bytes);
}

void Encoder::on_total_length(const Field&, size_t width) {
    total_offset_ = out_.size();
    total_width_ = width;
    out_.zeros(width);
}

Bytes Encoder::take() {
    if (total_width_ != 0) out_.patch_le(total_offset_, out_.size(), total_width_);
    return std::move(out_).take();
}

}  // namespace assay::wire
