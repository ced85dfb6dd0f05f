#include "stack/guest/golden_verifier.h"

#include <fmt/format.h>

#include "stack/spdm/signing.h"
#include "stack/wire/decode.h"
#include "stack/wire/messages/measurements.h"

namespace assay::guest {

namespace {

constexpr auto kAlgo = crypto::SignAlgo::ecdsa_p384;
constexpr auto kHash = crypto::HashAlgo::sha384;

wire::Context context_of(wire::Version version) {
    wire::Context context;
    context.version = version;
    context.hash_size = static_cast<uint16_t>(crypto::digest_size(kHash));
    context.signature_size = static_cast<uint16_t>(crypto::signature_size(kAlgo));
    context.signed_response = true;
    return context;
}

// L1/L2: VCA is part of it from 1.2 on.
crypto::Digest signed_digest(const Evidence& evidence, size_t signature_size) {
    auto hash = crypto::openssl_provider().new_hash(kHash);
    if (evidence.version >= wire::Version::v1_2) hash->update(evidence.vca);
    hash->update(evidence.request);
    hash->update(ByteView(evidence.response).first(evidence.response.size() - signature_size));
    return hash->digest();
}

}  // namespace

Golden golden_of(const std::vector<device::Component>& firmware, device::Mode mode) {
    Golden golden;
    const auto digest = [](ByteView bytes) {
        auto hash = crypto::openssl_provider().new_hash(kHash);
        hash->update(bytes);
        return to_bytes(hash->digest().view());
    };
    uint8_t index = 1;
    for (const device::Component& component : firmware) golden[index++] = digest(component.measured());
    golden[device::kModeIndex] = digest(Bytes{static_cast<uint8_t>(mode)});
    return golden;
}

Judgement GoldenVerifier::judge(const Evidence& evidence, const wire::Nonce& nonce) {
    std::string reason = fault(evidence, nonce);
    return {.accepted = reason.empty(), .nonce = nonce, .reason = std::move(reason)};
}

std::string GoldenVerifier::fault(const Evidence& evidence, const wire::Nonce& nonce) const {
    const wire::Context context = context_of(evidence.version);
    auto request = wire::decode_exact<wire::GetMeasurements>(evidence.request, context);
    auto response = wire::decode_exact<wire::Measurements>(evidence.response, context);
    auto chain = crypto::parse_certificates(evidence.certificates);
    if (!request || !response || !chain) return "form";
    const crypto::ChainPolicy policy{.roots = roots_, .time = time_, .leaf_algo = kAlgo};
    if (!crypto::chain_violations(*chain, policy).empty()) return "chain";
    const spdm::Suite suite{.sign = kAlgo, .hash = kHash, .version = evidence.version};
    if (!spdm::verify_transcript(crypto::openssl_provider(), suite, chain->back().public_key(),
                                 spdm::kMeasurementsContext,
                                 signed_digest(evidence, response->signature.size()), response->signature)) {
        return "signature";
    }
    if (request->nonce != nonce) return "nonce";
    auto record = wire::decode_exact<wire::MeasurementRecord>(response->measurement_record, context);
    if (!record) return "form";
    std::map<uint8_t, Bytes> said;
    for (const wire::MeasurementBlock& block : record->blocks) said[block.index] = block.value;
    for (const auto& [index, value] : golden_) {
        const auto found = said.find(index);
        if (found == said.end() || found->second != value) return fmt::format("measurement {}", index);
    }
    return {};
}

}  // namespace assay::guest
