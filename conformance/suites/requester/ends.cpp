#include "conformance/suites/requester/ends.h"

#include "conformance/lab/reference.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/messages/measurements.h"

namespace assay::cases::requester {

using namespace wire;

namespace {

// The capabilities of both ends of a session.
constexpr uint32_t kBoth =
    cap::mac | cap::encrypt | cap::key_ex | cap::hbeat | cap::key_upd | cap::encap | cap::mut_auth;
// What the requester offers where it can be told: P-256 and AES-256-GCM.
constexpr uint16_t kDhe = 0x08, kAead = 0x02;
constexpr crypto::SignAlgo kAlgo = crypto::SignAlgo::ecdsa_p256;
constexpr uint8_t kHeartbeatPeriod = 5;

std::vector<spdm::Measurement> measurements() {
    namespace type = wire::value_type;
    return {{.index = 1, .value_type = type::immutable_rom, .raw = Bytes(32, 1), .in_tcb = true},
            {.index = 2, .value_type = type::mutable_firmware, .raw = Bytes(40, 2)},
            {.index = 7, .value_type = type::firmware_configuration, .raw = Bytes(1, 3)},
            {.index = 16, .value_type = type::security_version, .raw = Bytes(8, 4), .raw_only = true},
            {.index = kDeviceModeIndex, .value_type = type::device_mode, .raw = Bytes(16), .raw_only = true}};
}

void add_identities(const ResponderOptions& options, spdm::Device& device) {
    for (const crypto::SignAlgo algo : lab::kHostileAlgos) {
        if (!options.identities.empty()) break;
        device.identities[algo][0] = device.identities[algo][2] =
            lab::identity_of(lab::hostile_pki(algo, options.issuers));
    }
    for (const auto& [algo, who] : options.identities)
        device.identities[algo][0] = device.identities[algo][2] = who;
}

void make_sessions_possible(const ResponderOptions& options, Ends& ends) {
    spdm::Device& device = ends.device;
    device.flags |= kBoth | cap::psk_with_context;
    device.dhe = spdm::kAllDhe;
    device.aead = spdm::kAllAead;
    device.req_base_asym = uint16_t{spdm::kAllBaseAsym};
    device.heartbeat_period = kHeartbeatPeriod;
    device.pre_shared_keys = {options.psk.value_or(lab::hostile_psk())};
    device.requester_trust.roots = options.requester_roots;
    device.requester_trust.time = options.judged_at.value_or(lab::kHostileTime);
    for (const auto& [algo, slots] : lab::requester_identities()) {
        auto certificates = crypto::parse_certificates(slots[0]->root_der);
        if (certificates) device.requester_trust.roots.push_back(certificates->front());
    }
    lab::RequesterSettings& settings = ends.settings;
    settings.flags = kBoth | cap::psk_requester | cap::cert | cap::chal;
    settings.dhe = kDhe;
    settings.aead = kAead;
    settings.req_base_asym = static_cast<uint16_t>(spdm::bit(kAlgo));
}

}  // namespace

Ends honest_ends(const ResponderOptions& options, Version version, lab::Flow flow,
                 const lab::RequesterDut& dut) {
    Ends ends;
    ends.issuers = options.issuers;
    ends.own_identity = options.identities.empty();
    ends.device.versions = {version};
    ends.device.measurements = measurements();
    ends.device.vendor = [](const VendorDefinedBody& request) -> std::optional<Bytes> {
        return request.payload;
    };
    add_identities(options, ends.device);
    ends.settings.versions = {version};
    ends.settings.base_asym = spdm::bit(kAlgo);
    ends.settings.base_hash = spdm::bit(crypto::HashAlgo::sha256);
    if (dut.transport() != nullptr) ends.device.transport = ends.settings.transport = dut.transport();
    if (flow != lab::Flow::attestation || !dut.configurable()) make_sessions_possible(options, ends);
    return ends;
}

Setup both(Setup first, Setup second) {
    return [first = std::move(first), second = std::move(second)](Ends& ends) {
        first(ends);
        second(ends);
    };
}

Setup identity(const std::function<void(spdm::Identity&)>& change) {
    return [change](Ends& ends) {
        for (auto& [algo, slots] : ends.device.identities) {
            for (auto& slot : slots) {
                if (slot) change(*slot);
            }
        }
    };
}

Setup leaf(const std::function<void(crypto::CertificateSpec&)>& change, std::string_view label) {
    return [change, label](Ends& ends) {
        if (!ends.own_identity) {
            ends.impossible = kOwnIssuer;
            return;
        }
        crypto::CertificateSpec spec;
        change(spec);
        for (auto& [algo, slots] : ends.device.identities) {
            const spdm::Identity who =
                lab::identity_of(lab::hostile_pki_with(algo, ends.issuers, spec, label));
            for (auto& slot : slots) {
                if (slot) slot = who;
            }
        }
    };
}

Setup without(uint32_t flags) {
    return [flags](Ends& ends) {
        ends.device.flags &= ~flags;
        ends.settings.flags &= ~flags;
    };
}

Setup in_the_clear() {
    return [](Ends& ends) {
        ends.device.flags |= cap::handshake_in_the_clear;
        ends.settings.flags |= cap::handshake_in_the_clear;
    };
}

Setup mutual(uint8_t form) {
    return [form](Ends& ends) {
        ends.device.mut_auth_requested = form;
        for (const auto& [algo, slots] : lab::requester_identities())
            ends.device.requester_identities[algo] = *slots[0];
    };
}

Setup over(const record::Transport& transport) {
    return [&transport](Ends& ends) {
        ends.needs = ends.device.transport = ends.settings.transport = &transport;
    };
}

void with_the_version_before(Ends& ends) {
    const Version last = ends.device.versions.back();
    ends.device.versions = ends.settings.versions = {static_cast<Version>(byte(last) - 1), last};
}

}  // namespace assay::cases::requester
