#include "stack/wire/variants.h"

#include <fmt/format.h>

#include <algorithm>

namespace assay::wire {

namespace {

class Generator {
   public:
    Generator(ByteView message, Version version) : message_(message), version_(version) {}

    std::vector<Variant> run(const Annotation& annotation) {
        for (const Span& span : annotation.spans) {
            if (span.depth > 0) continue;
            truncate(span);
            if (span.number) number(span);
            if (!span.number && span.field.kind == FieldKind::reserved && span.size > 0) fill(span);
        }
        for (size_t count : {1U, 3U, 16U}) trailing(count, 0x00);
        trailing(4, 0xff);
        return std::move(variants_);
    }

   private:
    // Before the field, and inside it unless it is a single byte. The empty message and all that is shorter
    // than a header are there too.
    void truncate(const Span& span) {
        for (size_t size : {span.offset, span.offset + span.size / 2, span.end() - 1}) {
            bool known = std::ranges::any_of(variants_, [&](const Variant& variant) {
                return variant.kind == VariantKind::truncated && variant.bytes.size() == size;
            });
            if (known || size >= message_.size() || size < span.offset) continue;
            variants_.push_back({VariantKind::truncated, span.path,
                                 fmt::format("ends after {} of {} bytes", size, message_.size()),
                                 to_bytes(message_.first(size))});
        }
    }

    void number(const Span& span) {
        uint64_t most = span.size >= 8 ? UINT64_MAX : (uint64_t{1} << (8 * span.size)) - 1;
        switch (span.field.kind) {
            case FieldKind::length:
            case FieldKind::count:
            case FieldKind::total:
                if (span.value > 0) set(VariantKind::length_less, span, span.value - 1);
                if (span.value > 1) set(VariantKind::length_less, span, 0);
                if (span.value < most) set(VariantKind::length_more, span, span.value + 1);
                if (span.value + 1 < most) set(VariantKind::length_more, span, most);
                break;
            case FieldKind::version:
                for (uint64_t other : {span.value - 1, span.value + 1, uint64_t{0x00}, uint64_t{0xff}})
                    set(VariantKind::version, span, other);
                break;
            case FieldKind::reserved: set(VariantKind::reserved, span, most); break;
            case FieldKind::enumeration: undefined(span, most); break;
            default: break;
        }
        uint64_t unused = reserved_bits(span.field, span.size, version_);
        if (span.field.kind == FieldKind::flags && unused != 0) {
            set(VariantKind::reserved, span, span.value | unused);
        }
        if (span.field.kind == FieldKind::value) {
            if (span.field.min > 0) set(VariantKind::out_of_bounds, span, span.field.min - 1);
            if (span.field.max < most) set(VariantKind::out_of_bounds, span, span.field.max + 1);
        }
    }

    // The smallest and the largest value without a name.
    void undefined(const Span& span, uint64_t most) {
        auto defined = [&](uint64_t value) {
            return std::ranges::any_of(span.field.names, [&](const ValueName& known) {
                return known.value == value && known.since <= version_;
            });
        };
        uint64_t low = 0;
        while (low < most && defined(low)) ++low;
        uint64_t high = most;
        while (high > low && defined(high)) --high;
        if (!defined(low)) set(VariantKind::enumerator, span, low);
        if (high > low && !defined(high)) set(VariantKind::enumerator, span, high);
    }

    void set(VariantKind kind, const Span& span, uint64_t value) {
        Bytes bytes = to_bytes(message_);
        set_number(bytes, span, value);
        if (equal(bytes, message_)) return;
        variants_.push_back({kind, span.path,
                             fmt::format("{} 0x{:x} -> 0x{:x}", span.path, span.value, value),
                             std::move(bytes)});
    }

    void fill(const Span& span) {
        Bytes bytes = to_bytes(message_);
        std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(span.offset), span.size, uint8_t{0xff});
        variants_.push_back({VariantKind::reserved, span.path, span.path + " all ones", std::move(bytes)});
    }

    void trailing(size_t count, uint8_t value) {
        Bytes bytes = to_bytes(message_);
        bytes.insert(bytes.end(), count, value);
        variants_.push_back({VariantKind::trailing, "end",
                             fmt::format("{} bytes 0x{:02x} after it", count, value), std::move(bytes)});
    }

    ByteView message_;
    Version version_;
    std::vector<Variant> variants_;
};

}  // namespace

std::string_view name(VariantKind kind) {
    constexpr std::string_view kNames[] = {"truncated",  "length-less",   "length-more", "reserved",
                                           "enumerator", "out-of-bounds", "version",     "trailing"};
    return kNames[static_cast<size_t>(kind)];
}

std::vector<Variant> malformed_variants(ByteView message, const Context& context) {
    return malformed_variants(message, annotate(message, context), context.version);
}

std::vector<Variant> malformed_variants(ByteView structure, const Annotation& annotation, Version version) {
    return Generator(structure, version).run(annotation);
}

void set_number(std::span<uint8_t> message, const Span& field, uint64_t value) {
    for (size_t i = 0; i < field.size; ++i) {
        const size_t place = field.field.big_endian ? field.size - 1 - i : i;
        message[field.offset + place] = static_cast<uint8_t>(i < 8 ? value >> (8 * i) : 0);
    }
}

}  // namespace assay::wire
