#include "fuzz/dut/compare.h"

#include <fmt/format.h>

#include "conformance/engine/requirement.h"
#include "stack/base/ranges.h"
#include "stack/spdm/check.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

namespace {

using spdm::Check;

// Refusals that follow from what a device has, or from what it chose to have.
constexpr Check kDevicesOwn[] = {
    Check::request_unknown,        Check::request_capability,   Check::request_resynch,
    Check::session_limit,          Check::algorithms_common,    Check::capabilities_ct_exponent,
    Check::certificate_slot_empty, Check::challenge_slot_empty, Check::measurements_slot_empty,
    Check::measurements_index,     Check::exchange_slot_empty,  Check::exchange_version,
    Check::vendor_unsupported,     Check::vendor_id_length,     Check::response_size,
    Check::request_size,
};

bool puts_off(const lab::Exchange& exchange) {
    const auto error = exchange.error();
    return error == wire::ErrorCode::busy || error == wire::ErrorCode::response_not_ready;
}

std::string request_name(const lab::Exchange& exchange) {
    if (exchange.request.size() < 2) return "a message without a code";
    return wire::message_name(wire::code_of(exchange.request));
}

std::string messages(const ExchangeOutcome& device) {
    const lab::Exchange& exchange = device.exchange;
    return fmt::format("request:  {}\nresponse: {}", to_hex(exchange.request),
                       exchange.response ? to_hex(*exchange.response) : "none");
}

DeviceFinding accepted(const ExchangeOutcome& device, const ExchangeOutcome& reference) {
    const spdm::CheckInfo& check = spdm::info(*reference.refusal);
    const engine::Requirement* rule = engine::Requirements::embedded().find(check.requirement);
    const bool firm = rule != nullptr && rule->level == engine::Level::must && rule->disputes.empty() &&
                      (rule->evidence == engine::Evidence::read);
    DeviceFinding found;
    found.kind = firm ? FindingKind::accepts : FindingKind::differs;
    found.key = fmt::format("accepts:{}", check.name);
    found.title = fmt::format("answers {}, where the reference refuses: {}", request_name(device.exchange),
                              check.violated);
    found.requirement = check.requirement;
    found.step = device.step;
    found.detail = messages(device);
    if (rule != nullptr)
        found.detail += fmt::format("\nclause:   {}\n          {}", engine::clause(*rule), rule->text);
    return found;
}

DeviceFinding otherwise(const ExchangeOutcome& device, const ExchangeOutcome& reference) {
    DeviceFinding found;
    found.kind = FindingKind::differs;
    found.key = fmt::format("differs:{}:{}", request_name(device.exchange), lab::describe(device.exchange));
    found.title = fmt::format("answers {} with {}, the reference with {}", request_name(device.exchange),
                              lab::describe(device.exchange), lab::describe(reference.exchange));
    found.step = device.step;
    found.detail = messages(device);
    return found;
}

}  // namespace

std::string_view name(FindingKind kind) {
    switch (kind) {
        case FindingKind::rule: return "rule";
        case FindingKind::accepts: return "accepts";
        case FindingKind::gone: return "gone";
        case FindingKind::differs: return "differs";
    }
    return "";
}

std::optional<DeviceFinding> judge(const DeviceTrace& device) {
    const size_t step = device.exchanges.empty() ? 0 : device.exchanges.back().step;
    if (device.violation) {
        return DeviceFinding{.kind = FindingKind::rule,
                             .key = "rule:" + device.violation->invariant,
                             .title = "does not hold: " + device.violation->invariant,
                             .requirement = {},
                             .detail = device.violation->detail,
                             .step = step};
    }
    if (device.gone) {
        const std::string last =
            device.exchanges.empty() ? "the reset" : request_name(device.exchanges.back().exchange);
        return DeviceFinding{.kind = FindingKind::gone,
                             .key = "gone:" + last,
                             .title = fmt::format("is gone after {}: {}", last, device.gone->detail),
                             .requirement = {},
                             .detail = device.exchanges.empty() ? "" : messages(device.exchanges.back()),
                             .step = step};
    }
    return std::nullopt;
}

std::optional<DeviceFinding> compare(const DeviceTrace& device, const DeviceTrace& reference) {
    const size_t both = std::min(device.exchanges.size(), reference.exchanges.size());
    for (size_t i = 0; i < both; ++i) {
        const ExchangeOutcome &one = device.exchanges[i], &other = reference.exchanges[i];
        if (one.step != other.step || puts_off(one.exchange) || one.repeats) return std::nullopt;
        const bool answers = one.exchange.answered(), is_answered = other.exchange.answered();
        if (answers == is_answered) continue;
        if (!answers) return otherwise(one, other);
        if (!other.refusal || contains(kDevicesOwn, *other.refusal)) return std::nullopt;
        return accepted(one, other);
    }
    return std::nullopt;
}

}  // namespace assay::fuzz
