#include "conformance/suites/requester/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/engine/requirement.h"
#include "stack/wire/header.h"
#include "stack/wire/registry.h"

namespace assay::cases {

using namespace wire;
using spdm::Check;

namespace {

// More often than any requester should repeat a request, and more than a chain has portions.
constexpr size_t kMostRepeats = 12;

// Whether this request only repeats the one at `at`: a request that was put off is sent again, the rest of a
// chain is read that can only be checked as a whole, or a flow that never ends is continued.
bool asks_again(const FaultOutcome& outcome, size_t at, Check check) {
    const Bytes& request = outcome.log[at].request;
    bool whole_chain = check == Check::cert_digest || check == Check::cert_structure;
    if (whole_chain && code_of(request) == code::get_certificate) return true;
    if (check == Check::encap_steps && code_of(request) == code::deliver_encapsulated_response) return true;
    return check == Check::retries && request == outcome.log[at - 1].request;
}

// Whether the fault is in messages. Else it is in the identity of the two ends.
bool in_messages(const FaultRow& row) { return row.fault || row.record || row.on_request || row.script; }

// The exchange by which the requester must have stopped; nullopt when it never got there.
std::optional<size_t> found_out_at(const FaultOutcome& outcome, const FaultRow& row) {
    if (row.noticed_by == 0 || (in_messages(row) && !outcome.injected_at)) return outcome.injected_at;
    for (size_t at = outcome.injected_at.value_or(0); at < outcome.log.size(); ++at) {
        if (outcome.log[at].request[1] == row.noticed_by) return at;
    }
    return std::nullopt;
}

// A requirement about an attack is named before that of the check that prevents it. At a version that does
// not have the check's requirement, row.also stands for it.
std::vector<std::string> requirements_of(const FaultRow& row) {
    std::vector<std::string> ids;
    const std::string of_check(spdm::info(row.check).requirement);
    const engine::Requirement* known = engine::Requirements::embedded().find(of_check);
    bool here = known == nullptr || (row.version >= known->since && row.version <= known->until);
    if (here) ids.push_back(of_check);
    if (!row.also.empty()) ids.insert(row.noticed_by != 0 ? ids.begin() : ids.end(), row.also);
    return ids;
}

engine::CheckResult judge(engine::CaseContext& test, const FaultRow& row) {
    std::optional<spdm::FaultConfig> faults = test.lab().dut().requester();
    if (!faults) return engine::CaseContext::not_applicable("the target is no requester");
    FaultOutcome outcome = run_requester(row, *faults);
    keep(test, outcome.log);
    const std::string requirement = requirements_of(row).front();
    std::string violated(spdm::info(row.check).violated);
    if (row.later) {
        return test.expect_that(!outcome.complete && !outcome.authenticated, requirement,
                                "the requester does not authenticate the device: " + violated,
                                "it took the device for authentic");
    }
    // After a bad chain the requester must not go on to requests that need an authentic device.
    if (!in_messages(row) && row.noticed_by == 0) {
        bool trusted = std::ranges::any_of(outcome.log, [](const SeenExchange& seen) {
            return code_of(seen.request) == code::challenge ||
                   code_of(seen.request) == code::get_measurements;
        });
        bool read = !outcome.log.empty() && code_of(outcome.log.back().request) == code::get_certificate;
        return test.expect_that(read && !trusted, requirement,
                                "the requester reads the chain and gives up: " + violated,
                                trusted ? "it went on behind the chain" : "it gave up before");
    }
    std::optional<size_t> at = found_out_at(outcome, row);
    if (!at)
        return test.expect_that(false, requirement, "the fault is injected",
                                "the requester did not get that far");
    size_t next = *at + 1;
    while (next < outcome.log.size() && asks_again(outcome, next, row.check)) ++next;
    bool few_repeats = next - *at <= kMostRepeats;
    bool stopped = next == outcome.log.size() && !outcome.complete;
    std::string went_on = next < outcome.log.size()
                              ? "it went on with " + message_name(outcome.log[next].request[1])
                              : "it went on to the end";
    return test.expect_that(stopped && few_repeats, requirement, "the requester gives up: " + violated,
                            few_repeats ? went_on : "it asked again and again");
}

std::string dashed(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '_', '-');
    return text;
}

}  // namespace

void keep(engine::CaseContext& test, const std::vector<SeenExchange>& log) {
    lab::Observer observer(test.lab().provider());
    for (const SeenExchange& seen : log) {
        lab::Exchange exchange;
        exchange.request = seen.request;
        exchange.response = seen.response;
        exchange.session = seen.session;
        exchange.request_record = seen.request_record;
        exchange.response_record = seen.response_record;
        exchange.request_context = observer.request_context(seen.request);
        if (seen.session) {
            exchange.response_context = observer.response_context(seen.request);
        } else {
            observer.request(seen.request);
            exchange.response_context = observer.expected_response_context();
            observer.response(seen.response);
        }
        test.lab().record(std::move(exchange));
    }
}

Fault bytes(uint8_t code, const std::function<void(Bytes&)>& change, unsigned times) {
    return [code, change, times](const FaultContext& now, Bytes& response) {
        unsigned answered = 0;
        for (const SeenExchange& seen : now.log) answered += code_of(seen.request) == code;
        if (code_of(now.request) == code && answered < times) change(response);
    };
}

Fault answer(uint8_t code, std::string_view hex, unsigned times) {
    Bytes instead = from_hex(hex).value_or(Bytes{});
    return bytes(code, [instead](Bytes& response) { response = instead; }, times);
}

void flip(Bytes& bytes) { bytes.back() ^= 1; }

const std::vector<FaultRow>& fault_rows() {
    static const std::vector<FaultRow> all = [] {
        std::vector<FaultRow> rows;
        for (auto add : {add_vca_faults, add_identity_faults, add_measurement_faults, add_exchange_faults,
                         add_session_faults, add_record_faults, add_mitm_faults}) {
            add(rows);
        }
        return rows;
    }();
    return all;
}

void add_requester(std::vector<engine::Case>& cases) {
    add_honest(cases);
    add_honest_sessions(cases);
    add_session_behaviour(cases);
    std::map<Check, int> numbers;
    for (const FaultRow& row : fault_rows()) {
        engine::Case one;
        one.id = fmt::format("req/{}-{}", dashed(spdm::info(row.check).name), ++numbers[row.check]);
        one.title = fmt::format("A requester gives up: {}", spdm::info(row.check).violated);
        one.requirements = requirements_of(row);
        one.since = one.until = row.version;
        one.run = [&row](engine::CaseContext& test) { return judge(test, row); };
        cases.push_back(std::move(one));
    }
}

}  // namespace assay::cases
