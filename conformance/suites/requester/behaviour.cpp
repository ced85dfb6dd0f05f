// What a requester has to do in sessions besides giving up: which session ends and which goes on, under which
// keys, and what it answers when the responder asks.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/suites/requester/requester_harness.h"
#include "stack/spdm/secured_opaque.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/opaque_data.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/registry.h"

namespace assay::cases {

namespace {

using namespace wire;
using engine::CaseContext;
using engine::CheckResult;
using spdm::Checked;
using spdm::Direction;

constexpr uint64_t kShortRound = 0x10000;

// A harness that a case drives step by step.
class Stage {
   public:
    Stage(CaseContext& test, const spdm::FaultConfig& faults, const Setup& setup = {})
        : test_(&test),
          row_{.check = spdm::Check::retries,
               .version = test.version(),
               .setup = setup,
               .session = by_exchange()},
          harness_(row_, faults) {}

    RequesterHarness& operator*() { return harness_; }
    RequesterHarness* operator->() { return &harness_; }
    spdm::Requester& requester() { return harness_.requester(); }

    // A session, where requests go from here on.
    std::expected<uint32_t, engine::Finding> session(std::string_view requirement, bool psk = false) {
        if (requester().state() != spdm::ConnectionState::negotiated)
            TRY(goes_on(harness_.connect(), requirement));
        Checked<uint32_t> id = harness_.establish(psk);
        if (!id) {
            Checked<> refused = std::unexpected(id.error());
            TRY(goes_on(refused, requirement));
        }
        return *id;
    }
    // The requester accepted the answer.
    CheckResult goes_on(const Checked<>& outcome, std::string_view requirement) {
        return expect(outcome.has_value(), requirement, "the requester goes on",
                      outcome ? "" : outcome.error().text());
    }
    // It refused, and has no such session any more.
    CheckResult gives_up(const Checked<>& outcome, uint32_t id, std::string_view requirement) {
        TRY(expect(!outcome, requirement, "the requester gives up", "it took what came"));
        return expect(requester().session(id) == nullptr, requirement, "the session is over", "it lives");
    }
    CheckResult expect(bool holds, std::string_view requirement, std::string expected, std::string got) {
        if (!holds) keep(*test_, harness_.log());
        return test_->expect_that(holds, requirement, std::move(expected), std::move(got));
    }
    // The requester's result for a record that the harness did not deliver.
    Checked<> takes(ByteView record, bool secured = true) {
        Checked<spdm::Outcome> outcome = requester().receive(record, secured);
        if (!outcome) return std::unexpected(outcome.error());
        return {};
    }
    // A record with any content under the responder's current keys.
    Bytes sealed(uint32_t id, ByteView message) {
        spdm::Session* channel = harness_.responder().session(id);
        if (channel == nullptr) return {};
        auto record = channel->seal_message(Direction::response, message);
        return record ? std::move(*record) : Bytes{};
    }
    Bytes header(uint8_t code, uint8_t param1 = 0, uint8_t param2 = 0) const {
        return {byte(row_.version), code, param1, param2};
    }

   private:
    CaseContext* test_;
    FaultRow row_;
    RequesterHarness harness_;
};

// Beside the selected version stands an element of a registry that the requester need not know.
CheckResult unknown_element(CaseContext& test, const spdm::FaultConfig& faults) {
    Stage stage(test, faults);
    TRY(stage.goes_on(stage->connect(), "SPDM-KEX-114"));
    stage->inject(fields<KeyExchangeResponse>([version = test.version()](KeyExchangeResponse& m) {
        const Context context{.version = version};
        auto opaque = decode_exact<OpaqueData>(m.opaque_data, context);
        if (!opaque) return;
        opaque->elements.push_back({.id = 3, .vendor_id = {1, 2}, .data = {7, 7}, .align_padding = {}});
        m.opaque_data = encode_raw(*opaque, context);
    }));
    return stage.goes_on(stage->exchange(stage.requester().key_exchange()), "SPDM-KEX-114");
}

// FINISH_RSP under data keys; and once it came as it should, the next answer under the keys of the handshake.
CheckResult phases(CaseContext& test, const spdm::FaultConfig& faults) {
    Stage stage(test, faults);
    TRY(stage.goes_on(stage->connect(), "SPDM-FIN-111"));
    TRY(stage.goes_on(stage->exchange(stage.requester().key_exchange()), "SPDM-FIN-111"));
    uint32_t id = *stage.requester().last_session();
    stage->round_trip(stage.requester().finish(), true);
    Bytes response = stage.header(code::finish_rsp);
    if (test.at_least(Version::v1_4)) response.resize(response.size() + 2);
    TRY(stage.gives_up(stage.takes(stage.sealed(id, response)), id, "SPDM-FIN-111"));

    stage.requester().use_session(std::nullopt);
    TRY(stage.goes_on(stage->exchange(stage.requester().key_exchange()), "SPDM-SEC-116"));
    id = *stage.requester().last_session();
    const record::TrafficKey key =
        stage->responder().session(id)->schedule().traffic_key(Direction::response);
    record::SealOptions options = stage->responder().session(id)->seal_options(Direction::response);
    TRY(stage.goes_on(stage->exchange(stage.requester().finish()), "SPDM-SEC-116"));
    stage.requester().use_session(id);
    (void)stage.requester().heartbeat();
    auto late = key.seal(options, record::none(), stage.header(code::heartbeat_ack));
    return stage.gives_up(stage.takes(*late), id, "SPDM-SEC-116");
}

// What comes in place of FINISH_RSP, under the right keys, is no answer to FINISH: the session was never
// there.
CheckResult early_data(CaseContext& test, const spdm::FaultConfig& faults) {
    for (bool psk : {false, true}) {
        Stage stage(test, faults);
        spdm::Requester& requester = stage.requester();
        TRY(stage.goes_on(stage->connect(), "SPDM-ATK-116"));
        TRY(stage.goes_on(stage->exchange(psk ? requester.psk_exchange() : requester.key_exchange()),
                          "SPDM-ATK-116"));
        uint32_t id = *requester.last_session();
        bool early = requester.session(id)->phase() == spdm::Phase::application;
        TRY(stage.expect(!early, "SPDM-ATK-115", "a session in its handshake", "an established one"));
        (void)(psk ? requester.psk_finish() : requester.finish());
        TRY(stage.gives_up(stage.takes(stage.sealed(id, stage.header(code::heartbeat_ack))), id,
                           "SPDM-ATK-116"));
    }
    return {};
}

// The acknowledgement of UpdateAllKeys comes under the new key, a refusal under the old one.
CheckResult updates(CaseContext& test, const spdm::FaultConfig& faults) {
    Stage stage(test, faults);
    spdm::Requester& requester = stage.requester();
    uint32_t id = TRY(stage.session("SPDM-SES-113"));
    TRY(stage.goes_on(stage->exchange(requester.key_update(KeyOperation::update_key)), "SPDM-SES-112"));
    // Before it is verified there is no second: refused, and everything as it was.
    Checked<> refused = stage->exchange(requester.key_update(KeyOperation::update_all_keys));
    TRY(stage.expect(!refused && requester.peer_error() == ErrorCode::invalid_request, "SPDM-SES-136",
                     "the responder's refusal", refused ? "an acknowledgement" : refused.error().text()));
    TRY(stage.goes_on(stage->exchange(requester.key_update(KeyOperation::verify_new_key)), "SPDM-SES-136"));
    TRY(stage.goes_on(stage->exchange(requester.heartbeat()), "SPDM-SES-136"));
    // The responder never received this one; it acknowledges it under the old key, and so has not updated it.
    const Bytes sent = requester.key_update(KeyOperation::update_all_keys);
    Bytes ack = stage->intercept(sent);
    ack[wire::kCodeAt] = code::key_update_ack;
    return stage.gives_up(stage.takes(stage.sealed(id, ack)), id, "SPDM-SES-113");
}

// A record under the key that was before the update.
CheckResult old_key(CaseContext& test, const spdm::FaultConfig& faults) {
    Stage stage(test, faults);
    spdm::Requester& requester = stage.requester();
    uint32_t id = TRY(stage.session("SPDM-SES-115"));
    const spdm::Session& channel = *stage->responder().session(id);
    const record::TrafficKey key = channel.schedule().traffic_key(Direction::response);
    for (KeyOperation operation : {KeyOperation::update_all_keys, KeyOperation::verify_new_key})
        TRY(stage.goes_on(stage->exchange(requester.key_update(operation)), "SPDM-SES-115"));
    record::SealOptions options = stage->responder().session(id)->seal_options(Direction::response);
    (void)requester.heartbeat();
    auto late = key.seal(options, record::none(), stage.header(code::heartbeat_ack));
    return stage.gives_up(stage.takes(*late), id, "SPDM-SES-115");
}

// Without an acknowledgement the same record goes out again, and no other; with a repeated one nothing
// changes.
CheckResult acknowledgements(CaseContext& test, const spdm::FaultConfig& faults) {
    Stage stage(test, faults);
    spdm::Requester& requester = stage.requester();
    uint32_t id = TRY(stage.session("SPDM-ATK-121"));
    const Bytes update = requester.key_update(KeyOperation::update_key);
    auto again = requester.timed_out();
    TRY(stage.expect(again && again->again == update, "SPDM-ATK-121", "the same record once more",
                     "another one"));
    RequesterHarness::Carried ack = stage->round_trip(update, true);
    TRY(stage.goes_on(stage.takes(ack.bytes), "SPDM-ATK-121"));
    uint32_t before = requester.session(id)->generation(Direction::request);
    (void)requester.key_update(KeyOperation::verify_new_key);
    Checked<> repeated = stage.takes(ack.bytes);
    bool changed =
        requester.session(id) != nullptr && requester.session(id)->generation(Direction::request) != before;
    return stage.expect(!repeated && !changed, "SPDM-ATK-122", "a refusal, and the same keys",
                        "the repeated acknowledgement was taken");
}

// Neither an answer nor an ERROR that comes outside ends the session, or keeps the answer from coming.
CheckResult plain_messages(CaseContext& test, const spdm::FaultConfig& faults) {
    Stage stage(test, faults);
    spdm::Requester& requester = stage.requester();
    uint32_t id = TRY(stage.session("SPDM-ATK-120"));
    const auto error = static_cast<uint8_t>(ErrorCode::decrypt_error);
    for (const Bytes& plain : {stage.header(code::heartbeat_ack), stage.header(code::error, error)}) {
        const Bytes request = requester.heartbeat();
        Checked<> outcome = stage.takes(plain, false);
        TRY(stage.expect(!outcome, "SPDM-ATK-120", "the message is refused", "it was taken for the answer"));
        TRY(stage.expect(requester.session(id) != nullptr, "SPDM-ATK-120", "the session goes on",
                         "it is over"));
        TRY(stage.goes_on(stage.takes(stage->round_trip(request, true).bytes), "SPDM-ATK-120"));
    }
    return {};
}

// What the requester delivers to an encapsulated request: `request` in place of what the device asks.
std::expected<Bytes, engine::Finding> delivered(Stage& stage, const Bytes& request,
                                                std::string_view requirement) {
    stage->inject(
        fields<EncapsulatedRequest>([&](EncapsulatedRequest& m) { m.encapsulated_request = request; }));
    TRY(stage.goes_on(stage->exchange(stage.requester().get_encapsulated_request()), requirement));
    stage->inject(Fault{});
    (void)stage->round_trip(stage.requester().deliver_encapsulated_response(), true);
    const Context context = stage->seen().parameters().context();
    auto deliver = decode<DeliverEncapsulatedResponse>(stage->log().back().request, context);
    return deliver ? std::move(deliver->encapsulated_response) : Bytes{};
}

CheckResult encapsulated(CaseContext& test, const spdm::FaultConfig& faults) {
    const uint8_t version = byte(test.version());
    const uint8_t other = byte(test.version() == Version::v1_2 ? Version::v1_1 : Version::v1_2);
    constexpr auto kAll = static_cast<uint8_t>(KeyOperation::update_all_keys);
    const struct {
        Bytes request;
        std::string_view requirement;
    } rows[] = {{{version, code::key_exchange, 0, 0}, "SPDM-ENC-109"},
                {{version, code::get_version, 0, 0}, "SPDM-ENC-109"},
                {{other, code::get_digests, 0, 0}, "SPDM-ENC-108"},
                {{version, code::key_update, kAll, 1}, "SPDM-SES-120"}};
    for (const auto& row : rows) {
        Stage stage(test, faults);
        uint32_t id = TRY(stage.session(row.requirement));
        stage->responder().ask_for_key_update(id);
        const uint32_t before = stage.requester().session(id)->generation(Direction::response);
        Bytes answer = TRY(delivered(stage, row.request, row.requirement));
        TRY(stage.expect(answer.size() >= 4 && wire::code_of(answer) == code::error, row.requirement,
                         "an encapsulated ERROR", to_hex(answer)));
        const spdm::Session* session = stage.requester().session(id);
        bool kept = session == nullptr || session->generation(Direction::response) == before;
        TRY(stage.expect(kept, row.requirement, "the keys as they were", "new ones"));
    }
    return {};
}

// Behind END_SESSION_ACK, DecryptError, and silence.
CheckResult ends(CaseContext& test, const spdm::FaultConfig& faults) {
    Stage stage(test, faults);
    spdm::Requester& requester = stage.requester();
    uint32_t id = TRY(stage.session("SPDM-SES-122"));
    const Bytes answer = stage->round_trip(requester.heartbeat(), true).bytes;
    TRY(stage.goes_on(stage.takes(answer), "SPDM-SES-122"));
    TRY(stage.goes_on(stage->exchange(requester.end_session()), "SPDM-SES-122"));
    TRY(stage.gives_up(stage.takes(answer), id, "SPDM-SES-122"));
    requester.use_session(id);
    (void)requester.get_digests();
    TRY(stage.expect(!requester.secured(), "SPDM-SES-122", "nothing more in the session", "a record of it"));

    id = TRY(stage.session("SPDM-SEC-125"));
    (void)requester.heartbeat();
    const auto error = static_cast<uint8_t>(ErrorCode::decrypt_error);
    TRY(stage.gives_up(stage.takes(stage.sealed(id, stage.header(code::error, error))), id, "SPDM-SEC-125"));

    id = TRY(stage.session("SPDM-SES-106"));
    (void)requester.heartbeat();
    constexpr int kMostRepeats = 64;
    int times = 0;
    while (times < kMostRepeats && requester.timed_out()) ++times;
    return stage.expect(times < kMostRepeats && requester.session(id) == nullptr, "SPDM-SES-106",
                        "the session is over when no answer comes", "it goes on");
}

// The last number is not used, in neither direction.
CheckResult counters(CaseContext& test, const spdm::FaultConfig& faults) {
    Stage stage(test, faults);
    spdm::Requester& requester = stage.requester();
    uint32_t id = TRY(stage.session("SPDM-SEC-119"));
    requester.session(id)->set_sequence(Direction::request, record::kMaxSequence);
    const Bytes beyond = requester.heartbeat();
    TRY(stage.expect(beyond.empty() && requester.session(id) == nullptr, "SPDM-SEC-119",
                     "no record, and the session is over", "a record"));
    id = TRY(stage.session("SPDM-SEC-119"));
    (void)requester.heartbeat();
    requester.session(id)->set_sequence(Direction::response, record::kMaxSequence);
    const spdm::Session& channel = *stage->responder().session(id);
    record::SealOptions options{.session_id = id, .sequence = record::kMaxSequence, .stated = {}};
    auto last =
        channel.key(Direction::response).seal(options, record::none(), stage.header(code::heartbeat_ack));
    return stage.gives_up(stage.takes(*last), id, "SPDM-SEC-119");
}

// The low bytes of the number fit, and it is a whole round older.
CheckResult round_older(CaseContext& test, const spdm::FaultConfig& faults) {
    Stage stage(test, faults, over(record::mctp()));
    spdm::Requester& requester = stage.requester();
    uint32_t id = TRY(stage.session("SPDM-ATK-106"));
    RequesterHarness::Carried old = stage->round_trip(requester.heartbeat(), true);
    TRY(stage.goes_on(stage.takes(old.bytes), "SPDM-ATK-106"));
    (void)requester.heartbeat();
    requester.session(id)->set_sequence(Direction::response, kShortRound);
    return stage.gives_up(stage.takes(old.bytes), id, "SPDM-ATK-106");
}

// Whatever random bytes stand behind the message.
CheckResult random_bytes(CaseContext& test, const spdm::FaultConfig& faults) {
    for (size_t size : {size_t{0}, size_t{1}, size_t{32}}) {
        Stage stage(test, faults, over(record::mctp()));
        (void)TRY(stage.session("SPDM-SEC-113"));
        stage->inject([size](const FaultContext& now, Bytes& record, bool&) {
            record = now.seal(now.honest, {.random = Bytes(size, 0xa5)});
        });
        TRY(stage.goes_on(stage->exchange(stage.requester().heartbeat()), "SPDM-SEC-113"));
    }
    return {};
}

struct Row {
    std::string id, title;
    std::vector<std::string> requirements;
    CheckResult (*run)(CaseContext&, const spdm::FaultConfig&);
};

}  // namespace

void add_session_behaviour(std::vector<engine::Case>& cases) {
    const Row rows[] = {
        {"req/unknown-opaque-element",
         "An element of an unknown registry is skipped",
         {"SPDM-KEX-114"},
         unknown_element},
        {"req/phases", "Each phase has its keys", {"SPDM-FIN-111", "SPDM-SEC-116"}, phases},
        {"req/early-data",
         "Nothing but FINISH_RSP establishes a session",
         {"SPDM-ATK-115", "SPDM-ATK-116"},
         early_data},
        {"req/updates",
         "Keys change with the acknowledgement that shows it, and with no refusal",
         {"SPDM-SES-112", "SPDM-SES-113", "SPDM-SES-136"},
         updates},
        {"req/old-key", "The key before an update is none any more", {"SPDM-SES-115"}, old_key},
        {"req/acknowledgements",
         "A lost KEY_UPDATE_ACK, and one that comes twice",
         {"SPDM-ATK-121", "SPDM-ATK-122"},
         acknowledgements},
        {"req/plain-message",
         "A message outside a session changes nothing in it",
         {"SPDM-ATK-120"},
         plain_messages},
        {"req/encapsulated",
         "What a requester does not serve it answers with an encapsulated ERROR",
         {"SPDM-ENC-108", "SPDM-ENC-109", "SPDM-SES-120"},
         encapsulated},
        {"req/session-ends",
         "A session that is over is over at the requester too",
         {"SPDM-SES-122", "SPDM-SEC-125", "SPDM-SES-106"},
         ends},
        {"req/counters", "No number is used that would be the last", {"SPDM-SEC-119"}, counters},
        {"req/round-older",
         "An answer whose number fits in its low bytes only is refused",
         {"SPDM-ATK-106"},
         round_older},
        {"req/random-bytes",
         "What stands behind an answer's application data does not matter",
         {"SPDM-SEC-113"},
         random_bytes}};
    for (const Row& row : rows) {
        engine::Case one;
        one.id = row.id;
        one.title = row.title;
        one.requirements = row.requirements;
        one.since = Version::v1_1;
        one.run = [run = row.run](CaseContext& test) -> CheckResult {
            std::optional<spdm::FaultConfig> faults = test.lab().dut().requester();
            if (!faults) return CaseContext::not_applicable("the target is no requester");
            return run(test, *faults);
        };
        cases.push_back(std::move(one));
    }
}

}  // namespace assay::cases
