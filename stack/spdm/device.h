// A responder's configuration: its identity, its capabilities and its measurements.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "stack/crypto/pki.h"
#include "stack/crypto/x509.h"
#include "stack/spdm/key_schedule.h"
#include "stack/spdm/parameters.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/spdm/transcript.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/vendor_defined.h"

namespace assay::spdm {

inline constexpr size_t kSlots = 8;

// A certificate chain and the key of its leaf.
struct Identity {
    Bytes root_der;      // hashed into RootHash
    Bytes certificates;  // concatenated DER, root side first
    crypto::PrivateKey key;

    // The chain structure of SPDM for a hash algorithm. Length fields limit it to 65535 bytes before 1.4.
    Bytes chain(const crypto::Provider& provider, crypto::HashAlgo hash, wire::Version version) const;
};

// The slots of a device for one signature algorithm.
using Slots = std::array<std::optional<Identity>, kSlots>;

// One thing that is measured.
struct Measurement {
    uint8_t index = 1;       // 1..0xFE
    uint8_t value_type = 0;  // without the raw bit
    Bytes raw{};             // what is measured
    bool raw_only = false;   // given as a raw bit stream whatever was negotiated (device mode, versions)
    bool in_tcb = false;     // counts for MeasurementSummaryHashType 1
    wire::Version since = wire::Version::v1_0;  // the first version that has its value type
};

// What MeasurementSummaryHash covers at 1.0 and 1.1 (DISPUTE-SUMMARY-OF-VALUES): whole blocks, as from 1.2
// on, or the measurement values alone.
enum class SummaryOf : uint8_t { blocks, values };

// Answers a vendor's request; nullopt: no such vendor here.
using VendorHandler = std::function<std::optional<Bytes>(const wire::VendorDefinedBody& request)>;

// How a responder puts requests off, for each request code: first `busy` times Busy, then `not_ready` times
// ResponseNotReady (never for the three messages of VCA).
struct Deferral {
    uint8_t busy = 0;
    uint8_t not_ready = 0;
};

// A key that both sides were given beforehand, and the hint that names it.
struct PreSharedKey {
    Bytes hint;
    std::shared_ptr<const SecretBytes> key;
};

// Which roots one side trusts, and how it checks certificate chains.
struct Trust {
    std::vector<crypto::Certificate> roots;  // pinned
    crypto::UnixTime time{};                 // at which certificates have to be valid
    // How chains are parsed and checked. Callers that see the same ones again may cache the results.
    std::function<Result<std::vector<crypto::Certificate>>(ByteView)> read_chain = crypto::parse_certificates;
    std::function<std::vector<crypto::ChainRule>(const std::vector<crypto::Certificate>&,
                                                 const crypto::ChainPolicy&)>
        judge_chain = crypto::chain_violations;
};

// What becomes of a record that cannot be opened (DSP0277 leaves it to the receiver).
enum class BadRecord : uint8_t {
    answer,  // ERROR(DecryptError) under the session's keys, and the session ends
    end,     // silence, and the session ends
    drop,    // silence, and the session goes on
};

// A responder's configuration. Immutable while a connection lives.
struct Device {
    std::vector<wire::Version> versions{wire::kVersions.begin(), wire::kVersions.end()};
    uint32_t flags = wire::cap::cert | wire::cap::chal | wire::cap::meas_sig | wire::cap::meas_fresh;
    uint8_t ct_exponent = 14;
    uint32_t data_transfer_size = 4608;
    uint32_t max_msg_size = 4608;

    std::map<crypto::SignAlgo, Slots> identities;
    uint32_t base_hash = 0x3f;
    uint32_t measurement_hash = 0x7f;
    uint16_t dhe = 0;
    uint16_t aead = 0;
    uint16_t req_base_asym = 0;
    uint8_t opaque_formats = wire::kOpaqueDataFmt1;

    // Sessions.
    const record::Transport* transport = &record::none();
    KeyLog keylog;
    std::vector<uint16_t> secured_versions{kSecured1_0, kSecured1_1, kSecured1_2};
    std::vector<PreSharedKey> pre_shared_keys;
    size_t max_sessions = 4;
    uint8_t heartbeat_period = 0;      // seconds; for sessions whose sides both have HBEAT_CAP
    uint8_t aead_limit_exponent = 64;  // DSP0277 1.3
    BadRecord bad_record = BadRecord::answer;
    // Of sessions, where both sides can: one bit of wire::mut_auth, or none. The plain form needs a chain
    // that was seen or is known beforehand.
    uint8_t mut_auth_requested = 0;
    bool basic_mut_auth = false;  // CHALLENGE asks the requester for authentication too
    uint8_t requester_slot = 0;   // that is asked for
    FinishTranscript finish_transcript = FinishTranscript::whole;
    Trust requester_trust;
    // What that slot holds, if known beforehand, by algorithm. Its key is not needed.
    std::map<crypto::SignAlgo, Identity> requester_identities;

    std::vector<Measurement> measurements;  // ascending indices
    SummaryOf summary_before_1_2 = SummaryOf::blocks;
    // OpaqueData of MEASUREMENTS for what was negotiated, in the format that goes with it; none: empty.
    std::function<Bytes(const Parameters& negotiated)> measurement_opaque;
    VendorHandler vendor;
    std::map<wire::Code, Deferral> deferrals;
    uint8_t rdt_exponent = 10;
    uint8_t rdtm = 2;

    uint32_t base_asym() const;  // the algorithms for which slot 0 is provisioned
};

// Measurement blocks as they go on the wire. `hash` null: raw bit streams only.
wire::MeasurementBlock make_block(const Measurement& measurement, const crypto::Provider& provider,
                                  std::optional<crypto::HashAlgo> hash, bool raw_requested);

// Concatenated blocks of the measurements that `wanted` selects.
Bytes make_record(const Device& device, const crypto::Provider& provider,
                  std::optional<crypto::HashAlgo> hash, bool raw_requested,
                  const std::function<bool(const Measurement&)>& wanted);

}  // namespace assay::spdm
