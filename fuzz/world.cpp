#include "fuzz/world.h"

#include "conformance/lab/reference.h"
#include "stack/spdm/attestation.h"
#include "stack/spdm/responder.h"
#include "stack/wire/decode.h"

namespace assay::fuzz {

namespace {

using wire::Version;
namespace cap = wire::cap;

// 2026-01-01.
constexpr crypto::UnixTime kNow{std::chrono::seconds{1767225600}};

std::vector<std::shared_ptr<const spdm::Device>> make_devices() {
    std::vector<std::shared_ptr<const spdm::Device>> devices;
    lab::ReferenceOptions reference, hashes_only, no_challenge, nothing;
    for (uint8_t code : {wire::code::challenge, wire::code::get_measurements}) {
        reference.deferrals[code] = {.busy = 0, .not_ready = 1};
    }
    hashes_only.flags = cap::cert | cap::chal | cap::meas_no_sig;
    no_challenge.flags = cap::cert | cap::meas_sig;
    no_challenge.versions = {Version::v1_1, Version::v1_3};
    nothing.flags = 0;
    for (const lab::ReferenceOptions& options : {reference, hashes_only, no_challenge, nothing}) {
        devices.push_back(lab::make_reference_device(options));
    }
    return devices;
}

}  // namespace

World::World() : devices(make_devices()) {
    requester.roots = lab::reference_roots();
    requester.time = kNow;
    requester.read_chain = [this](ByteView der) { return memo.read(der); };
    requester.judge_chain = [this](const auto& chain, const auto& policy) {
        return memo.judge(chain, policy);
    };
    for (Version version : wire::kVersions) {
        learn_chains(version);
        learn_walk(version);
    }
    memo.freeze();
}

void World::learn_chains(Version version) {
    for (const auto& [algo, slots] : devices.front()->identities) {
        for (uint32_t hash_bit = 1; hash_bit <= spdm::kAllBaseHash; hash_bit <<= 1) {
            for (uint8_t slot = 0; slot < spdm::kSlots; ++slot) {
                auto hash = spdm::hash_algo(hash_bit);
                if (!hash || !slots[slot]) continue;
                Bytes chain = slots[slot]->chain(provider, *hash, version);
                wire::Context context{.version = version,
                                      .hash_size = static_cast<uint16_t>(crypto::digest_size(*hash))};
                auto structure = wire::decode_exact<wire::CertChain>(chain, context);
                auto certificates = memo.read(structure->certificates);
                leaf_keys.emplace(chain, certificates->back().public_key());
                chains_.emplace(std::tuple{spdm::bit(algo), hash_bit, version, slot}, std::move(chain));
            }
        }
    }
}

void World::learn_walk(Version version) {
    spdm::RequesterConfig config = requester;
    config.versions = {version};
    SeededRandom ours(1), theirs(2);
    spdm::Responder responder(*devices.front(), provider, theirs);
    spdm::Requester walker(config, provider, ours);
    spdm::AttestationWalk walk(walker);
    while (auto next = walk.next()) {
        if (!walk.receive(responder.receive(next->message).value_or(Bytes{}))) break;
    }
}

const Bytes& World::chain(const spdm::Parameters& parameters, uint8_t slot) const {
    static const Bytes kNone;
    auto known = chains_.find({parameters.base_asym, parameters.base_hash, parameters.version, slot});
    return known == chains_.end() ? kNone : known->second;
}

World& world() {
    static World* the_world = new World;  // kept to the end: what it holds outlives every static
    return *the_world;
}

}  // namespace assay::fuzz
