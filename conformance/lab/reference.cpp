#include "conformance/lab/reference.h"

#include "stack/crypto/pki.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/messages/measurements.h"

namespace assay::lab {

namespace {

constexpr std::string_view kLabels[] = {"Assay reference slot 0", "Assay reference slot 1"};

const crypto::SignAlgo kAlgos[] = {crypto::SignAlgo::ecdsa_p256, crypto::SignAlgo::ecdsa_p384,
                                   crypto::SignAlgo::ecdsa_p521, crypto::SignAlgo::ed25519};
const crypto::SignAlgo kRsaAlgos[] = {crypto::SignAlgo::rsassa_2048, crypto::SignAlgo::rsapss_2048,
                                      crypto::SignAlgo::rsassa_3072, crypto::SignAlgo::rsapss_3072,
                                      crypto::SignAlgo::rsassa_4096, crypto::SignAlgo::rsapss_4096};

crypto::TestPki pki(crypto::SignAlgo algo, std::string_view label,
                    const crypto::PrivateKey* leaf_key = nullptr) {
    return *crypto::make_test_pki(algo, crypto::SignAlgo::ed25519, crypto::HashAlgo::sha256, label, nullptr,
                                  leaf_key);
}

// A device without MULTI_KEY_CAP has one key pair for an algorithm, whose certificates in the slots come from
// other issuers.
void provision(spdm::Device& device, crypto::SignAlgo algo, bool key_per_slot) {
    std::optional<crypto::PrivateKey> key;
    for (size_t slot = 0; slot < std::size(kLabels); ++slot) {
        crypto::TestPki made = pki(algo, kLabels[slot], key ? &*key : nullptr);
        device.identities[algo][slot] =
            spdm::Identity{to_bytes(made.root.der()), made.chain_der(), made.leaf_key};
        if (!key_per_slot) key = made.leaf_key;
    }
}

// DeviceModeCapabilities and the like: normal operation, no debugging.
Bytes device_mode() {
    return *from_hex(
        "3f000000"
        "04000000"
        "1f000000"
        "00000000");
}

Bytes text(std::string_view value) { return to_bytes(as_bytes(value)); }

// As the samples of DMTF's emulator have them, the zero at the end included.
spdm::PreSharedKey sample_psk() {
    using namespace std::string_view_literals;
    return {text("TestPskHint\0"sv), std::make_shared<const SecretBytes>(as_bytes("TestPskData\0"sv))};
}

constexpr std::string_view kRequesterLabel = "Assay requester";
constexpr std::string_view kUntrustedLabel = "Assay stranger";

crypto::TestPki requester_pki(crypto::SignAlgo algo, std::string_view label) {
    crypto::CertificateSpec leaf;
    leaf.subject = std::string(label);
    leaf.eku = {std::string(crypto::kOidRequesterAuth)};
    return *crypto::make_test_pki(algo, crypto::SignAlgo::ed25519, crypto::HashAlgo::sha256, label, &leaf);
}

void add_sessions(spdm::Device& device, const ReferenceOptions& options) {
    device.transport = options.transport;
    device.keylog = options.keylog;
    device.secured_versions = options.secured_versions;
    device.bad_record = options.bad_record;
    device.dhe = spdm::kAllDhe;
    device.aead = spdm::kAllAead;
    device.heartbeat_period = options.heartbeat_period;
    device.pre_shared_keys = {options.psk.value_or(sample_psk())};
    device.mut_auth_requested = options.mut_auth_requested;
    device.basic_mut_auth = options.basic_mut_auth;
    device.requester_trust.roots = options.requester_roots;
    device.requester_trust.time =
        options.judged_at.value_or(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
    // The keys of a requester that the user configured may be of any kind.
    if (!options.requester_roots.empty()) device.req_base_asym = uint16_t{spdm::kAllBaseAsym};
    for (crypto::SignAlgo algo : kAlgos) {
        device.req_base_asym |= static_cast<uint16_t>(spdm::bit(algo));
        crypto::TestPki made = requester_pki(algo, kRequesterLabel);
        device.requester_trust.roots.push_back(made.root);
        if (!options.requester_known) continue;
        device.requester_identities[algo] =
            spdm::Identity{to_bytes(made.root.der()), made.chain_der(), made.leaf_key};
    }
}

}  // namespace

const RequesterIdentity& reference_requester() {
    static const RequesterIdentity who = [] {
        RequesterIdentity made;
        for (crypto::SignAlgo algo : kAlgos) {
            for (uint8_t slot = 0; slot < 2; ++slot) {
                crypto::TestPki pki = requester_pki(algo, slot == 0 ? kRequesterLabel : kUntrustedLabel);
                made.identities[algo][slot] =
                    spdm::Identity{to_bytes(pki.root.der()), pki.chain_der(), pki.leaf_key};
            }
        }
        made.psk = sample_psk();
        return made;
    }();
    return who;
}

std::shared_ptr<const spdm::Device> make_reference_device(const ReferenceOptions& options) {
    auto device = std::make_shared<spdm::Device>();
    device->versions = options.versions;
    device->deferrals = options.deferrals;
    device->flags = options.flags.value_or(kReferenceFlags);
    add_sessions(*device, options);
    // So that deferral can be tested on every reference, without affecting peers that cannot wait.
    device->deferrals.try_emplace(wire::code::vendor_defined_request,
                                  spdm::Deferral{.busy = 1, .not_ready = 1});
    for (crypto::SignAlgo algo : kAlgos)
        provision(*device, algo, options.faults.has(spdm::Defect::key_per_slot));
    if (options.rsa) {
        for (crypto::SignAlgo algo : kRsaAlgos)
            provision(*device, algo, options.faults.has(spdm::Defect::key_per_slot));
    }
    namespace type = wire::value_type;
    device->measurements = {
        {.index = 1,
         .value_type = type::immutable_rom,
         .raw = text("Assay reference boot ROM"),
         .in_tcb = true},
        {.index = 2,
         .value_type = type::mutable_firmware,
         .raw = text("Assay reference firmware"),
         .in_tcb = true},
        {.index = 3, .value_type = type::hardware_configuration, .raw = text("Assay reference straps")},
        {.index = 4, .value_type = type::firmware_configuration, .raw = text("Assay reference settings")},
        {.index = 16,
         .value_type = type::security_version,
         .raw = *from_hex("0700000000000000"),
         .raw_only = true,
         .since = wire::Version::v1_2},
        {.index = wire::kDeviceModeIndex,
         .value_type = type::device_mode,
         .raw = device_mode(),
         .raw_only = true,
         .since = wire::Version::v1_2},
    };
    device->vendor = [](const wire::VendorDefinedBody& request) -> std::optional<Bytes> {
        // PCI-SIG, vendor 1: echoes the request.
        if (request.standard_id != 3 || to_hex(request.vendor_id) != "0100") return std::nullopt;
        return request.payload;
    };
    return device;
}

std::vector<crypto::Certificate> reference_roots() {
    std::vector<crypto::Certificate> roots;
    for (std::string_view label : kLabels) roots.push_back(pki(crypto::SignAlgo::ecdsa_p256, label).root);
    return roots;
}

ReferenceDut::ReferenceDut(std::shared_ptr<const spdm::Device> device, const crypto::Provider& provider,
                           ReferenceOptions options)
    : device_(std::move(device)),
      provider_(&provider),
      options_(std::move(options)),
      random_(options_.seed),
      service_(service(*this)) {}

Result<> ReferenceDut::reset() {
    const Clock* clock = options_.clock != nullptr ? options_.clock : &clock_;
    responder_ = std::make_unique<spdm::Responder>(*device_, *provider_, random_, options_.faults, clock);
    packets_.reset();
    units_.reset();
    return {};
}

bool ReferenceDut::lose_state() {
    if (responder_) responder_->lose_state();
    return responder_ != nullptr;
}

Result<std::optional<Answer>> ReferenceDut::exchange_secured(ByteView record, Wait /*wait*/) {
    if (!responder_) TRY(reset());
    std::optional<Bytes> answer = responder_->receive_secured(record);
    if (!answer) return std::nullopt;
    return Answer{std::move(*answer), responder_->answered_secured()};
}

bool ReferenceDut::set_sequence(uint32_t session, spdm::Direction way, uint64_t next) {
    spdm::Session* channel = responder_ ? responder_->session(session) : nullptr;
    if (channel != nullptr) channel->set_sequence(way, next);
    return channel != nullptr;
}

bool ReferenceDut::ask_for_key_update(uint32_t session) {
    return responder_ && responder_->ask_for_key_update(session);
}

Result<std::optional<Bytes>> ReferenceDut::exchange(ByteView request, Wait /*wait*/) {
    if (!responder_) TRY(reset());
    return responder_->receive(request);
}

bool ReferenceDut::carries_frames(FrameLayer layer) const {
    if (options_.binding == transport::Binding::none) return false;
    switch (layer) {
        case FrameLayer::packet: return options_.binding == transport::Binding::mctp;
        case FrameLayer::tcp_stream: return options_.binding == transport::Binding::tcp;
        case FrameLayer::unit:
        case FrameLayer::emu_stream: break;
    }
    return true;
}

Result<Frames> ReferenceDut::exchange_frames(FrameLayer layer, std::span<const Bytes> frames, size_t due) {
    if (!carries_frames(layer)) return Dut::exchange_frames(layer, frames, due);
    if (!responder_) TRY(reset());
    Frames came;
    transport::Scheme scheme =
        layer == FrameLayer::tcp_stream ? transport::Scheme::tcp : transport::Scheme::emu;
    bool stream = layer == FrameLayer::tcp_stream || layer == FrameLayer::emu_stream;
    if (!packets_) packets_.emplace(transport::Log{}, options_.framing);
    if (!units_) units_.emplace(options_.binding, transport::Log{}, options_.framing);
    // Each exchange has a stream of its own.
    transport::StreamEndpoint pieces(scheme, options_.binding, {}, options_.framing);
    Bytes answers;
    for (const Bytes& frame : frames) {
        if (layer == FrameLayer::packet) {
            for (Bytes& packet : packets_->take(service_, frame)) came.frames.push_back(std::move(packet));
        } else if (!stream) {
            if (auto answer = units_->take(service_, frame)) came.frames.push_back(std::move(*answer));
        } else if (pieces.take(service_, frame, answers) != transport::StreamEndpoint::Peer::goes_on) {
            came.closed = true;
            break;
        }
    }
    auto deframer = transport::make_deframer(scheme, options_.binding);
    deframer->push(answers);
    while (auto unit = TRY(deframer->next())) {
        came.frames.push_back(layer == FrameLayer::tcp_stream
                                  ? std::move(unit->payload)
                                  : transport::emu_unit(options_.binding, unit->command, unit->payload));
    }
    return came;
}

transport::Service service(ReferenceDut& dut) {
    auto answer = [&dut](transport::Payload payload, ByteView message) -> std::optional<transport::Message> {
        using transport::Payload;
        if (payload == Payload::spdm) {
            auto response = dut.exchange(message).value_or(std::nullopt);
            if (!response) return std::nullopt;
            return transport::Message{Payload::spdm, std::move(*response)};
        }
        auto response = dut.exchange_secured(message).value_or(std::nullopt);
        if (!response) return std::nullopt;
        return transport::Message{response->secured ? Payload::secured : Payload::spdm,
                                  std::move(response->bytes)};
    };
    return {answer, [&dut](uint32_t session) { dut.ask_for_key_update(session); }};
}

}  // namespace assay::lab
