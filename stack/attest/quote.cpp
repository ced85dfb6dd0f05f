#include "stack/attest/quote.h"

#include <fmt/format.h>
#include <tss2/tss2_mu.h>

#include <algorithm>
#include <iterator>

#include "stack/base/reader.h"
#include "stack/base/writer.h"
#include "stack/crypto/rsa_pss.h"

namespace assay::attest {

namespace {

namespace tpm_alg = evidence::tpm_alg;
using evidence::kTpmGenerated, evidence::kTpmQuote;

static_assert(kTpmGenerated == TPM2_GENERATED_VALUE && kTpmQuote == TPM2_ST_ATTEST_QUOTE &&
              tpm_alg::rsassa == TPM2_ALG_RSASSA && tpm_alg::rsapss == TPM2_ALG_RSAPSS &&
              tpm_alg::ecdsa == TPM2_ALG_ECDSA);

template <class Sized>
Bytes buffer_of(const Sized& sized) {
    return {std::begin(sized.buffer), std::begin(sized.buffer) + sized.size};
}

// Unmarshals a structure that fills `bytes` exactly.
template <class T>
Result<T> unmarshal(TSS2_RC (*function)(const uint8_t*, size_t, size_t*, T*), ByteView bytes,
                    std::string_view structure) {
    T value{};
    size_t offset = 0;
    const TSS2_RC code = function(bytes.data(), bytes.size(), &offset, &value);
    if (code != TSS2_RC_SUCCESS) {
        return fail(Errc::bad_code, structure, Error::npos, fmt::format("tss2-mu says {:#x}", code));
    }
    if (offset != bytes.size()) return fail(Errc::trailing, structure, offset);
    return value;
}

// Refuses a list of selections that tss2-mu would refuse too, but only after writing to standard error.
Result<> check_selections(Reader reader) {
    for (std::string_view field : {"qualifiedSigner", "extraData"})
        TRY(reader.take(TRY(reader.uint_be(2, field)), field));
    TRY(reader.take(8 + 4 + 4 + 1 + 8, "clockInfo to firmwareVersion"));
    const size_t at = reader.offset();
    const uint64_t count = TRY(reader.uint_be(4, "pcrSelect.count"));
    if (count > TPM2_NUM_PCR_BANKS) return fail(Errc::out_of_range, "pcrSelect.count", at);
    for (uint64_t i = 0; i < count; ++i) {
        TRY(reader.take(2, "pcrSelect.hash"));
        const uint8_t size = TRY(reader.u8("pcrSelect.sizeofSelect"));
        if (size > TPM2_PCR_SELECT_MAX)
            return fail(Errc::out_of_range, "pcrSelect.sizeofSelect", reader.offset() - 1);
        TRY(reader.take(size, "pcrSelect.pcrSelect"));
    }
    return {};
}

Selection selection_of(const TPMS_PCR_SELECTION& from) {
    Selection selection;
    selection.algorithm = from.hash;
    const size_t bytes = std::min<size_t>(from.sizeofSelect, std::size(from.pcrSelect));
    for (uint32_t index = 0; index < 8 * bytes; ++index) {
        if ((from.pcrSelect[index / 8] >> (index % 8) & 1) != 0) selection.indexes.push_back(index);
    }
    return selection;
}

std::optional<crypto::HashAlgo> hash_of(uint16_t algorithm) {
    switch (algorithm) {
        case TPM2_ALG_SHA256: return crypto::HashAlgo::sha256;
        case TPM2_ALG_SHA384: return crypto::HashAlgo::sha384;
        case TPM2_ALG_SHA512: return crypto::HashAlgo::sha512;
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

Result<Quote> parse_quote(ByteView bytes) {
    Quote quote;
    Reader reader(bytes);
    quote.magic = static_cast<uint32_t>(TRY(reader.uint_be(4, "magic")));
    quote.type = static_cast<uint16_t>(TRY(reader.uint_be(2, "type")));
    if (bytes.size() > kMaxQuote) return fail(Errc::trailing, "TPMS_ATTEST", kMaxQuote);
    TRY(check_selections(reader));
    // tss2-mu refuses another magic by itself, and reads another type as what it says.
    const Bytes as_quote =
        concat({Writer().uint_be(kTpmGenerated, 4).uint_be(kTpmQuote, 2).view(), reader.rest()});
    const TPMS_ATTEST attest = TRY(unmarshal(Tss2_MU_TPMS_ATTEST_Unmarshal, as_quote, "TPMS_ATTEST"));
    quote.qualified_signer.assign(attest.qualifiedSigner.name,
                                  attest.qualifiedSigner.name + attest.qualifiedSigner.size);
    quote.extra_data = buffer_of(attest.extraData);
    quote.clock = attest.clockInfo.clock;
    quote.reset_count = attest.clockInfo.resetCount;
    quote.restart_count = attest.clockInfo.restartCount;
    quote.firmware_version = attest.firmwareVersion;
    const TPML_PCR_SELECTION& list = attest.attested.quote.pcrSelect;
    for (size_t i = 0; i < std::min<size_t>(list.count, std::size(list.pcrSelections)); ++i)
        quote.selections.push_back(selection_of(list.pcrSelections[i]));
    quote.digest = buffer_of(attest.attested.quote.pcrDigest);
    return quote;
}

Result<QuoteSignature> parse_quote_signature(ByteView bytes) {
    QuoteSignature signature;
    Reader reader(bytes);
    signature.algorithm = static_cast<uint16_t>(TRY(reader.uint_be(2, "sigAlg")));
    signature.hash = static_cast<uint16_t>(TRY(reader.uint_be(2, "hash")));
    if (bytes.size() > kMaxQuote) return fail(Errc::trailing, "TPMT_SIGNATURE", kMaxQuote);
    const bool ecdsa = signature.algorithm == tpm_alg::ecdsa;
    if (!ecdsa && signature.algorithm != tpm_alg::rsassa && signature.algorithm != tpm_alg::rsapss)
        return signature;
    const TPMT_SIGNATURE read = TRY(unmarshal(Tss2_MU_TPMT_SIGNATURE_Unmarshal, bytes, "TPMT_SIGNATURE"));
    if (ecdsa) {
        signature.r = buffer_of(read.signature.ecdsa.signatureR);
        signature.s = buffer_of(read.signature.ecdsa.signatureS);
    } else {
        signature.rsa = buffer_of(signature.algorithm == tpm_alg::rsassa ? read.signature.rsassa.sig
                                                                         : read.signature.rsapss.sig);
    }
    return signature;
}

bool allowed(const QuoteSignature& signature) {
    const bool scheme = signature.algorithm == tpm_alg::rsassa || signature.algorithm == tpm_alg::rsapss ||
                        signature.algorithm == tpm_alg::ecdsa;
    return scheme && (signature.hash == TPM2_ALG_SHA256 || signature.hash == TPM2_ALG_SHA384);
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
