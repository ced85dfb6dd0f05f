#include "fuzz/world.h"

#include "conformance/lab/reference.h"

namespace assay::fuzz {

const Bytes& World::chain(const spdm::Parameters& parameters, uint8_t slot) {
    Bytes& chain =
        chains_[{parameters.base_asym, parameters.base_hash, wire::byte(parameters.version), slot}];
    if (!chain.empty()) return chain;
    spdm::Suite suite = parameters.suite();
    auto found = device->identities.find(suite.sign);
    if (found == device->identities.end() || slot >= spdm::kSlots || !found->second[slot]) return chain;
    return chain = found->second[slot]->chain(provider, suite.hash, parameters.version);
}

World& world() {
    static World* the_world = [] {
        auto* made = new World;  // kept to the end of the process: what it holds outlives every static
        lab::ReferenceOptions options;
        for (uint8_t code : {wire::code::challenge, wire::code::get_measurements}) {
            options.deferrals[code] = {.busy = 0, .not_ready = 1};
        }
        made->device = lab::make_reference_device(options);
        made->roots = lab::reference_roots();
        return made;
    }();
    return *the_world;
}

}  // namespace assay::fuzz
