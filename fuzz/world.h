// What every execution needs and none changes: built once.
#pragma once

#include <map>
#include <tuple>

#include "conformance/lab/observer.h"
#include "fuzz/chain_memo.h"
#include "stack/crypto/provider.h"
#include "stack/spdm/device.h"
#include "stack/spdm/requester.h"

namespace assay::fuzz {

// Devices with deterministic, fast cryptography behind them, all with the same keys and chains; the
// reference, which puts off what takes long, is the first.
struct World {
    const crypto::Provider& provider = crypto::fast_provider();
    std::vector<std::shared_ptr<const spdm::Device>> devices;
    lab::LeafKeys leaf_keys;
    spdm::RequesterConfig requester;  // trusts the devices' roots
    ChainMemo memo;                   // behind `requester`

    // The device that a byte of an input chooses.
    const spdm::Device& device(uint8_t choice) const { return *devices[choice % devices.size()]; }
    // A slot's chain structure as the devices have it for these parameters; empty when there is none.
    const Bytes& chain(const spdm::Parameters& parameters, uint8_t slot) const;

    World();

   private:
    void learn_chains(wire::Version version);
    void learn_walk(wire::Version version);

    // By BaseAsymSel, BaseHashSel, version, slot.
    std::map<std::tuple<uint32_t, uint32_t, wire::Version, uint8_t>, Bytes> chains_;
};

// The only one, made by the first call and never changed after it.
World& world();

}  // namespace assay::fuzz
