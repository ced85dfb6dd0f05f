#include "stack/spdm/device.h"

#include "stack/spdm/algorithms.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/certificate.h"

namespace assay::spdm {

Bytes Identity::chain(const crypto::Provider& provider, crypto::HashAlgo hash, wire::Version version) const {
    wire::CertChain chain;
    chain.root_hash = to_bytes(provider.digest(hash, root_der).view());
    chain.certificates = certificates;
    wire::Context context;
    context.version = version;
    context.hash_size = static_cast<uint16_t>(crypto::digest_size(hash));
    return wire::encode_raw(chain, context);
}

uint32_t Device::base_asym() const {
    uint32_t bits = 0;
    for (const auto& [algo, slots] : identities) {
        if (slots[0]) bits |= bit(algo);
    }
    return bits;
}

wire::MeasurementBlock make_block(const Measurement& measurement, const crypto::Provider& provider,
                                  std::optional<crypto::HashAlgo> hash, bool raw_requested) {
    wire::MeasurementBlock block;
    block.index = measurement.index;
    block.measurement_specification = wire::kMeasurementSpecDmtf;
    block.value_type = measurement.value_type;
    if (raw_requested || measurement.raw_only || !hash) {
        block.value_type |= wire::value_type::raw_bit_stream;
        block.value = measurement.raw;
    } else {
        block.value = to_bytes(provider.digest(*hash, measurement.raw).view());
    }
    return block;
}

Bytes make_record(const Device& device, const crypto::Provider& provider,
                  std::optional<crypto::HashAlgo> hash, bool raw_requested,
                  const std::function<bool(const Measurement&)>& wanted) {
    Bytes record;
    for (const Measurement& measurement : device.measurements) {
        if (!wanted(measurement)) continue;
        append(record, wire::encode_raw(make_block(measurement, provider, hash, raw_requested), {}));
    }
    return record;
}

}  // namespace assay::spdm
