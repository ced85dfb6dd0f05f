// A scripted requester against a device under test: brings it to any state in one line, sends anything from
// well-formed to raw, and keeps every byte with what is known about it.
#pragma once

#include <vector>

#include "conformance/lab/dut.h"
#include "conformance/lab/observer.h"
#include "stack/base/random.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/measurements.h"

namespace assay::lab {

// One request and what came back.
struct Exchange {
    Bytes request;
    std::optional<Bytes> response;  // nullopt: silence
    wire::Context request_context;
    wire::Context response_context;
    std::optional<SignatureCheck> signature;  // of a signed response

    bool silent() const { return !response.has_value(); }
    // The ErrorCode, if the response is an ERROR.
    std::optional<wire::ErrorCode> error() const;
    // Whether it is the response that belongs to the request (looking at the code only).
    bool answered() const;
};

// What a requester says of itself in VCA.
struct Offer {
    uint32_t flags = 0;
    uint8_t ct_exponent = 0;
    uint32_t data_transfer_size = 0x8000;  // also MaxSPDMmsgSize
    uint32_t base_asym = 0xffffffff;       // cut to what the version has, without SM2 and Ed448
    uint32_t base_hash = 0xffffffff;       // likewise, without SM3
    uint8_t measurement_specification = wire::kMeasurementSpecDmtf;
    uint8_t other_params = wire::kOpaqueDataFmt1;
};

class Lab {
   public:
    Lab(Dut& dut, Random& random, const crypto::Provider& provider);

    // A fresh connection; the exchanges so far are forgotten, certificate chains are not.
    Result<> reset();

    // Sends bytes as they are. Errors: those of Dut::exchange.
    Result<Exchange> send_once(ByteView request);
    // The same, and when the target is Busy or not ready, waits and asks again as DSP0274 says, a few times.
    Result<Exchange> send(ByteView request);
    // Sends a well-formed message. Errors: also those of the strict encoder.
    template <class M>
        requires requires(M m, wire::Visitor& v) { m.describe(v); }
    Result<Exchange> send(const M& message) {
        return send(TRY(wire::encode(message, context_for(M::kCode))));
    }
    // The bytes that send(message) would send.
    template <class M>
    Result<Bytes> encode(const M& message) {
        return wire::encode(message, context_for(M::kCode));
    }

    // The messages of VCA, well-formed, without any expectation.
    wire::GetCapabilities capabilities(wire::Version version, const Offer& offer = {}) const;
    wire::NegotiateAlgorithms algorithms(wire::Version version, const Offer& offer = {}) const;
    // Messages with fresh nonces.
    wire::Challenge challenge(uint8_t slot = 0, uint8_t summary_hash_type = wire::summary::none);
    wire::GetMeasurements get_measurements(uint8_t operation, bool sign, uint8_t slot = 0,
                                           uint8_t attributes = 0);

    // GET_VERSION answered with VERSION. Each of the following begins with reset() and does what the one
    // before does. Errors: Errc::state with the answer that came instead.
    Result<> after_version();
    Result<> after_capabilities(wire::Version version, const Offer& offer = {});
    Result<> negotiated(wire::Version version, const Offer& offer = {});
    // Reads a slot's whole chain, portion by portion. The connection must be negotiated.
    Result<Bytes> read_chain(uint8_t slot, uint16_t portion = 0x0400);
    // The same only when the chain was not seen before on this target with these algorithms.
    Result<> ensure_chain(uint8_t slot);

    // Keeps an exchange that somebody else made.
    void record(Exchange exchange) { exchanges_.push_back(std::move(exchange)); }

    const Observer& seen() const { return observer_; }
    const std::vector<Exchange>& exchanges() const { return exchanges_; }
    const crypto::Provider& provider() const { return *provider_; }
    Random& random() { return *random_; }
    Dut& dut() { return *dut_; }
    wire::Nonce nonce();
    // How many bytes arrive of a message of that size: transports pad.
    size_t arriving(size_t size) const;
    // Exchanges since the lab was made.
    size_t count() const { return count_; }

   private:
    // The context of a well-formed request with that code.
    wire::Context context_for(uint8_t code) const;
    template <class M>
    Result<> step(const M& message);

    Dut* dut_;
    Random* random_;
    const crypto::Provider* provider_;
    Observer observer_;
    std::optional<wire::Version> version_;  // wanted, while VCA is on its way
    std::vector<Exchange> exchanges_;
    size_t count_ = 0;
    // By negotiated (BaseAsymSel, BaseHashSel, version): the hash and the header differ with them.
    std::map<std::tuple<uint32_t, uint32_t, uint8_t>, std::map<uint8_t, Bytes>> chains_;
};

// "ERROR InvalidRequest", "silence", "DIGESTS": what came, in words.
std::string describe(const Exchange& exchange);

}  // namespace assay::lab
