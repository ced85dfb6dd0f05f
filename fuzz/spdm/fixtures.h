// What every execution needs and none changes: built once.
#pragma once

#include <map>
#include <tuple>

#include "conformance/lab/observer.h"
#include "fuzz/spdm/chain_memo.h"
#include "stack/crypto/provider.h"
#include "stack/spdm/device.h"
#include "stack/spdm/requester.h"

namespace assay::fuzz {

// Devices with deterministic, fast cryptography behind them, all with the same keys and chains; the
// reference, which puts off what takes long, is the first.
struct Fixtures {
    const crypto::Provider& provider;
    std::vector<std::shared_ptr<const spdm::Device>> devices;
    std::vector<std::shared_ptr<const spdm::Device>> session_devices;  // as the session targets choose them
    // What the environment wants planted in the devices: ASSAY_DEFECT=NAME, ASSAY_WAIVE=NAME.
    spdm::FaultConfig faults;
    lab::LeafKeys leaf_keys;
    spdm::RequesterConfig requester;  // trusts the devices' roots
    ChainMemo memo;                   // behind `requester`

    // The device that a byte of an input chooses.
    const spdm::Device& device(uint8_t choice) const { return *devices[choice % devices.size()]; }
    // A slot's chain structure as the devices have it for these parameters; empty when there is none.
    const Bytes& chain(const spdm::Parameters& parameters, uint8_t slot) const;

    explicit Fixtures(const crypto::Provider& given);

   private:
    void make_session_devices();
    void learn_requester(const spdm::Device& device, wire::Version version);
    void learn_chains(wire::Version version);
    void learn_walk(wire::Version version);

    // By BaseAsymSel, BaseHashSel, version, slot.
    std::map<std::tuple<uint32_t, uint32_t, wire::Version, uint8_t>, Bytes> chains_;
};

// The one with fast cryptography, made by the first call and never changed after it; and one with the real.
Fixtures& fixtures();
Fixtures& real_fixtures();

}  // namespace assay::fuzz
