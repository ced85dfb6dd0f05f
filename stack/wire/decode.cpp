#include "stack/wire/decode.h"

#include <algorithm>

namespace assay::wire {

ByteView Decoder::take(const Field& field, size_t size) {
    if (size > remaining()) {
        if (!options_.lenient) {
            refuse(Errc::truncated, field.name);
            return {};
        }
        size = remaining();
    }
    ByteView taken = bytes_.subspan(offset_, size);
    offset_ += size;
    return taken;
}

void Decoder::on_number(const Field& field, uint64_t& value, size_t width) {
    size_t start = offset_;
    ByteView raw = take(field, width);
    if (failed()) return;
    value = 0;
    for (size_t i = 0; i < raw.size(); ++i)
        value = value << 8 | raw[field.big_endian ? i : raw.size() - 1 - i];
    if (options_.lenient || (value >= field.min && value <= field.max)) return;
    set_error({Errc::out_of_range, field.name, start, "outside its bounds"});
}

void Decoder::on_bytes(const Field& field, std::span<uint8_t> bytes) {
    ByteView raw = take(field, bytes.size());
    if (!failed()) std::ranges::copy(raw, bytes.begin());
}

void Decoder::on_total_length(const Field& field, size_t width) {
    size_t start = offset_;
    uint64_t total = 0;
    on_number(field, total, width);
    if (failed() || options_.lenient) return;
    if (total > bytes_.size()) {
        set_error({Errc::inconsistent, field.name, start, "counts more bytes than there are"});
    } else if (total < offset_) {
        set_error({Errc::inconsistent, field.name, start, "ends before this field does"});
    } else {
        bytes_ = bytes_.first(static_cast<size_t>(total));
        total_stated_ = true;
    }
}

void Decoder::finish() {
    if (failed() || !total_stated_ || offset_ == bytes_.size()) return;
    refuse(Errc::inconsistent, "Length", "counts more bytes than the message has");
}

}  // namespace assay::wire
