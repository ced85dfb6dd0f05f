#include "conformance/cases/requester/lie.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "stack/crypto/pki.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/encode.h"
#include "stack/wire/registry.h"

namespace assay::cases {

using namespace wire;
using spdm::Check;

namespace {

constexpr crypto::SignAlgo kAlgo = crypto::SignAlgo::ecdsa_p256;
constexpr std::string_view kLabel = "Assay hostile";
// More than any requester should ask again, or than a chain has portions.
constexpr size_t kPatience = 12;
// 2026-01-01.
constexpr crypto::UnixTime kNow{std::chrono::seconds{1767225600}};

const crypto::Provider& provider() { return crypto::openssl_provider(); }

spdm::Identity identity_of(const crypto::TestPki& pki) {
    return {to_bytes(pki.root.der()), pki.chain_der(), pki.leaf_key};
}

spdm::Device hostile_device() {
    namespace type = wire::value_type;
    spdm::Device device;
    device.identities[kAlgo][0] = device.identities[kAlgo][2] = identity_of(hostile_pki());
    device.measurements = {
        {.index = 1, .value_type = type::immutable_rom, .raw = Bytes(32, 1), .in_tcb = true},
        {.index = 2, .value_type = type::mutable_firmware, .raw = Bytes(40, 2)},
        {.index = 7, .value_type = type::firmware_configuration, .raw = Bytes(1, 3)},
        {.index = 16, .value_type = type::security_version, .raw = Bytes(8, 4), .raw_only = true},
        {.index = kDeviceModeIndex, .value_type = type::device_mode, .raw = Bytes(16), .raw_only = true}};
    device.vendor = [](const VendorDefinedBody& request) -> std::optional<Bytes> { return request.payload; };
    return device;
}

// The requester under test, and the wire to the hostile side.
class Meeting {
   public:
    Meeting(const LieRow& row, const spdm::Waivers& waivers) : row_(row) {
        device_.versions = {row.version};
        config_.versions = {row.version};
        config_.base_hash = spdm::bit(crypto::HashAlgo::sha256);
        config_.roots = {hostile_pki().root};
        config_.time = kNow;
        if (row.setup) row.setup(device_, config_);
        responder_.emplace(device_, provider(), responder_random_);
        requester_.emplace(config_, provider(), requester_random_, waivers);
    }

    Outcome run() {
        spdm::Checked<> ended = everything();
        if (!ended) outcome_.refusal = ended.error();
        outcome_.complete = ended.has_value();
        outcome_.believed = requester_->authenticated() || !requester_->signed_measurements().empty();
        return std::move(outcome_);
    }

   private:
    Bytes round_trip(const Bytes& request) {
        Bytes response = responder_->receive(request).value_or(Bytes{});
        Bytes honest = response;
        if (row_.lie) row_.lie({requester_->parameters(), outcome_.log, request}, response);
        if (response != honest && !outcome_.told) outcome_.told = outcome_.log.size();
        outcome_.log.push_back({request, response});
        return response;
    }

    spdm::Checked<> exchange(Bytes request) {
        while (true) {
            spdm::Outcome outcome = TRY(requester_->receive(round_trip(request)));
            if (outcome.done()) return {};
            request = std::move(outcome.again);
        }
    }

    spdm::Checked<> everything() {
        spdm::AttestationWalk walk(*requester_, {.portion = 300, .every_slot = false});
        while (auto send = walk.next()) TRY(walk.receive(round_trip(send->message)));
        // A lie that was let through may have taken the measurements away.
        if (requester_->parameters().measurement_specification == 0) return {};
        TRY(exchange(requester_->get_measurements({.operation = 2})));
        return exchange(requester_->vendor_defined({.standard_id = 3, .vendor_id = {1, 2}, .payload = {}}));
    }

    const LieRow& row_;
    spdm::Device device_ = hostile_device();
    spdm::RequesterConfig config_;
    SeededRandom responder_random_{1}, requester_random_{2};
    std::optional<spdm::Responder> responder_;
    std::optional<spdm::Requester> requester_;
    Outcome outcome_;
};

// The request that was put off, sent again, is no further step, nor is the rest of a chain that can only be
// judged whole.
bool asks_again(const Outcome& outcome, size_t at, Check check) {
    const Bytes& request = outcome.log[at].request;
    bool whole_chain = check == Check::cert_digest || check == Check::cert_structure;
    if (whole_chain && request[1] == code::get_certificate) return true;
    return check == Check::retries && request == outcome.log[at - 1].request;
}

engine::Judgement judge(engine::Trial& trial, const LieRow& row) {
    std::optional<spdm::Waivers> waivers = trial.lab().dut().requester();
    if (!waivers) return engine::Trial::not_applicable("the target is no requester");
    Outcome outcome = tell(row, *waivers);
    for (const Seen& seen : outcome.log) {
        lab::Exchange exchange;
        exchange.request = seen.request;
        exchange.response = seen.response;
        exchange.request_context.version = exchange.response_context.version = row.version;
        trial.lab().record(exchange);
    }
    std::string requirement(spdm::info(row.check).requirement);
    std::string lie(spdm::info(row.check).violated);
    if (row.later) {
        return trial.expect_that(!outcome.complete && !outcome.believed, requirement,
                                 "a requester that is not deceived: " + lie,
                                 "it took the device for authentic");
    }
    // Who the two are is no message. Then nothing may be asked of the device that its chain has to vouch for.
    if (!row.lie) {
        bool trusted = std::ranges::any_of(outcome.log, [](const Seen& seen) {
            return seen.request[1] == code::challenge || seen.request[1] == code::get_measurements;
        });
        bool read = !outcome.log.empty() && outcome.log.back().request[1] == code::get_certificate;
        return trial.expect_that(read && !trusted, requirement,
                                 "the requester reads the chain and gives up: " + lie,
                                 trusted ? "it went on behind the chain" : "it gave up before");
    }
    if (!outcome.told)
        return trial.expect_that(false, requirement, "the lie is told", "the walk never came to it");
    size_t next = *outcome.told + 1;
    while (next < outcome.log.size() && asks_again(outcome, next, row.check)) ++next;
    bool patient = next - *outcome.told <= kPatience;
    bool stopped = next == outcome.log.size() && !outcome.complete;
    std::string went_on = next < outcome.log.size()
                              ? "it went on with " + message_name(outcome.log[next].request[1])
                              : "it went on to the end";
    return trial.expect_that(stopped && patient, requirement, "the requester gives up: " + lie,
                             patient ? went_on : "it asked again and again");
}

std::string dashed(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '_', '-');
    return text;
}

}  // namespace

Context Moment::context() const {
    Context context = parameters.context();
    if (request[1] == code::challenge) context.measurement_summary = request[3] != summary::none;
    if (request[1] == code::get_measurements) context.signed_response = signed_measurements();
    return context;
}

bool Moment::signed_measurements() const {
    return request[1] == code::get_measurements && (request[2] & kSignatureRequested) != 0;
}

void Moment::sign(Bytes& response) const {
    bool challenge = request[1] == code::challenge;
    if (!challenge && !signed_measurements()) return;
    Bytes transcript;
    for (const Seen& seen : log) {
        uint8_t asked = seen.request[1];
        bool vca = asked == code::get_version || asked == code::get_capabilities ||
                   asked == code::negotiate_algorithms;
        bool covered =
            challenge || asked == code::get_measurements || (vca && parameters.version >= Version::v1_2);
        if (covered) transcript = concat({transcript, seen.request, seen.response});
    }
    spdm::Suite suite = parameters.suite();
    size_t size = crypto::signature_size(suite.sign);
    if (response.size() < size) return;
    response.resize(response.size() - size);
    transcript = concat({transcript, request, response});
    auto signature =
        spdm::sign_transcript(provider(), suite, hostile_pki().leaf_key,
                              challenge ? spdm::kChallengeAuthContext : spdm::kMeasurementsContext,
                              provider().digest(suite.hash, transcript));
    if (signature) append(response, *signature);
}

Outcome tell(const LieRow& row, const spdm::Waivers& requester_waivers) {
    return Meeting(row, requester_waivers).run();
}

Lie bytes(uint8_t code, const std::function<void(Bytes&)>& change, unsigned times) {
    return [code, change, times](const Moment& now, Bytes& response) {
        unsigned answered = 0;
        for (const Seen& seen : now.log) answered += seen.request[1] == code;
        if (now.request[1] == code && answered < times) change(response);
    };
}

Lie answer(uint8_t code, std::string_view hex, unsigned times) {
    Bytes instead = from_hex(hex).value_or(Bytes{});
    return bytes(code, [instead](Bytes& response) { response = instead; }, times);
}

void flip(Bytes& bytes) { bytes.back() ^= 1; }

const crypto::TestPki& hostile_pki() {
    static const crypto::TestPki pki =
        *crypto::make_test_pki(kAlgo, crypto::SignAlgo::ed25519, crypto::HashAlgo::sha256, kLabel);
    return pki;
}

Setup identity(const std::function<void(spdm::Identity&)>& change) {
    return [change](spdm::Device& device, spdm::RequesterConfig&) {
        for (auto& slot : device.identities[kAlgo]) {
            if (slot) change(*slot);
        }
    };
}

Setup leaf(const std::function<void(crypto::CertificateSpec&)>& change) {
    return identity([change](spdm::Identity& who) {
        crypto::CertificateSpec spec;
        change(spec);
        who = identity_of(*crypto::make_test_pki(kAlgo, crypto::SignAlgo::ed25519, crypto::HashAlgo::sha256,
                                                 kLabel, &spec));
    });
}

const std::vector<LieRow>& lies() {
    static const std::vector<LieRow> all = [] {
        std::vector<LieRow> rows;
        add_vca_lies(rows);
        add_identity_lies(rows);
        add_measurement_lies(rows);
        return rows;
    }();
    return all;
}

void add_requester(std::vector<engine::Case>& cases) {
    add_honest(cases);
    std::map<Check, int> numbers;
    for (const LieRow& row : lies()) {
        engine::Case one;
        one.id = fmt::format("req/{}-{}", dashed(spdm::info(row.check).name), ++numbers[row.check]);
        one.title = fmt::format("A requester gives up: {}", spdm::info(row.check).violated);
        one.requirements = {std::string(spdm::info(row.check).requirement)};
        if (!row.also.empty()) one.requirements.push_back(row.also);
        one.since = one.until = row.version;
        one.run = [&row](engine::Trial& trial) { return judge(trial, row); };
        cases.push_back(std::move(one));
    }
}

}  // namespace assay::cases
