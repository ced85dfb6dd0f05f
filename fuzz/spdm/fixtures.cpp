#include "fuzz/spdm/fixtures.h"

#include <cstdlib>

#include "conformance/lab/reference.h"
#include "fuzz/spdm/targets.h"
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
    for (wire::Code code : {wire::code::challenge, wire::code::get_measurements}) {
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

Fixtures::Fixtures(const crypto::Provider& given) : provider(given), devices(make_devices()) {
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
    make_session_devices();
#ifdef ASSAY_HARNESS
    const char* defect = std::getenv("ASSAY_DEFECT");
    const char* check = std::getenv("ASSAY_WAIVE");
    if (auto wanted = defect ? spdm::defect_from_name(defect) : std::nullopt) faults.plant(*wanted);
    if (auto wanted = check ? spdm::check_from_name(check) : std::nullopt) faults.waive(*wanted);
#endif
    memo.freeze();
}

// The forms of mutual authentication, both kinds of pre-shared keys, transports, and what becomes of bad
// records.
void Fixtures::make_session_devices() {
    struct Variant {
        const record::Transport* transport;
        uint8_t mutual;
        uint32_t psk;
        spdm::BadRecord bad_record;
    };
    const Variant variants[] = {
        {&record::mctp(), wire::mut_auth::encapsulated, cap::psk_with_context, spdm::BadRecord::answer},
        {&record::doe(), wire::mut_auth::implicit_get_digests, cap::psk_no_context, spdm::BadRecord::end},
        {&record::tcp(), wire::mut_auth::plain, cap::psk_with_context, spdm::BadRecord::drop},
        {&record::none(), 0, cap::psk_no_context, spdm::BadRecord::answer}};
    for (const Variant& variant : variants) {
        lab::ReferenceOptions options;
        options.transport = variant.transport;
        options.mut_auth_requested = variant.mutual;
        options.basic_mut_auth = variant.mutual != 0;
        options.requester_known = variant.mutual == wire::mut_auth::plain;
        options.flags = (lab::kReferenceFlags & ~cap::psk) | variant.psk;
        options.bad_record = variant.bad_record;
        auto device = std::make_shared<spdm::Device>(*lab::make_reference_device(options));
        device->deferrals.clear();
        device->max_sessions = 3;
        device->requester_trust.read_chain = [this](ByteView der) { return memo.read(der); };
        device->requester_trust.judge_chain = [this](const auto& chain, const auto& policy) {
            return memo.judge(chain, policy);
        };
        for (Version version : wire::kVersions) learn_requester(*device, version);
        session_devices.push_back(std::move(device));
    }
}

// Has the requester's chains judged once, whatever the algorithm.
void Fixtures::learn_requester(const spdm::Device& device, Version version) {
    for (const auto& [algo, slots] : lab::reference_requester().identities) {
        for (const auto& slot : slots) {
            if (!slot) continue;
            auto certificates = memo.read(slot->certificates);
            if (!certificates) continue;
            crypto::ChainPolicy policy;
            policy.roots = device.requester_trust.roots;
            policy.time = device.requester_trust.time;
            policy.leaf_algo = algo;
            policy.role = crypto::ChainPolicy::Role::requester;
            policy.basic_constraints_required = version >= Version::v1_3;
            memo.judge(*certificates, policy);
            for (uint32_t hash_bit = 1; hash_bit <= spdm::kAllBaseHash; hash_bit <<= 1) {
                auto hash = spdm::hash_algo(hash_bit);
                if (hash)
                    leaf_keys.emplace(slot->chain(provider, *hash, version),
                                      certificates->back().public_key());
            }
        }
    }
}

void Fixtures::learn_chains(Version version) {
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

void Fixtures::learn_walk(Version version) {
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

const Bytes& Fixtures::chain(const spdm::Parameters& parameters, uint8_t slot) const {
    static const Bytes kNone;
    auto known = chains_.find({parameters.base_asym, parameters.base_hash, parameters.version, slot});
    return known == chains_.end() ? kNone : known->second;
}

Fixtures& fixtures() {
    // Kept to the end: what they hold outlives every static.
    static Fixtures* the_fixtures = new Fixtures(crypto::fast_provider());
    return *the_fixtures;
}

Fixtures& real_fixtures() {
    static Fixtures* the_fixtures = new Fixtures(crypto::openssl_provider());
    return *the_fixtures;
}

void prepare_fixtures() { fixtures(); }
void prepare_real_fixtures() { real_fixtures(); }

}  // namespace assay::fuzz
