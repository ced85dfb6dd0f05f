// Bytes to messages.
#pragma once

#include "stack/base/reader.h"
#include "stack/wire/visitor.h"

namespace assay::wire {

struct DecodeOptions {
    // Reads missing bytes as zeros, cuts lengths to what is there and skips bounds: what a receiver without
    // its size checks would see. Never refuses.
    bool lenient = false;
};

// Fills a message in from bytes. Refuses, with field and offset: bytes that are missing (truncated), lengths
// that count more than there is, values outside a field's bounds, another message's code.
class Decoder : public Visitor {
   public:
    Decoder(ByteView bytes, const Context& context, DecodeOptions options = {})
        : Visitor(context), bytes_(bytes), options_(options) {}

    bool decoding() const override { return true; }
    size_t position() const override { return offset_; }
    // To be called after describe(): a message that states its total length must have used all of it.
    void finish();

   protected:
    void on_number(const Field& field, uint64_t& value, size_t width) override;
    void on_bytes(const Field& field, std::span<uint8_t> bytes) override;
    void on_total_length(const Field& field, size_t width) override;
    size_t remaining() const override { return bytes_.size() - offset_; }
    bool lenient() const override { return options_.lenient; }

   private:
    ByteView take(const Field& field, size_t size);

    ByteView bytes_;
    size_t offset_ = 0;
    DecodeOptions options_;
    bool total_stated_ = false;
};

// Decodes a message or structure `M` from the front of `bytes`. `used`, if given, receives how many bytes it
// takes; what follows is left alone (transports pad).
template <class M>
Result<M> decode(ByteView bytes, const Context& context, DecodeOptions options = {}, size_t* used = nullptr) {
    M message;
    Decoder decoder(bytes, context, options);
    message.describe(decoder);
    decoder.finish();
    if (decoder.failed()) return std::unexpected(decoder.error());
    if (used != nullptr) *used = decoder.position();
    return message;
}

// The same for a structure that must fill `bytes` exactly. Errors: also Errc::trailing.
template <class M>
Result<M> decode_exact(ByteView bytes, const Context& context) {
    size_t used = 0;
    M structure = TRY(decode<M>(bytes, context, {}, &used));
    if (used != bytes.size()) return fail(Errc::trailing, "structure", used, "bytes after the end");
    return structure;
}

}  // namespace assay::wire
