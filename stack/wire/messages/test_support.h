// What the tests of messages share: one check of a message's bytes in both directions, at every length.
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>

#include "stack/wire/decode.h"
#include "stack/wire/encode.h"

namespace assay::wire::test {

// Sizes that differ from each other, so that no field can be taken for another.
inline Context context_at(Version version) {
    return {.version = version,
            .hash_size = 4,
            .signature_size = 6,
            .requester_signature_size = 5,
            .exchange_size = 3};
}

// 32 bytes for nonces and other random data, 8 for contexts.
inline constexpr char kNonceHex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
inline constexpr char kContextHex[] = "c0c1c2c3c4c5c6c7";

inline Bytes bytes(std::string_view hex) {
    Result<Bytes> read = from_hex(hex);
    BOOST_REQUIRE_MESSAGE(read.has_value(), hex);
    return *read;
}

inline std::string text(const Error& error) {
    return std::string(name(error.code)) + " " + std::string(error.field);
}

template <class T>
T value_of(Result<T> result) {
    if (!result) BOOST_FAIL(result.error().text());
    return *std::move(result);
}

// "truncated Field", or "accepted".
template <class M>
std::string refusal(std::string_view hex, const Context& context) {
    Result<M> decoded = decode<M>(bytes(hex), context);
    return decoded ? "accepted" : text(decoded.error());
}
template <class M>
std::string encode_refusal(const M& message, const Context& context) {
    Result<Bytes> encoded = encode(message, context);
    return encoded ? "accepted" : text(encoded.error());
}

// Every length below the full one must be refused as too short, except those that end inside an open-ended
// last field, which begins at `open_from`. Lenient decoding takes them all.
template <class M>
void check_truncation(ByteView full, const Context& context, size_t open_from) {
    for (size_t size = 0; size < full.size(); ++size) {
        Result<M> decoded = decode<M>(full.first(size), context);
        BOOST_TEST(decoded.has_value() == (size >= open_from), "cut to " << size << " bytes");
        if (!decoded) {
            Errc code = decoded.error().code;
            bool too_short = code == Errc::truncated || code == Errc::inconsistent;
            BOOST_TEST(too_short, "cut to " << size << " bytes: " << decoded.error().text());
        }
        BOOST_TEST(decode<M>(full.first(size), context, {.lenient = true}).has_value());
    }
}

// Bytes after the message are left alone, unless its last field is open-ended.
template <class M>
void check_trailing(ByteView full, const Context& context, size_t open_from) {
    Bytes longer = to_bytes(full);
    longer.insert(longer.end(), 3, 0xee);
    size_t used = 0;
    BOOST_TEST(decode<M>(longer, context, {}, &used).has_value());
    BOOST_TEST(used == (open_from == SIZE_MAX ? full.size() : longer.size()));
}

// Decodes the message, which must take all of the bytes, and returns it. Both encoders must give the bytes
// back, and it must stand truncation and trailing bytes.
template <class M>
M round_trip(std::string_view hex, const Context& context, size_t open_from = SIZE_MAX) {
    Bytes full = bytes(hex);
    size_t used = 0;
    M message = value_of(decode<M>(full, context, {}, &used));
    BOOST_TEST(used == full.size());
    BOOST_TEST(to_hex(value_of(encode(message, context))) == to_hex(full));
    BOOST_TEST(to_hex(encode_raw(message, context)) == to_hex(full));
    check_truncation<M>(full, context, open_from);
    check_trailing<M>(full, context, open_from);
    return message;
}

}  // namespace assay::wire::test
