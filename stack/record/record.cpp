#include "stack/record/record.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "stack/base/reader.h"

namespace assay::record {

namespace {

using crypto::kAeadIvSize;
using crypto::kAeadTagSize;

constexpr size_t kNumberSize = 8;
// What goes before the application data is gathered with so much of it: a part that does not end with a block
// makes all that follows it slower, and OpenSSL's AES-GCM interleaves from this size on. What is shorter than
// that is one part.
constexpr size_t kGathered = 64;

// The message types that MCTP and DSP0287 have for SPDM; DSP0287's after its BindingVersion.
constexpr uint8_t kMctpSpdm[] = {0x05};
constexpr uint8_t kTcpSpdm[] = {0x01, 0x05};

void store_le(std::span<uint8_t> out, uint64_t value) {
    for (uint8_t& byte : out) {
        byte = static_cast<uint8_t>(value);
        value >>= 8;
    }
}

size_t header_size(const Transport& transport) { return 4 + transport.sequence_size + 2; }

void write_header(std::span<uint8_t> header, const SealOptions& options, size_t length) {
    store_le(header.first(4), options.session_id);
    store_le(header.subspan(4, header.size() - 6), options.stated.value_or(options.sequence));
    store_le(header.last(2), length);
}

// The IV of one record: that of the key, with the number XORed to its beginning or to its end. Eight bytes at
// once: what was written byte by byte is slow to be read as a whole.
std::array<uint8_t, kAeadIvSize> nonce(ByteView iv, const SealOptions& options) {
    std::array<uint8_t, kAeadIvSize> nonce{};
    std::memcpy(nonce.data(), iv.data(), kAeadIvSize);
    const bool little = options.order == NonceOrder::little;
    const bool swapped = little != (std::endian::native == std::endian::little);
    const uint64_t number = swapped ? std::byteswap(options.sequence) : options.sequence;
    const auto mask = [&](uint8_t* at) {
        uint64_t eight = 0;
        std::memcpy(&eight, at, kNumberSize);
        eight ^= number;
        std::memcpy(at, &eight, kNumberSize);
    };
    if (little) {
        mask(nonce.data());
    } else {
        mask(nonce.data() + kAeadIvSize - kNumberSize);
    }
    return nonce;
}

// The body without the tag. Without room for one there is no text either.
ByteView text_of(const Parsed& record) {
    return record.body.first(record.body.size() - std::min(record.body.size(), kAeadTagSize));
}

// What a record that is not encrypted authenticates: its header and, behind it, its text.
ByteView header_and_text(const Parsed& record) {
    return {record.header.data(), record.header.size() + text_of(record).size()};
}

}  // namespace

const Transport& mctp() {
    static constexpr Transport kTransport{.sequence_size = 2, .max_random = 32, .spdm_prefix = kMctpSpdm};
    return kTransport;
}

const Transport& doe() {
    static constexpr Transport kTransport{};
    return kTransport;
}

// As DMTF's implementation has it: the header that a message outside sessions has, once more.
const Transport& tcp() {
    static constexpr Transport kTransport{.spdm_length_size = 2, .spdm_prefix = kTcpSpdm};
    return kTransport;
}

const Transport& none() {
    static constexpr Transport kTransport{};
    return kTransport;
}

Bytes to_application(const Transport& transport, ByteView spdm_message) {
    Bytes data(transport.spdm_length_size);
    data.reserve(data.size() + transport.spdm_prefix.size() + spdm_message.size());
    store_le(data, transport.spdm_prefix.size() + spdm_message.size());
    append(data, transport.spdm_prefix);
    append(data, spdm_message);
    return data;
}

std::optional<ByteView> from_application(const Transport& transport, ByteView application_data) {
    Reader in(application_data);
    if (transport.spdm_length_size != 0) {
        auto length = in.uint_le(transport.spdm_length_size, "PayloadLen");
        if (!length || *length != in.remaining()) return std::nullopt;
    }
    auto prefix = in.take(transport.spdm_prefix.size(), "type");
    if (!prefix || !equal(*prefix, transport.spdm_prefix)) return std::nullopt;
    return in.rest();
}

Result<Parsed> parse(ByteView record, const Transport& transport) {
    Reader in(record);
    Parsed parsed;
    parsed.session_id = TRY(in.u32("SessionID"));
    if (transport.sequence_size != 0) {
        parsed.sequence = TRY(in.uint_le(transport.sequence_size, "SequenceNumber"));
    }
    parsed.length = TRY(in.u16("Length"));
    parsed.header = record.first(in.offset());
    parsed.body = in.rest();
    parsed.body = parsed.body.first(std::min<size_t>(parsed.length, parsed.body.size()));
    parsed.complete = parsed.body.size() == parsed.length && parsed.length >= kAeadTagSize;
    return parsed;
}

Result<TrafficKey> TrafficKey::make(const crypto::Provider& provider, crypto::AeadAlgo algo, ByteView key,
                                    ByteView iv) {
    if (iv.size() != kAeadIvSize) return fail(Errc::bad_key, "AEAD IV");
    return TrafficKey(TRY(provider.new_aead(algo, key)), SecretBytes(iv));
}

Result<Bytes> TrafficKey::seal(const SealOptions& options, const Transport& transport,
                               ByteView application_data, ByteView random) const {
    Bytes record;
    TRY(seal_into(record, options, transport, application_data, random));
    return record;
}

Result<> TrafficKey::seal_into(Bytes& record, const SealOptions& options, const Transport& transport,
                               ByteView application_data, ByteView random) const {
    if (options.protection == Protection::mac_only) {
        return seal_parts(record, options, transport, {application_data});
    }
    // More than 16 bits are refused with the Length that would count them.
    std::array<uint8_t, kGathered> first{};
    const size_t gathered = std::min(application_data.size(), kGathered - 2);
    store_le(std::span(first).first(2), application_data.size());
    if (gathered != 0) std::memcpy(first.data() + 2, application_data.data(), gathered);
    return seal_parts(record, options, transport,
                      {std::span(first).first(2 + gathered), application_data.subspan(gathered), random});
}

Result<Bytes> TrafficKey::seal_raw(const SealOptions& options, const Transport& transport,
                                   ByteView plaintext) const {
    Bytes record;
    TRY(seal_parts(record, options, transport, {plaintext}));
    return record;
}

Result<> TrafficKey::seal_parts(Bytes& record, const SealOptions& options, const Transport& transport,
                                const Parts& plaintext) const {
    size_t length = kAeadTagSize;
    for (const ByteView part : plaintext) length += part.size();
    if (length > UINT16_MAX) return fail(Errc::out_of_range, "Length", Error::npos, "more than 16 bits");
    record.resize(header_size(transport) + length);
    const std::span<uint8_t> header = std::span(record).first(header_size(transport));
    const std::span<uint8_t> body = std::span(record).subspan(header.size());
    write_header(header, options, static_cast<size_t>(static_cast<int>(length) + options.longer));
    const auto iv = nonce(iv_.view(), options);
    if (options.protection == Protection::encrypt) return aead_->seal(iv, header, plaintext, body);
    auto end = body.begin();
    for (const ByteView part : plaintext) end = std::ranges::copy(part, end).out;
    return aead_->seal(iv, ByteView(record).first(record.size() - kAeadTagSize), {}, body.last(kAeadTagSize));
}

Result<Bytes> TrafficKey::open(const SealOptions& options, const Parsed& record) const {
    Bytes plaintext;
    TRY(open_into(plaintext, options, record));
    return plaintext;
}

Result<> TrafficKey::open_into(Bytes& plaintext, const SealOptions& options, const Parsed& record) const {
    const ByteView text = text_of(record);
    const auto iv = nonce(iv_.view(), options);
    if (options.protection == Protection::mac_only) {
        plaintext.clear();
        TRY(aead_->open(iv, header_and_text(record), record.body.subspan(text.size()), {}));
        plaintext.assign(text.begin(), text.end());
        return {};
    }
    plaintext.resize(text.size());
    return aead_->open(iv, record.header, record.body, plaintext);
}

Bytes TrafficKey::open_unverified(const SealOptions& options, const Parsed& record) const {
    const ByteView text = text_of(record);
    if (options.protection == Protection::mac_only) return to_bytes(text);
    // All AEADs here are stream ciphers: what encrypts the plaintext decrypts the ciphertext.
    Bytes plaintext(text.size() + kAeadTagSize);
    if (!aead_->seal(nonce(iv_.view(), options), record.header, std::span(&text, 1), plaintext)) return {};
    plaintext.resize(text.size());
    return plaintext;
}

Result<ByteView> application_data(Protection protection, ByteView plaintext) {
    if (protection == Protection::mac_only) return plaintext;
    Reader in(plaintext);
    const uint16_t size = TRY(in.u16("ApplicationDataLength"));
    if (size > in.remaining()) {
        return fail(Errc::out_of_range, "ApplicationDataLength", 0, "counts more bytes than there are");
    }
    return in.take(size, "application data");
}

}  // namespace assay::record
