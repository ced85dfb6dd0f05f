#include "stack/evidence/quote.h"

#include <algorithm>

#include "stack/wire/encode.h"

namespace assay::evidence {

namespace {

using wire::Field;

// The sizes that a TPM's buffers have in TPM 2.0 Library Part 2 (annex A): of a TPM2B_NAME, TPM2B_DATA,
// TPM2B_DIGEST, TPM2B_PUBLIC_KEY_RSA and TPM2B_ECC_PARAMETER, banks of a TPML_PCR_SELECTION, and bytes of
// registers.
constexpr uint64_t kMaxName = 68, kMaxData = 64, kMaxDigest = 64, kMaxRsa = 512, kMaxEcc = 128,
                   kMaxBanks = 16, kMaxSelect = 4;
constexpr size_t kMinSelection = 3;

constexpr wire::ValueName kTypes[] = {{kTpmQuote, "TPM_ST_ATTEST_QUOTE"}};
constexpr wire::ValueName kSchemes[] = {{tpm_alg::rsassa, "TPM_ALG_RSASSA"},
                                        {tpm_alg::rsapss, "TPM_ALG_RSAPSS"},
                                        {tpm_alg::ecdsa, "TPM_ALG_ECDSA"}};
constexpr wire::ValueName kHashes[] = {{tpm_alg::sha1, "TPM_ALG_SHA1"},
                                       {tpm_alg::sha256, "TPM_ALG_SHA256"},
                                       {tpm_alg::sha384, "TPM_ALG_SHA384"},
                                       {tpm_alg::sha512, "TPM_ALG_SHA512"}};

constexpr Field big(std::string_view name) { return {.name = name, .big_endian = true}; }
constexpr Field big(std::string_view name, std::span<const wire::ValueName> names) {
    return {.name = name, .kind = wire::FieldKind::enumeration, .names = names, .big_endian = true};
}

// A TPM2B: its size and its bytes.
void sized(wire::Visitor& v, const Field& size, const Field& buffer, Bytes& value) {
    v.length(size, 2, value);
    v.blob(buffer, value);
}
constexpr Field size_of(std::string_view name, std::string_view counts, uint64_t max) {
    return {.name = name, .max = max, .counts = counts, .big_endian = true};
}

bool is_rsa(uint16_t algorithm) { return algorithm == tpm_alg::rsassa || algorithm == tpm_alg::rsapss; }

}  // namespace

void Selection::describe(wire::Visitor& v) {
    Bytes select(size);
    for (const uint32_t index : indexes)
        if (index / 8 < select.size()) select[index / 8] |= static_cast<uint8_t>(1U << index % 8);
    v.u16(big("hash", kHashes), algorithm);
    v.length(size_of("sizeofSelect", "pcrSelect", kMaxSelect), 1, select);
    v.blob({.name = "pcrSelect"}, select);
    if (!v.decoding() || v.failed()) return;
    size = static_cast<uint8_t>(select.size());
    indexes.clear();
    for (uint32_t index = 0; index < 8 * select.size(); ++index)
        if ((select[index / 8] >> index % 8 & 1) != 0) indexes.push_back(index);
}

void Quote::describe(wire::Visitor& v) {
    v.u32(big("magic"), magic);
    v.u16(big("type", kTypes), type);
    sized(v, size_of("qualifiedSigner.size", "qualifiedSigner.name", kMaxName),
          {.name = "qualifiedSigner.name"}, qualified_signer);
    sized(v, size_of("extraData.size", "extraData.buffer", kMaxData), {.name = "extraData.buffer"},
          extra_data);
    v.u64(big("clockInfo.clock"), clock);
    v.u32(big("clockInfo.resetCount"), reset_count);
    v.u32(big("clockInfo.restartCount"), restart_count);
    v.u8({.name = "clockInfo.safe"}, safe);
    v.u64(big("firmwareVersion"), firmware_version);
    v.count({.name = "pcrSelect.count",
             .kind = wire::FieldKind::count,
             .max = kMaxBanks,
             .counts = "pcrSelections",
             .big_endian = true},
            4, selections, kMinSelection);
    v.list("pcrSelections", selections, [](wire::Visitor& inner, Selection& one) { one.describe(inner); });
    sized(v, size_of("pcrDigest.size", "pcrDigest.buffer", kMaxDigest),
          {.name = "pcrDigest.buffer", .kind = wire::FieldKind::digest}, digest);
}

Bytes marshal(const Quote& quote) { return wire::encode_raw(quote, {}); }

void QuoteSignature::describe(wire::Visitor& v) {
    v.u16(big("sigAlg", kSchemes), algorithm);
    v.u16(big("hash", kHashes), hash);
    const auto part = [&](const Field& size, std::string_view name, Bytes& value) {
        sized(v, size, {.name = name, .kind = wire::FieldKind::signature}, value);
    };
    const bool ecdsa = v.decoding() ? algorithm == tpm_alg::ecdsa : rsa.empty() && other.empty();
    if (ecdsa) {
        part(size_of("signatureR.size", "signatureR.buffer", kMaxEcc), "signatureR.buffer", r);
        part(size_of("signatureS.size", "signatureS.buffer", kMaxEcc), "signatureS.buffer", s);
    } else if (v.decoding() ? is_rsa(algorithm) : !rsa.empty()) {
        part(size_of("sig.size", "sig.buffer", kMaxRsa), "sig.buffer", rsa);
    } else {
        v.rest({.name = "signature"}, other);
    }
}

Bytes marshal(const QuoteSignature& signature) { return wire::encode_raw(signature, {}); }

}  // namespace assay::evidence
