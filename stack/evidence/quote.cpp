#include "stack/evidence/quote.h"

#include "stack/base/writer.h"

namespace assay::evidence {

namespace {

constexpr size_t kSelect = 3;  // bytes of pcrSelect: 24 registers

void write_sized(Writer& out, ByteView bytes) { out.uint_be(bytes.size(), 2).bytes(bytes); }

}  // namespace

Bytes marshal(const Quote& quote) {
    Writer out;
    out.uint_be(quote.magic, 4).uint_be(quote.type, 2);
    write_sized(out, quote.qualified_signer);
    write_sized(out, quote.extra_data);
    out.uint_be(quote.clock, 8).uint_be(quote.reset_count, 4).uint_be(quote.restart_count, 4).u8(1);
    out.uint_be(quote.firmware_version, 8).uint_be(quote.selections.size(), 4);
    for (const Selection& selection : quote.selections) {
        uint32_t bits = 0;
        for (const uint32_t index : selection.indexes) bits |= 1U << index;
        out.uint_be(selection.algorithm, 2).u8(kSelect).uint_le(bits, kSelect);
    }
    write_sized(out, quote.digest);
    return std::move(out).take();
}

Bytes marshal(const QuoteSignature& signature) {
    Writer out;
    out.uint_be(signature.algorithm, 2).uint_be(signature.hash, 2);
    if (signature.rsa.empty()) {
        write_sized(out, signature.r);
        write_sized(out, signature.s);
    } else {
        write_sized(out, signature.rsa);
    }
    return std::move(out).take();
}

}  // namespace assay::evidence
