#include "stack/attest/quote.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/crypto/rsa_pss.h"
#include "stack/wire/decode.h"

namespace assay::attest {

namespace {

namespace tpm_alg = evidence::tpm_alg;

std::optional<crypto::HashAlgo> hash_of(uint16_t algorithm) {
    switch (algorithm) {
        case tpm_alg::sha256: return crypto::HashAlgo::sha256;
        case tpm_alg::sha384: return crypto::HashAlgo::sha384;
        case tpm_alg::sha512: return crypto::HashAlgo::sha512;
        default: return std::nullopt;
    }
}

// What the key signs with, if the signature is of its kind.
std::optional<crypto::SignAlgo> sign_algo(uint16_t algorithm, const crypto::PublicKey& key) {
    using enum crypto::SignAlgo;
    static constexpr crypto::SignAlgo kRsassa[] = {rsassa_2048, rsassa_3072, rsassa_4096};
    static constexpr crypto::SignAlgo kRsapss[] = {rsapss_2048, rsapss_3072, rsapss_4096};
    static constexpr crypto::SignAlgo kEcdsa[] = {ecdsa_p256, ecdsa_p384, ecdsa_p521};
    const std::span<const crypto::SignAlgo> candidates = algorithm == tpm_alg::rsassa   ? kRsassa
                                                         : algorithm == tpm_alg::rsapss ? kRsapss
                                                                                        : kEcdsa;
    const auto found =
        std::ranges::find_if(candidates, [&](crypto::SignAlgo algo) { return key.fits(algo); });
    if (found == candidates.end()) return std::nullopt;
    return *found;
}

// A TPM leaves out leading zeros of its integers, or not; a signature here has them.
bool append_padded(Bytes& out, ByteView integer, size_t size) {
    while (integer.size() > size && integer.front() == 0) integer = integer.subspan(1);
    if (integer.size() > size) return false;
    out.resize(out.size() + size - integer.size());
    append(out, integer);
    return true;
}

}  // namespace

std::set<Register> registers_of(const Quote& quote) {
    std::set<Register> found;
    for (const Selection& selection : quote.selections) {
        const auto bank = bank_from_algorithm(selection.algorithm);
        if (!bank) continue;
        for (uint32_t index : selection.indexes) found.insert({*bank, index});
    }
    return found;
}

Result<Quote> parse_quote(ByteView bytes) { return wire::decode_exact<Quote>(bytes, {}); }

Result<QuoteSignature> parse_quote_signature(ByteView bytes) {
    return wire::decode_exact<QuoteSignature>(bytes, {});
}

bool allowed(const QuoteSignature& signature) {
    const bool scheme = signature.algorithm == tpm_alg::rsassa || signature.algorithm == tpm_alg::rsapss ||
                        signature.algorithm == tpm_alg::ecdsa;
    return scheme && (signature.hash == tpm_alg::sha256 || signature.hash == tpm_alg::sha384);
}

Result<> verify_quote(ByteView quote, const QuoteSignature& signature, const crypto::PublicKey& key) {
    const auto hash = hash_of(signature.hash);
    const bool ecdsa = signature.algorithm == tpm_alg::ecdsa;
    const bool rsa = signature.algorithm == tpm_alg::rsassa || signature.algorithm == tpm_alg::rsapss;
    if (!hash || (!ecdsa && !rsa)) return fail(Errc::unsupported, "sigAlg");
    const auto algo = sign_algo(signature.algorithm, key);
    if (!algo)
        return fail(Errc::bad_key, "attestation key", Error::npos, "of another kind than the signature");
    const size_t size = crypto::signature_size(*algo);
    Bytes raw;
    const bool fits =
        ecdsa ? append_padded(raw, signature.r, size / 2) && append_padded(raw, signature.s, size / 2)
              : append_padded(raw, signature.rsa, size);
    if (!fits) return fail(Errc::bad_signature, "signature", Error::npos, "longer than its key makes it");
    if (signature.algorithm == tpm_alg::rsapss) return crypto::verify_pss_any_salt(*hash, key, quote, raw);
    return crypto::openssl_provider().verify(*algo, *hash, key, {.bytes = quote}, raw);
}

Result<Bytes> quoted_digest(const Quote& quote, uint16_t hash, const Registers& values) {
    const auto with = bank_from_algorithm(hash);
    if (!with) return fail(Errc::unsupported, "hash");
    Bytes all;
    for (const Selection& selection : quote.selections) {
        const auto bank = bank_from_algorithm(selection.algorithm);
        for (uint32_t index : selection.indexes) {
            const auto value = bank ? values.find({*bank, index}) : values.end();
            if (value == values.end()) {
                return fail(
                    Errc::unsupported, "pcrSelect", Error::npos,
                    fmt::format("no value for register {} of bank {:#06x}", index, selection.algorithm));
            }
            append(all, value->second.view());
        }
    }
    return to_bytes(bank_digest(*with, all).view());
}

}  // namespace assay::attest
