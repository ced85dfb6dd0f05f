#include "conformance/lab/transfer_script.h"

#include <algorithm>

#include "stack/base/reader.h"
#include "stack/base/writer.h"
#include "stack/crypto/kdf.h"

namespace assay::lab {

namespace {

constexpr size_t kTag = 16, kKey = 32, kRpcPage = 4096;

template <size_t N>
void copy_into(std::array<uint8_t, N>& out, ByteView bytes) {
    std::ranges::copy(bytes, out.begin());
}

Bytes expand(const crypto::Provider& provider, ByteView secret, std::string_view label) {
    const auto key = crypto::hkdf_expand(provider, crypto::HashAlgo::sha256, secret, as_bytes(label), kKey);
    return key ? to_bytes(key->view()) : Bytes();
}

}  // namespace

transfer::Iv channel_iv(uint32_t message, uint64_t channel, const transfer::Iv& mask) {
    Writer out;
    out.u32(message).u64(channel);
    transfer::Iv iv{};
    copy_into(iv, out.view());
    for (size_t i = 0; i < iv.size(); ++i) iv[i] ^= mask[i];
    return iv;
}

transfer::Iv gsp_iv(uint64_t message) {
    Writer out;
    out.u64(message).u32(0);
    transfer::Iv iv{};
    copy_into(iv, out.view());
    return iv;
}

PathScript::PathScript(ByteView export_secret, const crypto::Provider& provider)
    : provider_(provider), secret_(to_bytes(export_secret.first(std::min(kKey, export_secret.size())))) {}

Bytes PathScript::key(std::string_view label, unsigned version) const {
    Bytes key = expand(provider_, secret_, label);
    for (unsigned i = 0; i < version; ++i) {
        const crypto::Digest digest = provider_.digest(crypto::HashAlgo::sha256, key);
        key = expand(provider_, digest.view(), label);
    }
    return key;
}

PathBlock PathScript::seal(ByteView key, const transfer::Iv& iv, ByteView aad, ByteView text) const {
    PathBlock block{.text = Bytes(text.size()), .tag = Bytes(kTag)};
    auto aead = provider_.new_aead(crypto::AeadAlgo::aes_256_gcm, key);
    if (aead) std::ignore = (*aead)->seal_apart(iv, aad, text, block.text, block.tag);
    return block;
}

std::optional<Bytes> PathScript::open(ByteView key, const transfer::Iv& iv, ByteView aad,
                                      const PathBlock& block) const {
    Bytes text(block.text.size());
    auto aead = provider_.new_aead(crypto::AeadAlgo::aes_256_gcm, key);
    if (!aead || block.tag.size() != kTag) return std::nullopt;
    if (!(*aead)->open_apart(iv, aad, block.text, block.tag, text)) return std::nullopt;
    return text;
}

Bytes PathScript::work(std::span<const transfer::Method> methods, uint64_t number, uint64_t channel) const {
    Writer body;
    for (const transfer::Method& method : methods) body.u32(method.address).u32(method.data);
    Writer nonce;
    nonce.u64(number).u64(0).u64(0).u64(channel);
    const crypto::Digest mac = provider_.hmac(crypto::HashAlgo::sha256, key("cpu_sec2_hmac_user"),
                                              concat({body.view(), nonce.view()}));
    Writer out;
    out.u32(static_cast<uint32_t>(methods.size())).bytes(body.view()).bytes(mac.view());
    return std::move(out).take();
}

Bytes PathScript::rpc(std::string_view label, ByteView message, uint32_t sequence, uint64_t iv) const {
    Writer aad, text, out;
    aad.u32(sequence).zeros(12);
    text.u32(static_cast<uint32_t>(message.size())).bytes(message);
    text.zeros(kRpcPage - 44 - text.view().size());
    const PathBlock block = seal(key(label), gsp_iv(iv), aad.view(), text.view());
    out.bytes(block.tag).bytes(aad.view()).u32(0).u32(sequence).u32(1).bytes(block.text);
    Bytes element = std::move(out).take();
    fix_checksum(element);
    return element;
}

Bytes PathScript::semaphore(uint32_t value, uint32_t notifier, uint32_t message,
                            const transfer::Iv& mask) const {
    Writer text, out;
    text.u32(value);
    const PathBlock block = seal(key("Lce00_d2h_kernel"), channel_iv(message, 0, mask), {}, text.view());
    out.bytes(block.text).u32(notifier).zeros(8).bytes(block.tag);
    return std::move(out).take();
}

void fix_checksum(std::span<uint8_t> element) {
    constexpr size_t kChecksumAt = 32;
    std::ranges::fill(element.subspan(kChecksumAt, 4), uint8_t{0});
    std::array<uint8_t, 4> sum{};
    for (size_t at = 0; at < element.size(); ++at) sum[at % 4] ^= element[at];
    std::ranges::copy(sum, element.begin() + kChecksumAt);
}

}  // namespace assay::lab
