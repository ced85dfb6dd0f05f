// The interface of a requester under test, for example a driver: it is started, and what it sends is
// answered.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/lab/dut.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/measurements.h"

namespace assay::lab {

// What a requester is asked to do in a run. One that cannot be told does what it always does.
enum class Flow : uint8_t {
    attestation,   // up to signed measurements
    key_exchange,  // a session by KEY_EXCHANGE
    psk,           // a session by PSK_EXCHANGE
};
inline constexpr Flow kFlows[] = {Flow::attestation, Flow::key_exchange, Flow::psk};
// "attestation", "key-exchange", "psk".
std::string_view name(Flow flow);

// More about sessions.
struct FlowOptions {
    Flow flow = Flow::attestation;
    unsigned sessions = 1;                      // at the same time
    unsigned times = 1;                         // all of it, one after the other on one connection
    uint8_t summary_type = wire::summary::all;  // MeasurementSummaryHashType of the exchange
    unsigned key_updates = 1;                   // UpdateKey
    unsigned all_key_updates = 1;               // UpdateAllKeys
    std::optional<uint16_t> req_session_id{};   // ReqSessionID of each session
    uint64_t seed = 2;                          // of a requester whose nonces and keys follow from one

    bool operator==(const FlowOptions&) const = default;
};

// What a requester offers, where it can be told.
struct RequesterSettings {
    std::vector<wire::Version> versions{wire::kVersions.begin(), wire::kVersions.end()};
    uint32_t flags = 0;
    uint32_t base_asym = spdm::kAllBaseAsym;
    uint32_t base_hash = spdm::kAllBaseHash;
    uint16_t dhe = 0;
    uint16_t aead = 0;
    uint16_t req_base_asym = 0;
    uint8_t opaque_formats = wire::kOpaqueDataFmt1;
    uint8_t mel_specification = 0;
    const record::Transport* transport = &record::none();
    std::vector<uint16_t> secured_versions{spdm::kSecured1_0, spdm::kSecured1_1, spdm::kSecured1_2};
    uint8_t aead_limit_exponent = 64;
    unsigned max_encapsulated_requests = 512;  // that it serves in one flow

    bool operator==(const RequesterSettings&) const = default;
};

// The responder that a requester meets in a run.
class ResponderPeer {
   public:
    ResponderPeer() = default;
    ResponderPeer(const ResponderPeer&) = delete;
    ResponderPeer& operator=(const ResponderPeer&) = delete;
    virtual ~ResponderPeer() = default;

    // The answer to a message, or to a record of a session; nullopt: silence.
    virtual std::optional<Answer> answer(ByteView request, bool secured) = 0;
    // It has seen more than any flow needs: the run is to be ended.
    virtual bool has_enough() const = 0;
};

// The exit status of who cannot do what it is asked for.
inline constexpr int kCannot = 89;

// How a run ended.
struct RequesterEnd {
    enum class How : uint8_t {
        exited,  // with the status `code`; 0 says that all went well
        killed,  // by the signal `code`
        closed,  // it closed the connection, and has no exit status that could be seen
        late,    // it did not end in time, and was ended
        cut,     // the peer had enough
        absent,  // it could not be started, or did not connect
    };
    How how = How::absent;
    int code = 0;
    std::string output{};  // what it printed, or why the built-in requester gave up

    bool operator==(const RequesterEnd& other) const { return how == other.how && code == other.code; }
    bool succeeded() const { return how == How::exited && code == 0; }
    // It says that it cannot do this flow.
    bool declined() const { return (how == How::exited || how == How::absent) && code == kCannot; }
};
// "exit status 3".
std::string describe(const RequesterEnd& end);

class RequesterDut {
   public:
    RequesterDut() = default;
    RequesterDut(const RequesterDut&) = delete;
    RequesterDut& operator=(const RequesterDut&) = delete;
    virtual ~RequesterDut() = default;

    // How it was named: "reference", or its command.
    virtual std::string target() const = 0;
    // Whether it does what FlowOptions and RequesterSettings say.
    virtual bool configurable() const { return false; }
    // Whether how a run ended tells a refusal from success.
    virtual bool has_exit_status() const = 0;
    // How its records are carried; null: as RequesterSettings say.
    virtual const record::Transport* transport() const { return nullptr; }
    // One run, from its first request to its end. Errors: Errc::io when it cannot be run at all.
    virtual Result<RequesterEnd> run(const FlowOptions& flow, const RequesterSettings& settings,
                                     ResponderPeer& peer) = 0;
};

}  // namespace assay::lab
