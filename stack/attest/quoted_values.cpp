#include "stack/attest/quoted_values.h"

#include <algorithm>
#include <string_view>

#include "stack/attest/event_replay.h"

namespace assay::attest {

namespace {

constexpr uint32_t kExitRegister = 5;
constexpr std::string_view kInvocation = "Exit Boot Services Invocation";
constexpr std::string_view kFailure = "Exit Boot Services Returned with Failure";
constexpr std::string_view kSuccess = "Exit Boot Services Returned with Success";

using Actions = std::vector<std::string_view>;

bool says_exit(const EventLog& log) {
    return std::ranges::any_of(log.events, [](const LogEvent& found) {
        return found.index == kExitRegister && equal(found.data, as_bytes(kInvocation));
    });
}

// How a log may have to be continued in register 5.
std::vector<Actions> continuations(const EventLog& log, const FaultConfig& switches) {
    if (says_exit(log) || switches.has(Defect::log_exit)) return {{}};
    return {{}, {kInvocation, kSuccess}, {kInvocation, kFailure, kSuccess}};
}

void continue_with(Registers& values, const EventLog& log, const Actions& actions) {
    for (const std::string_view action : actions) {
        for (Bank bank : log.banks) {
            crypto::Digest& value = values[{bank, kExitRegister}];
            value = extended(bank, value, bank_digest(bank, as_bytes(action)).view());
        }
    }
}

std::set<Register> touched_registers(const EventLog& log, const std::vector<CanonicalRecord>& records) {
    std::set<Register> touched;
    for (const LogEvent& found : log.events) {
        if (found.type == event_type::no_action) continue;
        for (const auto& [bank, ignored] : found.digests) touched.insert({bank, found.index});
    }
    for (const CanonicalRecord& record : records)
        for (const auto& [bank, ignored] : record.digests) touched.insert({bank, record.index});
    return touched;
}

// The given values over those that the logs lead to.
QuotedValues overlaid(const Quote& quote, const EventLog& log, const Registers& led_to,
                      const Registers& given, const FaultConfig& switches) {
    QuotedValues found;
    for (const Register& one : registers_of(quote)) {
        if (one.bank != Bank::sha256 && switches.has(Defect::quote_sha256_only)) continue;
        const auto is_given = given.find(one);
        const auto replayed = led_to.find(one);
        if (is_given != given.end()) found.values[one] = is_given->second;
        if (replayed == led_to.end()) continue;
        if (is_given == given.end()) found.values[one] = replayed->second;
        const bool explained = found.values[one] == replayed->second || switches.has(Defect::log_unexplained);
        if (log.has(one.bank) && explained) found.explained.insert(one);
    }
    return found;
}

}  // namespace

QuotedValues quoted_values(const Quote& quote, uint16_t hash, const EventLog& log,
                           const std::vector<CanonicalRecord>& records, const Registers& all_given,
                           const FaultConfig& switches) {
    const Registers given = switches.has(Defect::quote_given) ? Registers{} : all_given;
    const Registers replayed = replay(log, switches);
    std::optional<QuotedValues> best;
    for (const Actions& actions : continuations(log, switches)) {
        Registers led_to = replayed;
        continue_with(led_to, log, actions);
        extend(led_to, records);
        QuotedValues found = overlaid(quote, log, led_to, given, switches);
        const Result<Bytes> digest = quoted_digest(quote, hash, found.values);
        found.match = digest && equal(*digest, quote.digest);
        const bool better = !best || found.match > best->match ||
                            (found.match == best->match && found.explained.size() > best->explained.size());
        if (better) best = std::move(found);
    }
    const std::set<Register> touched = touched_registers(log, records);
    for (const auto& [one, ignored] : best->values)
        if (!touched.contains(one) && !given.contains(one)) best->untouched.insert(one);
    return *std::move(best);
}

}  // namespace assay::attest
