// Parsers of single messages and structures: total, and what decodes encodes to the same bytes.
#include <fmt/format.h>

#include "fuzz/common/coverage.h"
#include "fuzz/common/exact.h"
#include "fuzz/spdm/targets.h"
#include "stack/crypto/x509.h"
#include "stack/wire/annotate.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::fuzz {

namespace {

using namespace wire;

enum Kind : uint32_t { decoded = 1, refused, certificates, opaque };

// The largest message worth the time; longer inputs only repeat what shorter ones show.
constexpr size_t kMaxMessage = 4096;

// Byte 0: bits 2:0 version, 4:3 hash size, 6:5 signature size. Byte 1: bits of the connection and the
// request.
Context layout(uint8_t first, uint8_t second) {
    constexpr uint16_t kHash[] = {32, 48, 64, 4}, kSignature[] = {64, 96, 132, 8},
                       kExchange[] = {64, 96, 132, 8};
    Context context;
    context.version = kVersions[(first & 7) % kVersions.size()];
    context.hash_size = kHash[first >> 3 & 3];
    context.signature_size = context.requester_signature_size = kSignature[first >> 5 & 3];
    context.exchange_size = kExchange[second >> 6];
    context.multi_key = (second & 1) != 0;
    context.verify_data_in_exchange = (second & 2) == 0;
    context.verify_data_in_finish = (second & 2) != 0;
    context.measurement_summary = (second & 4) != 0;
    context.signed_response = (second & 8) != 0;
    return context;
}

// Every byte that was read belongs to one field, in order.
void check_annotation(ByteView message, const Annotation& annotation) {
    size_t at = 0;
    for (const Span& span : annotation.spans) {
        if (span.depth > 0) continue;
        if (span.offset != at) violated("spans follow one another", span.path);
        at = span.end();
    }
    if (at > message.size()) violated("spans lie in the message", annotation.spans.back().path);
}

void check_message(ByteView bytes, const Context& context) {
    Exact message(bytes);
    Annotation annotation = annotate(message, context);
    check_annotation(message, annotation);
    uint32_t code = bytes.size() > 1 ? bytes[1] : 0;
    size_t used = 0;
    auto decoded_message = decode_any(message, context, &used);
    if (!decoded_message) {
        feature(refused, code, byte(context.version), static_cast<uint32_t>(decoded_message.error().offset));
        return;
    }
    feature(decoded, code, byte(context.version), static_cast<uint32_t>(annotation.spans.size()));
    reached(fmt::format("{} at {}", message_name(wire::code_of(bytes)), name(context.version)));
    if (annotation.error || annotation.used != used) violated("annotator and decoder agree", to_hex(bytes));
    Bytes again = encode_any_raw(**decoded_message, context);
    if (!equal(again, bytes.first(used))) {
        violated("what decodes encodes to the same bytes", to_hex(bytes) + "\n" + to_hex(again));
    }
}

void check_input(ByteView input, uint8_t code_bit) {
    if (input.size() < 2) return;
    Context context = layout(input[0], input[1]);
    Bytes message = to_bytes(input.subspan(2, std::min(input.size() - 2, kMaxMessage)));
    if (message.size() > wire::kCodeAt)
        message[wire::kCodeAt] = static_cast<uint8_t>((message[wire::kCodeAt] & 0x7f) | code_bit);
    check_message(message, context);
}

template <class M>
void check_structure(ByteView bytes, const Context& context, uint32_t kind) {
    Exact exact(bytes);
    auto structure = decode_exact<M>(exact, context);
    feature(kind, structure.has_value(), byte(context.version),
            static_cast<uint32_t>(std::min<size_t>(bytes.size(), 64)));
    if (!structure) return;
    reached(fmt::format("structure {} at {}", kind, name(context.version)));
    if (encode_raw(*structure, context) != to_bytes(bytes)) {
        violated("a structure that decodes encodes to the same bytes", to_hex(bytes));
    }
}

}  // namespace

void request_parsing(ByteView input) { check_input(input, 0x80); }
void response_parsing(ByteView input) { check_input(input, 0x00); }

void certificate_chain(ByteView input) {
    if (input.empty()) return;
    Context context = layout(input[0], 0);
    ByteView bytes = input.subspan(1, std::min(input.size() - 1, 4 * kMaxMessage));
    check_structure<CertChain>(bytes, context, certificates);
    auto chain = decode_exact<CertChain>(bytes, context);
    if (!chain) return;
    auto read = crypto::parse_certificates(Exact(chain->certificates));
    feature(certificates, 2, read.has_value(), read ? static_cast<uint32_t>(read->size()) : 0);
    if (!read) return;
    reached("certificates parsed");
    crypto::ChainPolicy policy;
    policy.roots = {read->front()};
    policy.leaf_algo = crypto::SignAlgo::ecdsa_p256;
    policy.time = read->front().not_before();
    uint32_t broken = 0;
    for (crypto::ChainRule rule : crypto::chain_violations(*read, policy))
        broken |= 1U << static_cast<unsigned>(rule);
    feature(certificates, 3, broken);
}

void opaque_data(ByteView input) {
    if (input.empty()) return;
    Context context = layout(input[0], 0);
    ByteView bytes = input.subspan(1, std::min(input.size() - 1, kMaxMessage));
    check_structure<OpaqueData>(bytes, context, opaque);
    auto structure = decode_exact<OpaqueData>(bytes, context);
    if (!structure) return;
    for (const OpaqueElement& element : structure->elements)
        check_structure<SecuredMessageData>(element.data, context, opaque + 1);
}

}  // namespace assay::fuzz
