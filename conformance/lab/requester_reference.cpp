#include "conformance/lab/requester_reference.h"

#include "conformance/lab/hostile_responder.h"
#include "conformance/lab/reference.h"
#include "stack/spdm/session_walk.h"

namespace assay::lab {

namespace {

// Several portions a chain.
constexpr uint16_t kPortion = 300;

spdm::RequesterConfig config_of(const RequesterSettings& settings) {
    spdm::RequesterConfig config;
    config.versions = settings.versions;
    config.flags = settings.flags;
    config.base_asym = settings.base_asym;
    config.base_hash = settings.base_hash;
    config.dhe = settings.dhe;
    config.aead = settings.aead;
    config.req_base_asym = settings.req_base_asym;
    if (settings.dhe != 0) config.key_schedule = wire::kKeyScheduleSpdm;
    config.opaque_formats = settings.opaque_formats;
    config.mel_specification = settings.mel_specification;
    config.transport = settings.transport;
    config.secured_versions = settings.secured_versions;
    config.aead_limit_exponent = settings.aead_limit_exponent;
    config.max_encapsulated_requests = settings.max_encapsulated_requests;
    config.roots = {hostile_pki().root};
    config.time = kHostileTime;
    config.pre_shared_key = hostile_psk();
    config.identities = requester_identities();
    return config;
}

spdm::SessionOptions session_of(const FlowOptions& flow) {
    spdm::SessionOptions options;
    options.psk = flow.flow == Flow::psk;
    options.sessions = flow.sessions;
    options.summary_type = flow.summary_type;
    options.key_updates = flow.key_updates;
    options.all_key_updates = flow.all_key_updates;
    options.req_session_id = flow.req_session_id;
    return options;
}

// Drives a requester against a peer, until it is done, gives up, or the peer has enough.
class Drive {
   public:
    Drive(spdm::Requester& requester, ResponderPeer& peer) : requester_(requester), peer_(peer) {}

    spdm::Checked<> everything(const FlowOptions& flow) {
        if (flow.flow != Flow::attestation) {
            for (unsigned i = 0; i < flow.times; ++i)
                TRY(walk(spdm::SessionWalk(requester_, session_of(flow))));
            return {};
        }
        TRY(walk(spdm::AttestationWalk(requester_, {.portion = kPortion, .every_slot = false})));
        // A fault that was accepted may have removed the measurements.
        if (requester_.parameters().measurement_specification == 0 || peer_.has_enough()) return {};
        TRY(exchange(requester_.get_measurements({.operation = 2})));
        return exchange(requester_.vendor_defined({.standard_id = 3, .vendor_id = {1, 2}, .payload = {}}));
    }

   private:
    template <class Walk>
    spdm::Checked<> walk(Walk walk) {
        while (auto send = walk.next()) {
            if (peer_.has_enough()) return {};
            const auto back = peer_.answer(send->message, send->secured);
            TRY(back ? walk.receive(back->bytes, back->secured) : walk.timed_out());
        }
        if (walk.refusal()) return std::unexpected(*walk.refusal());
        return {};
    }

    spdm::Checked<> exchange(Bytes sent) {
        while (!peer_.has_enough()) {
            const auto back = peer_.answer(sent, requester_.secured());
            spdm::Outcome outcome =
                TRY(back ? requester_.receive(back->bytes, back->secured) : requester_.timed_out());
            if (outcome.done()) break;
            sent = std::move(outcome.again);
        }
        return {};
    }

    spdm::Requester& requester_;
    ResponderPeer& peer_;
};

}  // namespace

const std::map<crypto::SignAlgo, spdm::Slots>& requester_identities() {
    static const std::map<crypto::SignAlgo, spdm::Slots> made = [] {
        std::map<crypto::SignAlgo, spdm::Slots> identities;
        for (const auto& [algo, slots] : reference_requester().identities)
            identities[algo][0] = identities[algo][3] = slots[0];
        return identities;
    }();
    return made;
}

Result<RequesterEnd> ReferenceRequester::run(const FlowOptions& flow, const RequesterSettings& settings,
                                             ResponderPeer& peer) {
    const spdm::RequesterConfig config = config_of(settings);
    SeededRandom random(flow.seed);
    spdm::Requester requester(config, crypto::openssl_provider(), random, faults_);
    const spdm::Checked<> ended = Drive(requester, peer).everything(flow);
    refusal_.reset();
    if (!ended) {
        refusal_ = ended.error();
        return RequesterEnd{.how = RequesterEnd::How::exited, .code = 1, .output = refusal_->text()};
    }
    if (peer.has_enough()) return RequesterEnd{.how = RequesterEnd::How::cut};
    return RequesterEnd{.how = RequesterEnd::How::exited};
}

}  // namespace assay::lab
