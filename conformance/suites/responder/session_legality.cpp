// Every request in every place where it is not legal, made from the table of what is (stack/spdm/legality.h).
#include "stack/spdm/legality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "conformance/suites/responder/sessions.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/psk.h"
#include "stack/wire/messages/session.h"

namespace assay::cases {

namespace {

// Enough for the fixed part of every request that has no other form here.
constexpr size_t kFixedPart = 64;

// The request as it would be right elsewhere, so that its place is all that is wrong with it.
Result<Bytes> right_elsewhere(CaseContext& test, wire::Code request) {
    lab::Lab& lab = test.lab();
    switch (request) {
        case code::get_version: return header(v1_0, request);
        case code::get_capabilities:
            return lab.encode(lab.capabilities(test.version(), lab::session_offer()));
        case code::negotiate_algorithms:
            return lab.encode(lab.algorithms(test.version(), lab::session_offer()));
        case code::get_certificate: return lab.encode(wire::GetCertificate{.slot_id = 0, .length = 16});
        case code::challenge: return lab.encode(lab.challenge());
        case code::get_measurements: return lab.encode(lab.get_measurements(wire::kMeasurementCount, false));
        case code::key_exchange:
            if (lab.seen().parameters().dhe != 0) return lab.encode(TRY(lab.key_exchange()));
            break;
        case code::psk_exchange: return lab.encode(lab.psk_exchange());
        case code::finish:
        case code::psk_finish: {
            size_t opaque = test.at_least(v1_4) ? 2 : 0;
            Bytes message = header(test.version(), request);
            message.resize(4 + opaque + lab.seen().request_context().hash_size);
            return message;
        }
        case code::key_update:
            return lab.encode(
                wire::KeyUpdate{.key_operation = static_cast<uint8_t>(wire::KeyOperation::update_key)});
        case code::get_digests:
        case code::heartbeat:
        case code::end_session: return header(test.version(), request);
        default: break;
    }
    Bytes message = header(test.version(), request);
    message.resize(kFixedPart);
    return message;
}

bool capable(CaseContext& test, const wire::RequestInfo& row) {
    const spdm::Parameters& parameters = test.lab().seen().parameters();
    return spdm::responder_can(row, parameters) && spdm::requester_can(row, parameters);
}

// UnexpectedRequest. Who looks at capabilities or sizes first says what he finds there.
Allowed not_in_session(CaseContext& test, const wire::RequestInfo& row) {
    Allowed allowed =
        refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request, ErrorCode::invalid_request});
    allowed.equal = !capable(test, row);
    return allowed;
}

CheckResult in_handshake_phase(CaseContext& test, const wire::RequestInfo& row,
                               const std::string& requirement) {
    uint32_t id = TRY(in_handshake(test));
    Exchange exchange = TRY(test.lab().send_in(id, TRY(right_elsewhere(test, row.code))));
    TRY(expect_inside(test, exchange, not_in_session(test, row), requirement));
    return completed(test, id, "SPDM-SES-034");
}

CheckResult in_application_phase(CaseContext& test, const wire::RequestInfo& row,
                                 const std::string& requirement) {
    uint32_t id = TRY(established(test));
    Exchange exchange = TRY(test.lab().send_in(id, TRY(right_elsewhere(test, row.code))));
    TRY(expect_inside(test, exchange, not_in_session(test, row), requirement));
    TRY(expect_goes_on(test, id, requirement));
    // Nor is the connection another one.
    Exchange outside = TRY(test.lab().send(probe(test)));
    bool known = test.claims().has(cap::cert);
    if (known) return test.expect_answer(outside, requirement);
    return test.expect(outside, refused(ErrorCode::unsupported_request), requirement);
}

// With a session beside it, which it must not be taken to belong to.
CheckResult outside(CaseContext& test, const wire::RequestInfo& row, const std::string& requirement) {
    uint32_t id = TRY(established(test));
    Exchange exchange = TRY(test.lab().send(TRY(right_elsewhere(test, row.code))));
    Allowed allowed = session_needed(test);
    if (!capable(test, row)) {
        allowed.errors.push_back(ErrorCode::unsupported_request);
        allowed.equal = true;
    }
    TRY(test.expect(exchange, allowed, requirement));
    return expect_goes_on(test, id, "SPDM-ATK-020");
}

// The rule for one request in a session, where it has one of its own.
std::string rule_of(wire::Code request, wire::SessionScope place) {
    switch (request) {
        case code::get_version: return "SPDM-VER-010";
        case code::get_capabilities:
        case code::negotiate_algorithms: return "SPDM-SES-033";
        case code::challenge: return "SPDM-CHL-019";
        case code::key_exchange: return "SPDM-KEX-003";
        case code::psk_exchange: return "SPDM-PSK-014";
        case code::get_digests: return "SPDM-DIG-013";
        case code::get_measurements: return "SPDM-MEA-028";
        case code::finish: return "SPDM-FIN-004";
        case code::psk_finish: return place == wire::SessionScope::outside ? "SPDM-SES-001" : "SPDM-PSK-023";
        case code::heartbeat: return place == wire::SessionScope::outside ? "SPDM-SES-001" : "SPDM-SES-002";
        case code::key_update: return place == wire::SessionScope::outside ? "SPDM-SES-001" : "SPDM-SES-018";
        case code::end_session: return place == wire::SessionScope::outside ? "SPDM-SES-001" : "SPDM-SES-021";
        default: return place == wire::SessionScope::outside ? "SPDM-SES-001" : "SPDM-SES-034";
    }
}

std::string id_of(const wire::RequestInfo& row, std::string_view where) {
    std::string name(row.name);
    std::ranges::transform(name, name.begin(), [](char letter) {
        return letter == '_' ? '-' : static_cast<char>(std::tolower(letter));
    });
    return fmt::format("ses/{}-{}", name, where);
}

using Judge = CheckResult (*)(CaseContext&, const wire::RequestInfo&, const std::string&);

// A place, and what is judged of a request that is not legal there.
struct Place {
    wire::SessionScope scope;
    const char* id;
    const char* title;
    Judge judge;
    const char* also;  // the rule besides the request's own
};

const Place kPlaces[] = {
    {wire::SessionScope::handshake, "in-handshake", "has no place in a handshake, which goes on",
     in_handshake_phase, "SPDM-SES-034"},
    {wire::SessionScope::application, "in-session", "has no place in an established session, which goes on",
     in_application_phase, "SPDM-SES-026"},
    {wire::SessionScope::outside, "outside", "belongs into a session, and touches none from outside", outside,
     "SPDM-ATK-020"},
};

Case illegal(const wire::RequestInfo& row, const Place& place) {
    std::string rule = rule_of(row.code, place.scope);
    std::vector<std::string> rules{rule};
    if (rule != place.also) rules.emplace_back(place.also);
    return {
        .id = id_of(row, place.id),
        .title = fmt::format("{} {}", row.name, place.title),
        .requirements = std::move(rules),
        .since = std::max(row.since, v1_1),
        .negative = true,
        .run = [&row, &place, rule](CaseContext& test) { return place.judge(test, row, rule); },
    };
}

}  // namespace

void add_session_legality(CaseList& cases) {
    for (const wire::RequestInfo& row : wire::requests()) {
        for (const Place& place : kPlaces) {
            if (!row.legal.in(place.scope)) cases.push_back(illegal(row, place));
        }
    }
}

}  // namespace assay::cases
