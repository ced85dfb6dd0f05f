#include "stack/crypto/rsa_key.h"

#include "stack/base/writer.h"

namespace assay::crypto {

namespace {

constexpr size_t kMaxModulus = 1024;
constexpr size_t kMaxExponent = 8;

// DER (X.690): length in as few bytes as it takes, up to 65535.
Bytes element(uint8_t tag, ByteView content) {
    Writer out;
    out.u8(tag);
    if (content.size() < 0x80) {
        out.uint_be(content.size(), 1);
    } else if (content.size() < 0x100) {
        out.u8(0x81).uint_be(content.size(), 1);
    } else {
        out.u8(0x82).uint_be(content.size(), 2);
    }
    out.bytes(content);
    return std::move(out).take();
}

ByteView without_zeros(ByteView number) {
    while (!number.empty() && number.front() == 0) number = number.subspan(1);
    return number;
}

Bytes integer(ByteView number) {
    // A leading bit would be a sign.
    return element(0x02, number.front() >= 0x80 ? concat({Bytes{0}, number}) : to_bytes(number));
}

}  // namespace

Result<PublicKey> rsa_public_key(ByteView modulus, ByteView exponent) {
    const ByteView n = without_zeros(modulus), e = without_zeros(exponent);
    if (n.empty() || e.empty() || n.size() > kMaxModulus || e.size() > kMaxExponent)
        return fail(Errc::bad_key, "RSA key", Error::npos, "its numbers are zero or too large");
    // RFC 3279, 2.3.1: rsaEncryption with NULL, and RSAPublicKey in a BIT STRING.
    static const Bytes algorithm = *from_hex("300d06092a864886f70d0101010500");
    const Bytes key = element(0x30, concat({integer(n), integer(e)}));
    const Bytes bits = element(0x03, concat({Bytes{0}, key}));
    return PublicKey::from_spki(element(0x30, concat({algorithm, bits})));
}

}  // namespace assay::crypto
