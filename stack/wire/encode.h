// Messages to bytes: strictly, or raw, with any illegal content.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "stack/base/writer.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

// Writes a message. Strict: refuses values outside their bounds, non-zero reserved fields, byte strings that
// are not of the negotiated size, and writes the negotiated version into the header.
class Encoder : public Visitor {
   public:
    explicit Encoder(const Context& context) : Visitor(context) {}

    size_t position() const override { return out_.size(); }
    // The bytes. Call once, after describe().
    Bytes take();

   protected:
    void on_number(const Field& field, uint64_t& value, size_t width) override;
    void on_bytes(const Field& field, std::span<uint8_t> bytes) override;
    void on_total_length(const Field& field, size_t width) override;
    void write(const Field& field, uint64_t value, size_t width);

    Writer out_;

   private:
    size_t total_offset_ = 0;
    size_t total_width_ = 0;
};

// Writes what the message holds, legal or not.
class RawEncoder final : public Encoder {
   public:
    using Encoder::Encoder;

   protected:
    void on_number(const Field& field, uint64_t& value, size_t width) override { write(field, value, width); }
    void on_bytes(const Field&, std::span<uint8_t> bytes) override { out_.bytes(bytes); }
    bool lenient() const override { return true; }
};

// Encodes strictly. GET_VERSION and VERSION carry version 1.0 whatever the context says. Errors: the field
// that is illegal.
template <class M>
Result<Bytes> encode(const M& message, const Context& context) {
    Encoder encoder(context);
    M copy = message;
    copy.describe(encoder);
    if (encoder.failed()) return std::unexpected(encoder.error());
    return encoder.take();
}

// Encodes whatever the message holds, header version included. Never refuses. Wrong lengths and single wrong
// fields are made afterwards, on the bytes.
template <class M>
Bytes encode_raw(const M& message, const Context& context) {
    RawEncoder encoder(context);
    M copy = message;
    copy.describe(encoder);
    return encoder.take();
}

}  // namespace assay::wire
