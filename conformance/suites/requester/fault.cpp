#include "conformance/suites/requester/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/engine/requirement.h"
#include "stack/wire/registry.h"

namespace assay::cases {

using namespace wire;
using spdm::Check;

namespace {

// More than any requester should ask again, or than a chain has portions.
constexpr size_t kPatience = 12;

// The request that was put off, sent again, is no further step, nor is the rest of a chain that can only be
// judged whole, or what a flow without an end asks for.
bool asks_again(const FaultOutcome& outcome, size_t at, Check check) {
    const Bytes& request = outcome.log[at].request;
    bool whole_chain = check == Check::cert_digest || check == Check::cert_structure;
    if (whole_chain && request[1] == code::get_certificate) return true;
    if (check == Check::encap_steps && request[1] == code::deliver_encapsulated_response) return true;
    return check == Check::retries && request == outcome.log[at - 1].request;
}

// Whether something is said that is not so. Else it is in who the two are.
bool in_messages(const FaultRow& row) { return row.lie || row.record || row.on_request || row.script; }

// The exchange behind which nothing may come; nullopt when the walk never came to it.
std::optional<size_t> found_out_at(const FaultOutcome& outcome, const FaultRow& row) {
    if (row.noticed_by == 0 || (in_messages(row) && !outcome.injected_at)) return outcome.injected_at;
    for (size_t at = outcome.injected_at.value_or(0); at < outcome.log.size(); ++at) {
        if (outcome.log[at].request[1] == row.noticed_by) return at;
    }
    return std::nullopt;
}

// What an attacker must not achieve is named before the check that prevents it, and so is what stands for the
// check's requirement at a version that does not have it.
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
    FaultOutcome outcome = tell(row, *faults);
    keep(test, outcome.log);
    const std::string requirement = requirements_of(row).front();
    std::string lie(spdm::info(row.check).violated);
    if (row.later) {
        return test.expect_that(!outcome.complete && !outcome.believed, requirement,
                                "a requester that is not deceived: " + lie,
                                "it took the device for authentic");
    }
    // Nothing may be asked of the device that its chain has to vouch for.
    if (!in_messages(row) && row.noticed_by == 0) {
        bool trusted = std::ranges::any_of(outcome.log, [](const SeenExchange& seen) {
            return seen.request[1] == code::challenge || seen.request[1] == code::get_measurements;
        });
        bool read = !outcome.log.empty() && outcome.log.back().request[1] == code::get_certificate;
        return test.expect_that(read && !trusted, requirement,
                                "the requester reads the chain and gives up: " + lie,
                                trusted ? "it went on behind the chain" : "it gave up before");
    }
    std::optional<size_t> at = found_out_at(outcome, row);
    if (!at) return test.expect_that(false, requirement, "the lie is told", "the walk never came to it");
    size_t next = *at + 1;
    while (next < outcome.log.size() && asks_again(outcome, next, row.check)) ++next;
    bool patient = next - *at <= kPatience;
    bool stopped = next == outcome.log.size() && !outcome.complete;
    std::string went_on = next < outcome.log.size()
                              ? "it went on with " + message_name(outcome.log[next].request[1])
                              : "it went on to the end";
    return test.expect_that(stopped && patient, requirement, "the requester gives up: " + lie,
                            patient ? went_on : "it asked again and again");
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
        for (const SeenExchange& seen : now.log) answered += seen.request[1] == code;
        if (now.request[1] == code && answered < times) change(response);
    };
}

Fault answer(uint8_t code, std::string_view hex, unsigned times) {
    Bytes instead = from_hex(hex).value_or(Bytes{});
    return bytes(code, [instead](Bytes& response) { response = instead; }, times);
}

void flip(Bytes& bytes) { bytes.back() ^= 1; }

const std::vector<FaultRow>& lies() {
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
    for (const FaultRow& row : lies()) {
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
