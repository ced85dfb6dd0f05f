// What a requester takes in sessions and what not: under which keys, in which phase, and what it answers when
// the responder asks.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "conformance/suites/requester/case_context.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/opaque_data.h"
#include "stack/wire/messages/session.h"
#include "stack/wire/registry.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Direction;

namespace {

// A request that was not answered may be repeated so often.
constexpr size_t kMostRepeats = 64;

// What is injected, and in which flow.
struct Trick {
    lab::Faults faults{};
    lab::FlowOptions flow = by_exchange();
    Setup setup{};
};

// The requester takes what is injected, and goes on with the request that follows there in an honest run.
CheckResult goes_on(CaseContext& test, const Trick& trick, std::string_view requirement) {
    const Run* honest = TRY(test.honest(trick.flow, trick.setup));
    const Run* run = TRY(test.faulty(trick.flow, trick.setup, trick.faults));
    const std::optional<size_t> at = run->responder->injected_at();
    if (!at || *at + 1 >= honest->exchanges().size())
        return CaseContext::not_applicable("the requester does not ask for what is changed, or ends with it");
    const bool goes_on =
        *at + 1 < run->exchanges().size() &&
        code_of(run->exchanges()[*at + 1].request) == code_of(honest->exchanges()[*at + 1].request);
    return test.expect_that(goes_on, requirement, "the requester goes on",
                            run->end.output.empty() ? lab::describe(run->end) : run->end.output, {}, *at);
}

// The requester does not take what is injected: nothing but the same record comes in that session behind it.
CheckResult gives_up(CaseContext& test, const Trick& trick, std::string_view requirement,
                     std::string_view what) {
    const Run* honest = TRY(test.honest(trick.flow, trick.setup));
    const Run* run = TRY(test.faulty(trick.flow, trick.setup, trick.faults));
    const std::optional<size_t> at = run->responder->injected_at();
    if (!at) return CaseContext::not_applicable("the requester does not ask for what is changed");
    const Exchange& injected = run->exchanges()[*at];
    size_t repeats = 0;
    for (size_t next = *at + 1; next < run->exchanges().size(); ++next) {
        const Exchange& seen = run->exchanges()[next];
        const bool in_it = seen.session == injected.session && code_of(seen.request) != code::end_session;
        const bool repeated = seen.request_record == injected.request_record;
        repeats += in_it && repeated ? 1 : 0;
        TRY(test.expect_that(!in_it || repeated, requirement, fmt::format("the session ends: {}", what),
                             "it went on with " + request_name(seen), {}, next));
    }
    TRY(test.expect_that(repeats < kMostRepeats, requirement, fmt::format("the session ends: {}", what),
                         "the same record again and again", {}, *at));
    const bool all_done = run->end == honest->end && run->end.succeeded() &&
                          run->exchanges().size() >= honest->exchanges().size();
    return test.expect_that(!all_done, requirement, fmt::format("the session ends: {}", what),
                            "it ended as if all were well", {}, *at);
}

// Changes the record that answers one kind of request in a session.
RecordFault to(wire::Code code, const std::function<void(const FaultContext&, Bytes&)>& change) {
    return [=](const FaultContext& now, Bytes& record, bool&) {
        if (code_of(now.request) == code) change(now, record);
    };
}

Bytes header(const FaultContext& now, wire::Code code, uint8_t param1 = 0) {
    return {byte(now.parameters.version), byte(code), param1, 0};
}

// A key for responses as it was at some point of a session, and the number that was due under it.
struct OldKey {
    SecretBytes secret;
    record::SealOptions options;

    Bytes seal(const FaultContext& now, ByteView message, uint64_t sequence) const {
        const spdm::Session& channel = now.sessions->at(*now.session).channel;
        record::SealOptions with = options;
        with.sequence = sequence;
        const Bytes data = record::to_application(channel.transport(), message);
        return channel.schedule()
            .traffic_key(secret.view())
            .seal(with, channel.transport(), data)
            .value_or(Bytes{});
    }
};
OldKey key_of(const FaultContext& now) {
    const spdm::Session& channel = now.sessions->at(*now.session).channel;
    return {SecretBytes(channel.schedule().secret(Direction::response).view()),
            channel.seal_options(Direction::response)};
}

// Beside the selected version stands an element of a registry that the requester need not know.
CheckResult unknown_element(CaseContext& test) {
    const Fault fault = fields<KeyExchangeResponse>([version = test.version()](KeyExchangeResponse& m) {
        const Context context{.version = version};
        auto opaque = decode_exact<OpaqueData>(m.opaque_data, context);
        if (!opaque) return;
        opaque->elements.push_back({.id = 3, .vendor_id = {1, 2}, .data = {7, 7}, .align_padding = {}});
        m.opaque_data = encode_raw(*opaque, context);
    });
    return goes_on(test, {.faults = {.response = fault}}, "SPDM-KEX-114");
}

// FINISH_RSP under data keys; and once it came as it should, the next answer under the keys of the handshake.
CheckResult phases(CaseContext& test) {
    const RecordFault early = to(
        code::finish, [](const FaultContext& now, Bytes& record) { record = now.seal_by_own(now.honest); });
    TRY(gives_up(test, {.faults = {.record = early}}, "SPDM-FIN-111", "FINISH_RSP came under data keys"));
    auto handshake = std::make_shared<std::optional<OldKey>>();
    const RecordFault late = [handshake](const FaultContext& now, Bytes& record, bool&) {
        if (code_of(now.request) == code::finish) {
            *handshake = key_of(now);
        } else if (*handshake) {
            record = (*handshake)->seal(now, now.honest, (*handshake)->options.sequence);
        }
    };
    return gives_up(test, {.faults = {.record = late}}, "SPDM-SEC-116",
                    "an answer came under the keys of the handshake");
}

// Until FINISH_RSP came, nothing but the handshake goes through the session; and what comes in its place,
// under the right keys, is no answer to FINISH.
CheckResult early_data_of(CaseContext& test, const lab::FlowOptions& flow, wire::Code finish) {
    const Run* honest = TRY(test.honest(flow));
    std::set<uint32_t> established;
    for (const Exchange& seen : honest->exchanges()) {
        if (!seen.session) continue;
        const wire::Code code = code_of(seen.request);
        const bool handshake = code == finish || code == code::get_encapsulated_request ||
                               code == code::deliver_encapsulated_response;
        TRY(test.expect_that(handshake || established.contains(*seen.session), "SPDM-ATK-115",
                             "a session in its handshake", request_name(seen), {}, honest->place(&seen)));
        if (code == finish) established.insert(*seen.session);
    }
    const RecordFault other = to(finish, [](const FaultContext& now, Bytes& record) {
        record = now.seal_by_own(header(now, code::heartbeat_ack));
    });
    return gives_up(test, {.faults = {.record = other}, .flow = flow}, "SPDM-ATK-116",
                    "another answer came in place of FINISH_RSP");
}

CheckResult early_data(CaseContext& test) {
    return CaseContext::each_that_applies({[&] { return early_data_of(test, by_exchange(), code::finish); },
                                           [&] { return early_data_of(test, by_psk(), code::psk_finish); }});
}

bool updates(const FaultContext& now, KeyOperation operation) {
    return code_of(now.request) == code::key_update && param1(now.request) == static_cast<uint8_t>(operation);
}

// The acknowledgement of UpdateAllKeys comes under the new key; under the old one it acknowledges nothing.
CheckResult acknowledged_under_old_key(CaseContext& test) {
    auto before = std::make_shared<std::optional<OldKey>>();
    const RecordFault old = [before](const FaultContext& now, Bytes& record, bool&) {
        if (!updates(now, KeyOperation::update_all_keys)) {
            *before = key_of(now);
        } else if (*before) {
            record = (*before)->seal(now, now.honest, (*before)->options.sequence + 1);
        }
    };
    return gives_up(test, {.faults = {.record = old}}, "SPDM-SES-113",
                    "UpdateAllKeys was acknowledged under the old key");
}

// A key update that is refused: what follows in the session comes under the key from before.
CheckResult refused_update(CaseContext& test) {
    TRY(test.honest(by_exchange()));
    const Fault refuses = [](const FaultContext& now, Bytes& response) {
        if (updates(now, KeyOperation::update_key))
            response = header(now, code::error, static_cast<uint8_t>(ErrorCode::invalid_request));
    };
    const Run* run = TRY(test.faulty(by_exchange(), {}, {.response = refuses}));
    const std::optional<size_t> at = run->responder->injected_at();
    if (!at) return CaseContext::not_applicable("the requester updates no key");
    if (*at + 1 >= run->exchanges().size()) return {};
    const Exchange& next = run->exchanges()[*at + 1];
    const bool readable = !next.session || code_of(next.request) != wire::Code{};
    return test.expect_that(readable, "SPDM-SES-136", "a record under the key that was not updated",
                            "a record under another key", {}, *at + 1);
}

CheckResult key_updates(CaseContext& test) {
    TRY(acknowledged_under_old_key(test));
    return refused_update(test);
}

// A record under the key that was before the update.
CheckResult old_key(CaseContext& test) {
    struct Seen {
        std::optional<OldKey> before;
        bool updated = false, verified = false;
    };
    auto seen = std::make_shared<Seen>();
    const RecordFault late = [seen](const FaultContext& now, Bytes& record, bool&) {
        if (seen->verified) {
            const spdm::Session& channel = now.sessions->at(*now.session).channel;
            record = seen->before->seal(now, now.honest, channel.sequence(Direction::response));
        } else if (updates(now, KeyOperation::update_all_keys)) {
            seen->updated = seen->before.has_value();
        } else if (updates(now, KeyOperation::verify_new_key)) {
            seen->verified = seen->updated;
        } else {
            seen->before = key_of(now);
        }
    };
    return gives_up(test, {.faults = {.record = late}}, "SPDM-SES-115",
                    "an answer came under the key before the update");
}

// No answer to a key update: the same record again, or the end. An acknowledgement that came before does not
// acknowledge what follows.
CheckResult acknowledgements(CaseContext& test) {
    auto silent = std::make_shared<bool>(false);
    const RecordFault lost = [silent](const FaultContext& now, Bytes& record, bool&) {
        *silent = *silent || updates(now, KeyOperation::update_key);
        if (*silent) record.clear();
    };
    TRY(gives_up(test, {.faults = {.record = lost}}, "SPDM-ATK-121", "a key update got no answer"));
    auto first = std::make_shared<Bytes>();
    const RecordFault again = to(code::key_update, [first](const FaultContext& now, Bytes& record) {
        if (updates(now, KeyOperation::verify_new_key) && !first->empty()) {
            record = *first;
        } else {
            *first = record;
        }
    });
    return gives_up(test, {.faults = {.record = again}}, "SPDM-ATK-122",
                    "the acknowledgement of the update came again");
}

// What the requester says to an encapsulated request that it does not serve, in a session.
CheckResult encapsulated(CaseContext& test) {
    const uint8_t version = byte(test.version());
    const uint8_t other = byte(test.version() == Version::v1_2 ? Version::v1_1 : Version::v1_2);
    constexpr auto kAll = static_cast<uint8_t>(KeyOperation::update_all_keys);
    const struct {
        Bytes request;
        std::string_view requirement;
    } rows[] = {{{version, byte(code::key_exchange), 0, 0}, "SPDM-ENC-109"},
                {{version, byte(code::get_version), 0, 0}, "SPDM-ENC-109"},
                {{other, byte(code::get_digests), 0, 0}, "SPDM-ENC-108"},
                {{version, byte(code::key_update), kAll, 1}, "SPDM-SES-120"}};
    for (const auto& row : rows) {
        const Fault asks = [&row](const FaultContext& now, Bytes& response) {
            if (!now.session || code_of(now.request) != code::get_encapsulated_request) return;
            EncapsulatedRequest message;
            message.spdm_version = byte(now.parameters.version);
            message.request_id = 1;
            message.encapsulated_request = row.request;
            response = encode_raw(message, now.context());
        };
        TRY(test.honest(by_exchange()));
        const Run* run = TRY(test.faulty(by_exchange(), {}, {.response = asks}));
        const std::optional<size_t> at = run->responder->injected_at();
        if (!at) return CaseContext::not_applicable("the requester asks for no encapsulated request");
        const Exchange* delivered = *at + 1 < run->exchanges().size() ? &run->exchanges()[*at + 1] : nullptr;
        // Else it gave up, which is a refusal too.
        if (delivered == nullptr || code_of(delivered->request) != code::deliver_encapsulated_response)
            continue;
        const auto message =
            decode<DeliverEncapsulatedResponse>(delivered->request, delivered->request_context);
        const Bytes inner = message ? message->encapsulated_response : Bytes{};
        TRY(test.expect_that(inner.size() >= kHeaderSize && code_of(inner) == code::error, row.requirement,
                             "an encapsulated ERROR", to_hex(inner), {}, *at + 1));
    }
    return {};
}

// DecryptError, and silence, end a session.
CheckResult ends(CaseContext& test) {
    const RecordFault error = to(code::heartbeat, [](const FaultContext& now, Bytes& record) {
        record = now.seal(header(now, code::error, static_cast<uint8_t>(ErrorCode::decrypt_error)));
    });
    TRY(gives_up(test, {.faults = {.record = error}}, "SPDM-SEC-125", "the responder said DecryptError"));
    auto silent = std::make_shared<bool>(false);
    const RecordFault nothing = [silent](const FaultContext& now, Bytes& record, bool&) {
        *silent = *silent || code_of(now.request) == code::heartbeat;
        if (*silent) record.clear();
    };
    return gives_up(test, {.faults = {.record = nothing}}, "SPDM-SES-106", "no answer came");
}

// Whatever random bytes stand behind the message.
CheckResult random_bytes(CaseContext& test) {
    for (const size_t size : {size_t{1}, size_t{32}}) {
        const RecordFault padded = [size](const FaultContext& now, Bytes& record, bool&) {
            if (!now.honest.empty()) record = now.seal(now.honest, {.random = Bytes(size, 0xa5)});
        };
        TRY(goes_on(test, {.faults = {.record = padded}, .setup = over(record::mctp())}, "SPDM-SEC-113"));
    }
    return {};
}

}  // namespace

void add_session_behaviour(std::vector<RequesterCase>& cases) {
    const RequesterCase more[] = {
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
         {"SPDM-SES-113", "SPDM-SES-136"},
         key_updates},
        {"req/old-key", "The key before an update is none any more", {"SPDM-SES-115"}, old_key},
        {"req/acknowledgements",
         "A lost KEY_UPDATE_ACK, and one that comes twice",
         {"SPDM-ATK-121", "SPDM-ATK-122"},
         acknowledgements},
        {"req/encapsulated",
         "What a requester does not serve it answers with an encapsulated ERROR",
         {"SPDM-ENC-108", "SPDM-ENC-109", "SPDM-SES-120"},
         encapsulated},
        {"req/session-ends",
         "A session that is over is over at the requester too",
         {"SPDM-SEC-125", "SPDM-SES-106"},
         ends},
        {"req/random-bytes",
         "What stands behind an answer's application data does not matter",
         {"SPDM-SEC-113"},
         random_bytes}};
    for (RequesterCase one : more) {
        one.since = Version::v1_1;
        cases.push_back(std::move(one));
    }
}

}  // namespace assay::cases::requester
