// What every execution needs and none changes: built once.
#pragma once

#include <map>

#include "conformance/lab/observer.h"
#include "stack/crypto/provider.h"
#include "stack/spdm/device.h"

namespace assay::fuzz {

// The reference device with deterministic, fast cryptography behind it.
struct World {
    const crypto::Provider& provider = crypto::fast_provider();
    std::shared_ptr<const spdm::Device> device;
    std::vector<crypto::Certificate> roots;
    lab::LeafKeys leaf_keys;

    // A slot's chain structure as the device has it for these parameters; empty when there is none.
    const Bytes& chain(const spdm::Parameters& parameters, uint8_t slot);

   private:
    std::map<std::tuple<uint32_t, uint32_t, uint8_t, uint8_t>, Bytes> chains_;
};

World& world();

}  // namespace assay::fuzz
