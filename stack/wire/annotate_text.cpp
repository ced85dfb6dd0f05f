// Annotations as text.
#include <fmt/format.h>

#include "stack/wire/annotate.h"

namespace assay::wire {

namespace {

std::string enumerator(const Span& span) {
    for (const ValueName& known : span.field.names) {
        if (known.value == span.value) return std::string(known.name);
    }
    return "not defined";
}

std::string bits(const Span& span, Version version) {
    std::string text;
    auto add = [&](std::string_view part) {
        if (!text.empty()) text += ", ";
        text += part;
    };
    for (const Bits& run : span.field.bits) {
        uint64_t value = run.of(span.value);
        if (value == 0 || version < run.since || version > run.until) continue;
        add(run.width == 1 ? std::string(run.name) : fmt::format("{} {}", run.name, value));
    }
    uint64_t reserved = span.value & reserved_bits(span.field, span.size, version);
    if (reserved != 0) add(fmt::format("reserved 0x{:x}", reserved));
    return text;
}

std::string line(ByteView bytes, const Span& span, Version version, size_t max_bytes) {
    ByteView part = bytes.subspan(span.offset, span.size);
    bool cut = part.size() > max_bytes;
    std::string hex = to_hex(cut ? part.first(max_bytes) : part);
    if (cut) hex += fmt::format("… ({} bytes)", part.size());
    std::string text = fmt::format("{:5}  {:24} {:{}}{}", span.offset, hex.empty() ? "-" : hex, "",
                                   2 * span.depth, span.path);
    std::string words = meaning(span, version);
    if (!words.empty()) text += " = " + words;
    if (!span.note.empty()) text += "  ! not readable inside: " + span.note;
    return text + "\n";
}

}  // namespace

std::string meaning(const Span& span, Version version) {
    if (!span.number) return {};
    switch (span.field.kind) {
        case FieldKind::code: return message_name(Code{static_cast<uint8_t>(span.value)});
        case FieldKind::version: return fmt::format("{}.{}", span.value >> 4, span.value & 0xf);
        case FieldKind::enumeration: return enumerator(span);
        case FieldKind::flags: return bits(span, version);
        case FieldKind::reserved: return span.value == 0 ? "" : "reserved, not zero";
        default:
            return span.value < 10 ? fmt::format("{}", span.value) : fmt::format("{0} (0x{0:x})", span.value);
    }
}

std::string to_text(ByteView bytes, const Annotation& annotation, Version version, size_t max_bytes) {
    std::string text;
    for (const Span& span : annotation.spans) text += line(bytes, span, version, max_bytes);
    if (annotation.error) {
        text += fmt::format("! {}\n", annotation.error->text());
    } else if (annotation.used < bytes.size()) {
        text += fmt::format("{:5}  {} bytes after the message\n", annotation.used,
                            bytes.size() - annotation.used);
    }
    return text;
}

}  // namespace assay::wire
