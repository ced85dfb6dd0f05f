#include "stack/wire/annotate.h"

#include "stack/wire/header.h"

#include <algorithm>

namespace assay::wire {

namespace {

// A decoder that notes what it reads.
class Annotator final : public Decoder {
   public:
    Annotator(ByteView bytes, const Context& context, std::vector<Span>& spans, size_t base, unsigned depth)
        : Decoder(bytes, context), whole_(bytes), spans_(spans), base_(base), depth_(depth) {}

   protected:
    void on_number(const Field& field, uint64_t& value, size_t width) override {
        size_t start = position();
        Decoder::on_number(field, value, width);
        if (position() == start + width) note(field, start, width).value = value, spans_.back().number = true;
    }
    void on_bytes(const Field& field, std::span<uint8_t> bytes) override {
        size_t start = position();
        Decoder::on_bytes(field, bytes);
        if (!failed()) note(field, start, bytes.size());
    }
    void on_nested(const Field& field, std::span<uint8_t> bytes, Nested structure) override {
        size_t start = position();
        on_bytes(field, bytes);
        if (failed() || bytes.empty() || depth_ >= kMaxDepth) return;
        std::unique_ptr<Described> inner = make_nested(structure, bytes);
        if (!inner) return;
        size_t own = spans_.size() - 1;
        Annotator inside(whole_.subspan(start, bytes.size()), context(), spans_, base_ + start, depth_ + 1);
        inner->describe(inside);
        inside.finish();
        if (inside.failed()) spans_[own].note = inside.error().text();
    }
    void on_enter(std::string_view name, size_t index) override {
        marks_.push_back(path_.size());
        path_ += name;
        path_ += '[';
        path_ += std::to_string(index);
        path_ += "].";
    }
    void on_leave() override {
        path_.resize(marks_.back());
        marks_.pop_back();
    }

   private:
    // An encapsulated message can hold an encapsulated message.
    static constexpr unsigned kMaxDepth = 4;

    Span& note(const Field& field, size_t start, size_t size) {
        Span& span = spans_.emplace_back();
        span.path = path_;
        span.path += field.name;
        span.field = field;
        span.offset = base_ + start;
        span.size = size;
        span.depth = depth_;
        return span;
    }

    ByteView whole_;
    std::vector<Span>& spans_;
    size_t base_;
    unsigned depth_;
    std::string path_;
    std::vector<size_t> marks_;
};

void take_apart(Annotation& result, Described& structure, ByteView bytes, const Context& context) {
    Annotator annotator(bytes, context, result.spans, 0, 0);
    structure.describe(annotator);
    annotator.finish();
    result.used = annotator.position();
    if (annotator.failed()) result.error = annotator.error();
}

}  // namespace

const Span* Annotation::find(std::string_view path) const {
    for (const Span& span : spans) {
        if (span.depth == 0 && span.path == path) return &span;
    }
    return nullptr;
}

Annotation annotate(ByteView bytes, const Context& context) {
    Annotation result;
    if (bytes.size() < 2) {
        result.error = Error{Errc::truncated, "header", bytes.size(), "shorter than a header"};
        return result;
    }
    result.info = message_info(code_of(bytes));
    if (result.info == nullptr) {
        result.error = Error{Errc::bad_code, "RequestResponseCode", 1, "no such message"};
        return result;
    }
    take_apart(result, *result.info->make(), bytes, context);
    return result;
}

Annotation annotate_as(ByteView bytes, Described& structure, const Context& context) {
    Annotation result;
    take_apart(result, structure, bytes, context);
    return result;
}

bool reserved_in_use(const Span& span, ByteView bytes, Version version) {
    if (span.number) return (span.value & reserved_bits(span.field, span.size, version)) != 0;
    return span.field.kind == FieldKind::reserved &&
           std::ranges::any_of(bytes.subspan(span.offset, span.size), [](uint8_t byte) { return byte != 0; });
}

}  // namespace assay::wire
