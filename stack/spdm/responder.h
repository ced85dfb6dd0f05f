// An SPDM responder, without I/O: bytes in, bytes out.
#pragma once

#include <memory>
#include <optional>

#include "stack/base/random.h"
#include "stack/spdm/check.h"
#include "stack/spdm/device.h"
#include "stack/spdm/legality.h"
#include "stack/spdm/transcript.h"
#include "stack/wire/decode.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/error.h"

namespace assay::spdm {

// One connection of a device. The device, provider and random source must outlive it.
class Responder {
   public:
    Responder(const Device& device, const crypto::Provider& provider, Random& random, Waivers waivers = {});

    // Takes one request and gives its response; nullopt when the request is to be dropped without an answer.
    // Bytes after the end of a message (transports pad) are ignored.
    std::optional<Bytes> receive(ByteView request);

    // The device was reset behind the connection's back: everything but GET_VERSION is answered with
    // RequestResynch.
    void lose_state();

    ConnectionState state() const { return state_; }
    const Parameters& parameters() const { return parameters_; }
    // Whether a CHALLENGE was answered on this connection.
    bool authenticated() const { return authenticated_; }
    // Why the last request was refused, if it was.
    const std::optional<Refusal>& last_refusal() const { return last_refusal_; }
    const Transcript& transcript() const { return transcript_; }

   private:
    Checked<Bytes> dispatch(ByteView request);
    Checked<Bytes> handle(ByteView request);
    Checked<> admit(ByteView request) const;
    std::optional<Bytes> put_off(ByteView request);
    // Whether a RESPOND_IF_READY names the deferred request.
    bool ready_for(ByteView request) const;

    Checked<Bytes> get_version(ByteView request);
    Checked<Bytes> get_capabilities(ByteView request);
    Checked<Bytes> negotiate_algorithms(ByteView request);
    Checked<Bytes> get_digests(ByteView request);
    Checked<Bytes> get_certificate(ByteView request);
    Checked<Bytes> challenge(ByteView request);
    Checked<Bytes> get_measurements(ByteView request);
    Checked<Bytes> vendor_defined(ByteView request);
    Checked<Bytes> respond_if_ready(ByteView request);

    Checked<> check_algorithms(const wire::NegotiateAlgorithms& request) const;
    wire::Algorithms select_algorithms(const wire::NegotiateAlgorithms& request);
    // The slots for the negotiated algorithm; null before it is negotiated.
    const Slots* slots() const;
    const Identity* identity(uint8_t slot) const;
    ByteView chain(uint8_t slot);
    uint8_t slot_mask() const;
    Bytes summary_hash(uint8_t type) const;
    std::optional<crypto::HashAlgo> measurement_hash() const;
    Bytes error(wire::ErrorCode code, uint8_t data = 0) const;
    size_t most_taken(uint8_t response) const;
    Bytes too_large(size_t size);
    wire::Nonce fresh_nonce();

    // A request decoded by its description. When the check is waived, missing bytes read as zeros.
    template <class M>
    Checked<M> decoded(Check check, ByteView request, size_t* used = nullptr) const {
        wire::DecodeOptions options{.lenient = checker_.waived(check)};
        return checker_.demand_value(check, wire::decode<M>(request, parameters_.context(), options, used));
    }

    // A response. It is legal unless a check was waived on the way to it: then it says what it holds.
    template <class M>
    static Bytes encoded(const M& message, const wire::Context& context) {
        Result<Bytes> bytes = wire::encode(message, context);
        return bytes ? std::move(*bytes) : wire::encode_raw(message, context);
    }

    const Device& device_;
    const crypto::Provider& provider_;
    Random& random_;
    Checker checker_;

    ConnectionState state_ = ConnectionState::not_started;
    Parameters parameters_;
    Transcript transcript_;
    bool authenticated_ = false;
    bool resynch_ = false;
    std::array<Bytes, kSlots> chains_;  // built once per connection
    std::map<uint8_t, Deferral> deferrals_;
    std::optional<Bytes> deferred_;
    uint8_t token_ = 0;
    std::optional<Refusal> last_refusal_;
};

}  // namespace assay::spdm
