// An SPDM requester, without I/O: it builds requests, and checks and remembers what their responses say.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "stack/base/clock.h"
#include "stack/base/random.h"
#include "stack/crypto/x509.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/check.h"
#include "stack/spdm/device.h"
#include "stack/spdm/transcript.h"
#include "stack/wire/decode.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/vendor_defined.h"

namespace assay::spdm {

// What a requester offers, and whom it trusts. Immutable while a connection lives. Whatever the version does
// not have, and algorithms that are not built, are left out of what is sent.
struct RequesterConfig {
    std::vector<wire::Version> versions{wire::kVersions.begin(), wire::kVersions.end()};
    uint32_t flags = 0;
    uint8_t ct_exponent = 14;
    uint32_t data_transfer_size = 4608;
    uint32_t max_msg_size = 4608;
    bool supported_algorithms = false;  // asks for the block in CAPABILITIES; needs CHUNK_CAP

    uint32_t base_asym = kAllBaseAsym;
    uint32_t base_hash = kAllBaseHash;
    uint8_t measurement_specification = wire::kMeasurementSpecDmtf;
    uint8_t opaque_formats = wire::kOpaqueDataFmt1;
    uint8_t mel_specification = 0;
    uint16_t dhe = 0;  // 0 in these four: no algorithm structure of that type is sent
    uint16_t aead = 0;
    uint16_t req_base_asym = 0;
    uint16_t key_schedule = 0;

    std::vector<crypto::Certificate> roots;  // pinned
    crypto::UnixTime time{};                 // at which certificates have to be valid
    // How chains are read and judged. Who sees the same ones again and again may remember what came of it.
    std::function<Result<std::vector<crypto::Certificate>>(ByteView)> read_chain = crypto::parse_certificates;
    std::function<std::vector<crypto::ChainRule>(const std::vector<crypto::Certificate>&,
                                                 const crypto::ChainPolicy&)>
        judge_chain = crypto::chain_violations;

    unsigned max_retries = 8;    // how often one request may be put off
    Micros busy_delay{100'000};  // before a request that met Busy is sent again
};

// What GET_MEASUREMENTS asks for.
struct MeasurementRequest {
    uint8_t operation = wire::kAllMeasurements;
    bool sign = false;
    bool raw = false;    // 1.2+
    bool fresh = false;  // NewMeasurementRequested, 1.3+
    uint8_t slot = 0;    // whose key signs
};

// What a response led to: the exchange is done, or `again` is to be sent after `delay` and its response given
// to receive().
struct Outcome {
    Bytes again;
    Micros delay{0};

    bool done() const { return again.empty(); }
};

// A slot's certificate chain that passed every check.
struct VerifiedChain {
    Bytes bytes;  // the chain structure
    std::vector<crypto::Certificate> certificates;

    // Of the leaf; not valid() when checks were waived and there is no leaf.
    crypto::PublicKey key() const;
};

// What DIGESTS said.
struct SlotDigests {
    uint8_t provisioned = 0;  // masks, bit n for slot n
    uint8_t supported = 0;    // 1.3+
    std::array<std::optional<Bytes>, kSlots> digests;
    bool multi_key = false;  // a multi-key connection (1.3+), which alone has the next two
    std::array<uint8_t, kSlots> certificate_info{};
    std::array<uint16_t, kSlots> key_usage{};

    // Whether the slot has a certificate chain: on multi-key connections it may have a key alone.
    bool has_certificate(uint8_t slot) const;
};

// Measurement blocks by their index.
using Measured = std::map<uint8_t, wire::MeasurementBlock>;

// One connection to a responder. The config, provider and random source must outlive it.
//
// Each exchange is one of the builders below, then receive() with what came back, until the outcome is done.
// The builders keep no order: a request out of its place is built as well as can be, and the responder's
// refusal comes back. After a refusal other than `response_error` the connection is given up: until the next
// GET_VERSION nothing can be authenticated any more.
class Requester {
   public:
    Requester(const RequesterConfig& config, const crypto::Provider& provider, Random& random,
              Waivers waivers = {});

    // Forgets the connection and begins a new one.
    Bytes get_version();
    Bytes get_capabilities();
    Bytes negotiate_algorithms();
    Bytes get_digests();
    // Portions of a slot's chain are put together when they follow one another; offset 0 begins anew.
    Bytes get_certificate(uint8_t slot, uint16_t offset, uint16_t length);
    Bytes challenge(uint8_t slot, uint8_t measurement_summary_hash_type);
    Bytes get_measurements(const MeasurementRequest& wanted);
    Bytes vendor_defined(const wire::VendorDefinedBody& body);

    // Takes the response to the last request. Bytes after its end (transports pad) are ignored.
    Checked<Outcome> receive(ByteView response);
    // No response came in time: the same message again, as often as `max_retries` allows.
    Checked<Outcome> timed_out();
    // How long the responder may take for the last request, without the way there and back.
    Micros response_time() const;

    ConnectionState state() const { return state_; }
    const RequesterConfig& config() const { return config_; }
    const Transcript& transcript() const { return transcript_; }
    const Parameters& parameters() const { return learned_.parameters; }
    // Whether a CHALLENGE_AUTH was verified on this connection.
    bool authenticated() const { return learned_.authenticated; }
    // VersionNumberEntry values, as VERSION had them.
    const std::vector<uint16_t>& versions() const { return learned_.versions; }
    const SlotDigests& digests() const { return learned_.digests; }
    // Null while the slot's chain is not complete.
    const VerifiedChain* chain(uint8_t slot) const;
    // Bytes of the slot's chain that are here so far.
    size_t received(uint8_t slot) const;
    // Of the last CHALLENGE_AUTH; empty when none was asked for.
    const Bytes& measurement_summary_hash() const { return learned_.measurement_summary_hash; }
    // What a count said; 0 before one was asked for.
    uint8_t measurement_count() const { return learned_.measurement_count; }
    // The last measurement of each index, and those that the last verified signature covers.
    const Measured& measurements() const { return learned_.measurements; }
    const Measured& signed_measurements() const { return learned_.signed_measurements; }
    // Our nonce of the last CHALLENGE or signed GET_MEASUREMENTS.
    const wire::Nonce& last_nonce() const { return learned_.last_nonce; }
    const wire::VendorDefinedBody& vendor_response() const { return learned_.vendor_response; }
    // The ERROR that answered the last request, if one did.
    const std::optional<wire::ErrorCode>& peer_error() const { return peer_error_; }

   private:
    // The request that waits for its response.
    struct Pending {
        Bytes request;  // as it enters transcripts
        Bytes sent;     // the request, or the RESPOND_IF_READY that stands for it
        unsigned put_off = 0;

        uint8_t code() const { return request[1]; }
    };

    Bytes begin(Bytes request);
    template <class M>
    Bytes begin_message(const M& message);
    // The pending request, decoded.
    template <class M>
    M asked() const;

    Checked<Outcome> dispatch(ByteView response);
    Checked<Outcome> error_received(ByteView response);
    Checked<Outcome> send_again(Bytes message, Micros delay);
    Checked<> handle(ByteView response);
    void give_up();
    // What the header of the pending request's response has to say.
    uint8_t expected_version() const;

    Checked<> version_received(ByteView response);
    Checked<> capabilities_received(ByteView response);
    Checked<> algorithms_received(ByteView response);
    Checked<> check_selections(const wire::NegotiateAlgorithms& offer, const wire::Algorithms& chosen) const;
    void select(const wire::NegotiateAlgorithms& offer, const wire::Algorithms& chosen);
    Checked<> check_needed(const wire::NegotiateAlgorithms& offer, const wire::Algorithms& chosen) const;

    Checked<> digests_received(ByteView response);
    Checked<> certificate_received(ByteView response);
    Checked<> gather(uint8_t slot, size_t offset, const wire::CertificateResponse& response);
    Checked<> check_chain(uint8_t slot);
    Checked<> check_certificates(uint8_t slot, ByteView root_hash,
                                 const std::vector<crypto::Certificate>& certificates) const;
    Checked<> challenge_auth_received(ByteView response);
    bool opaque_allowed(ByteView opaque_data) const;
    bool opaque_well_formed(ByteView opaque_data) const;
    bool signature_holds(uint8_t slot, std::string_view context, const crypto::Digest& transcript,
                         ByteView signature) const;

    Checked<> measurements_received(ByteView response);
    Checked<std::vector<wire::MeasurementBlock>> check_record(uint8_t operation,
                                                              const wire::Measurements& response) const;
    Checked<> check_blocks(uint8_t operation, const std::vector<wire::MeasurementBlock>& blocks) const;
    Checked<> vendor_received(ByteView response);

    wire::Nonce fresh_nonce();
    wire::RequesterContext fresh_context();

    // A response decoded by its description, with its exact length. When the check is waived, missing bytes
    // read as zeros.
    template <class M>
    Checked<M> decoded(ByteView response, const wire::Context& context, size_t* used) const;

    const RequesterConfig& config_;
    const crypto::Provider& provider_;
    Random& random_;
    Checker checker_;

    // What goes with GET_VERSION.
    struct Learned {
        Parameters parameters;
        bool authenticated = false;
        std::vector<uint16_t> versions;
        SlotDigests digests;
        std::array<Bytes, kSlots> portions;  // of chains, from the front
        std::array<size_t, kSlots> chain_sizes{};
        std::array<std::optional<VerifiedChain>, kSlots> chains;
        Bytes measurement_summary_hash;
        uint8_t measurement_count = 0;
        Measured measurements;
        Measured in_transcript;  // since L1/L2 began
        Measured signed_measurements;
        wire::Nonce last_nonce{};
        wire::VendorDefinedBody vendor_response;
    };

    ConnectionState state_ = ConnectionState::not_started;
    Transcript transcript_;
    Learned learned_;
    std::optional<Pending> pending_;
    std::optional<wire::ErrorCode> peer_error_;
};

}  // namespace assay::spdm
